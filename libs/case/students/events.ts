import {
  type AssignmentId,
  type ClassId,
  Day,
  defineEvent,
  DISCIPLINES,
  TEAM_ROLES,
  type EnrolmentId,
  type EventOf,
  type GuardianId,
  Id,
  List,
  Maybe,
  OneOf,
  type SchoolId,
  Sealed,
  Shape,
  type StaffId,
  type StudentId,
  Text,
  type TSchema,
  Type,
} from '@foundation/kernel';

const student = '0c8e1c5e-0f5b-5c59-9f0e-0c7d5d1c0c01';
const school = '5f0c1c5e-0f5b-5c59-9f0e-0c7d5d1c0a01';

/** What else the roster's files say of a person (`metadata.` and `ext:` columns and the like), by column: sealed, for who knows what it is. */
const Extra = Maybe(Type.Record(Type.String(), Sealed(1000), { maxProperties: 60 }));

export const studentRostered = defineEvent({
  type: 'students.student-rostered',
  version: 1,
  subject: 'student',
  summary: 'The roster states a student, new, changed or returned: the whole of it.',
  schema: Shape({
    student: Id<StudentId>(),
    sourcedId: Sealed(255),
    givenName: Sealed(120),
    familyName: Sealed(120),
    middleName: Maybe(Sealed(120)),
    preferredName: Maybe(Sealed(120)),
    identifier: Maybe(Sealed(255)),
    email: Maybe(Sealed(254)),
    phone: Maybe(Sealed(60)),
    grades: List(Text(20)),
    schools: List(Id<SchoolId>()),
    enabled: Type.Boolean(),
    extra: Extra,
  }),
  sample: { student, sourcedId: 'usr-sam', givenName: 'Sam', familyName: 'Rivermoss', grades: ['03'], schools: [school], enabled: true },
});

export const studentAdded = defineEvent({
  type: 'students.student-added',
  version: 1,
  subject: 'student',
  summary: 'A student was entered by hand.',
  schema: Shape({
    student: Id<StudentId>(),
    givenName: Sealed(120),
    familyName: Sealed(120),
    preferredName: Maybe(Sealed(120)),
    birthDate: Maybe(Sealed(10)),
    grades: List(Text(20)),
    schools: List(Id<SchoolId>()),
  }),
  sample: { student, givenName: 'Sam', familyName: 'Rivermoss', grades: ['03'], schools: [school] },
});

export const demographicsRostered = defineEvent({
  type: 'students.demographics-rostered',
  version: 1,
  subject: 'student',
  summary: 'The roster states a student’s demographics.',
  schema: Shape({ student: Id<StudentId>(), birthDate: Maybe(Sealed(10)), sex: Maybe(Sealed(40)), extra: Extra }),
  sample: { student, birthDate: '2016-05-04' },
});

export const studentLeftRoster = defineEvent({
  type: 'students.student-left-roster',
  version: 1,
  subject: 'student',
  summary: 'A bulk roster no longer names the student: marked, not erased.',
  schema: Shape({ student: Id<StudentId>() }),
  sample: { student },
});

/** The most enrolments that one event holds: what a statement adds or changes beyond it is one more event. */
export const MOST_ENROLMENTS = 500;
const Enrolments = <S extends TSchema>(one: S) => Type.Array(one, { minItems: 1, maxItems: MOST_ENROLMENTS });

/** Version 1 was an event for each enrolment. */
const listOfOne = ({ student: holder, ...one }: { readonly student: StudentId }) => ({ student: holder, enrolments: [one] });

const enrolment = '0c8e1c5e-0f5b-5c59-9f0e-0c7d5d1c0c02';
const group = '5f0c1c5e-0f5b-5c59-9f0e-0c7d5d1c0a03';

export const enrolled = defineEvent({
  type: 'students.enrolled',
  version: 2,
  subject: 'student',
  summary: 'Enrolments put the student in classes, new or changed: all that one statement adds or changes. Their ids stay.',
  schema: Shape({
    student: Id<StudentId>(),
    enrolments: Enrolments(
      Shape({
        enrolment: Id<EnrolmentId>(),
        class: Id<ClassId>(),
        school: Maybe(Id<SchoolId>()),
        from: Maybe(Day),
        to: Maybe(Day),
        extra: Extra,
      }),
    ),
  }),
  sample: { student, enrolments: [{ enrolment, class: group, school }] },
  upcasts: { 1: listOfOne },
});

export const unenrolled = defineEvent({
  type: 'students.unenrolled',
  version: 2,
  subject: 'student',
  summary: 'Enrolments are gone from the roster: all that one statement ends.',
  schema: Shape({
    student: Id<StudentId>(),
    enrolments: Enrolments(Shape({ enrolment: Id<EnrolmentId>(), class: Id<ClassId>() })),
  }),
  sample: { student, enrolments: [{ enrolment, class: group }] },
  upcasts: { 1: listOfOne },
});

export const caseOpened = defineEvent({
  type: 'students.case-opened',
  version: 1,
  subject: 'student',
  summary: 'The child’s special-needs case was opened.',
  schema: Shape({ student: Id<StudentId>(), on: Day }),
  sample: { student, on: '2025-09-01' },
});

export const caseClosed = defineEvent({
  type: 'students.case-closed',
  version: 1,
  subject: 'student',
  summary: 'The case was closed, with its reason; it can be opened again.',
  schema: Shape({ student: Id<StudentId>(), on: Day, reason: Sealed(1000) }),
  sample: { student, on: '2026-06-12', reason: 'Moved to another district' },
});

/** One screen for a substitute. Every list is in the child's team's own words. */
export const ProfileSchema = Shape({
  strengths: List(Sealed(500), 20),
  challenges: List(Sealed(500), 20),
  interests: List(Sealed(500), 20),
  communication: List(Sealed(500), 20),
  helps: List(Sealed(500), 20),
  avoid: List(Sealed(500), 20),
  visualSupports: List(Sealed(500), 20),
  health: List(Sealed(500), 20),
  contacts: List(Sealed(500), 20),
});

export const profileWritten = defineEvent({
  type: 'students.profile-written',
  version: 1,
  subject: 'student',
  summary: 'The one-screen profile, whole, as it reads from now on.',
  schema: Shape({ student: Id<StudentId>(), profile: ProfileSchema }),
  sample: {
    student,
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
  },
});

export const guardianLinked = defineEvent({
  type: 'students.guardian-linked',
  version: 1,
  subject: 'student',
  summary: 'A guardian, new or changed; sealed with the child’s key.',
  schema: Shape({
    student: Id<StudentId>(),
    guardian: Id<GuardianId>(),
    name: Sealed(240),
    relationship: Text(60),
    phone: Maybe(Sealed(60)),
    email: Maybe(Sealed(254)),
    fromRoster: Type.Boolean(),
  }),
  sample: { student, guardian: '0c8e1c5e-0f5b-5c59-9f0e-0c7d5d1c0c03', name: 'Rita Rivermoss', relationship: 'mother', fromRoster: false },
});

export const guardianUnlinked = defineEvent({
  type: 'students.guardian-unlinked',
  version: 1,
  subject: 'student',
  summary: 'The guardian link ended.',
  schema: Shape({
    student: Id<StudentId>(),
    guardian: Id<GuardianId>(),
    reason: Maybe(Sealed(500)),
    /** The roster no longer ties them; without it a person ended the link, and no roster makes it again. */
    byRoster: Maybe(Type.Boolean()),
  }),
  sample: { student, guardian: '0c8e1c5e-0f5b-5c59-9f0e-0c7d5d1c0c03' },
});

export const teamMemberAssigned = defineEvent({
  type: 'students.team-member-assigned',
  version: 1,
  subject: 'student',
  summary: 'A member of staff joins the child’s team, from a day, perhaps to a day, perhaps covering for another assignment.',
  schema: Shape({
    student: Id<StudentId>(),
    assignment: Id<AssignmentId>(),
    staff: Id<StaffId>(),
    role: OneOf(TEAM_ROLES),
    discipline: Maybe(OneOf(DISCIPLINES)),
    /** For a teacher: the classes in which they teach the child. */
    classes: List(Id<ClassId>(), 40),
    from: Day,
    to: Maybe(Day),
    coveringFor: Maybe(Id<AssignmentId>()),
  }),
  sample: {
    student,
    assignment: '0c8e1c5e-0f5b-5c59-9f0e-0c7d5d1c0c04',
    staff: '7a1b0c5e-0f5b-5c59-9f0e-0c7d5d1c0b01',
    role: 'aide',
    classes: [],
    from: '2025-09-01',
  },
});

export const teamAssignmentEnded = defineEvent({
  type: 'students.team-assignment-ended',
  version: 1,
  subject: 'student',
  summary: 'The assignment’s last day is named; that they were assigned stays on the record.',
  schema: Shape({ student: Id<StudentId>(), assignment: Id<AssignmentId>(), lastDay: Day, reason: Maybe(Sealed(500)) }),
  sample: { student, assignment: '0c8e1c5e-0f5b-5c59-9f0e-0c7d5d1c0c04', lastDay: '2026-06-12' },
});

export const studentsEvents = [
  studentRostered,
  studentAdded,
  demographicsRostered,
  studentLeftRoster,
  enrolled,
  unenrolled,
  caseOpened,
  caseClosed,
  profileWritten,
  guardianLinked,
  guardianUnlinked,
  teamMemberAssigned,
  teamAssignmentEnded,
] as const;
export type StudentsEvent = EventOf<(typeof studentsEvents)[number]>;
export type RosteredStudent = EventOf<typeof studentRostered>['data'];
export type AddedStudent = EventOf<typeof studentAdded>['data'];
export type Demographics = EventOf<typeof demographicsRostered>['data'];
export type Enrolment = EventOf<typeof enrolled>['data']['enrolments'][number];
export type Profile = EventOf<typeof profileWritten>['data']['profile'];
export type Guardian = EventOf<typeof guardianLinked>['data'];
export type TeamMember = EventOf<typeof teamMemberAssigned>['data'];

export const studentStream = (id: StudentId): string => `student-${id}`;
