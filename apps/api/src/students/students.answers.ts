import { ProfileSchema } from '@case/students';
import {
  type AssignmentId,
  type ClassId,
  Day,
  DISCIPLINES,
  type EnrolmentId,
  type GuardianId,
  Id,
  Maybe,
  OneOf,
  type SchoolId,
  Shape,
  type StaffId,
  type StudentId,
  TEAM_ROLES,
  Type,
} from '@foundation/kernel';
import { answer, described, ItemsOf, named, PageOf, Text } from '../shared/answers';
import { sample } from '../shared/samples';

const entry = {
  student: Id<StudentId>(),
  givenName: Text(),
  familyName: Text(),
  middleName: Maybe(Text()),
  preferredName: Maybe(Text()),
  birthDate: described('A day, or `[erased]`.', Maybe(Text())),
  grades: Type.Array(Text()),
  schools: described('As stated for the child; enrolments may add others.', Type.Array(Id<SchoolId>())),
  caseStatus: OneOf(['none', 'open', 'closed']),
  caseSince: described('When the case was last opened or closed.', Maybe(Day)),
  onRoster: Type.Boolean(),
};

const Enrolment = named(
  'Enrolment',
  Shape({ enrolment: Id<EnrolmentId>(), class: Id<ClassId>(), school: Maybe(Id<SchoolId>()), from: Maybe(Day), to: Maybe(Day) }),
);

const Guardian = named(
  'Guardian',
  Shape({
    guardian: Id<GuardianId>(),
    name: Text(),
    relationship: Text(),
    phone: Maybe(Text()),
    email: Maybe(Text()),
    fromRoster: Type.Boolean(),
  }),
);

const sam = {
  student: sample.student,
  givenName: 'Sam',
  familyName: 'Rivermoss',
  birthDate: '2016-05-04',
  grades: ['03'],
  schools: [sample.school],
  caseStatus: 'open',
  caseSince: '2025-09-01',
  onRoster: true,
} as const;

export const StudentsAnswer = answer('StudentPage', PageOf(named('Student', Shape(entry))), { items: [sam], next: 'MGM4ZTFjNWU' });

export const StudentAnswer = answer(
  'StudentDetail',
  Shape({
    ...entry,
    enrolments: described('In every class, past and to come.', Type.Array(Enrolment)),
    guardians: described('For readers of the whole record.', Maybe(Type.Array(Guardian))),
  }),
  {
    ...sam,
    enrolments: [{ enrolment: sample.enrolment, class: sample.class, school: sample.school, from: '2025-08-25' }],
    guardians: [{ guardian: sample.guardian, name: 'Rita Rivermoss', relationship: 'mother', fromRoster: false }],
  },
);

export const ProfileAnswer = answer('StudentProfile', Shape({ student: Id<StudentId>(), profile: ProfileSchema }), {
  student: sample.student,
  profile: {
    strengths: ['Remembers every song'],
    challenges: ['Loud rooms'],
    interests: ['Trains'],
    communication: ['Short sentences and pictures'],
    helps: ['A two-minute warning'],
    avoid: ['Touching from behind'],
    visualSupports: ['First / then card'],
    health: [],
    contacts: ['Case manager, room 4'],
  },
});

const TeamMember = named(
  'TeamMember',
  Shape({
    student: Id<StudentId>(),
    assignment: Id<AssignmentId>(),
    staff: Id<StaffId>(),
    name: described('Absent for somebody who is not in the directory.', Maybe(Text())),
    role: OneOf(TEAM_ROLES),
    discipline: Maybe(OneOf(DISCIPLINES)),
    classes: described('Of a teacher: the classes in which they teach the child.', Type.Array(Id<ClassId>())),
    from: Day,
    to: described('Last day, included.', Maybe(Day)),
    coveringFor: described('The assignment that this one covers for.', Maybe(Id<AssignmentId>())),
  }),
);

export const TeamAnswer = answer('Team', ItemsOf(TeamMember), {
  items: [
    {
      student: sample.student,
      assignment: sample.assignment,
      staff: sample.staff,
      name: 'Ana Quillfeather',
      role: 'therapist',
      discipline: 'speech',
      classes: [],
      from: '2025-09-01',
    },
  ],
});

export const ErasedAnswer = answer('Erased', Shape({ student: Id<StudentId>(), erased: Type.Boolean() }), {
  student: sample.student,
  erased: true,
});
