import {
  type ClassId,
  Day,
  DISCIPLINES,
  type EnrolmentId,
  type GrantId,
  Id,
  Maybe,
  OneOf,
  ROLES,
  type SchoolId,
  Shape,
  type StaffId,
  Type,
} from '@foundation/kernel';
import { answer, described, named, PageOf, Text } from '../shared/answers';
import { sample } from '../shared/samples';

const Grant = named(
  'RoleGrant',
  Shape({
    grant: Id<GrantId>(),
    role: OneOf(ROLES),
    schools: Type.Array(Id<SchoolId>()),
    discipline: Maybe(OneOf(DISCIPLINES)),
    from: Day,
    to: described('Last day, included.', Maybe(Day)),
  }),
);

const Assigned = Shape({ enrolment: Id<EnrolmentId>(), class: Id<ClassId>(), role: Text('As the roster says.'), primary: Type.Boolean() });

const StaffMember = named(
  'StaffMember',
  Shape({
    staff: Id<StaffId>(),
    givenName: Text(),
    familyName: Text(),
    email: Maybe(Text()),
    schools: Type.Array(Id<SchoolId>()),
    rosterRoles: Type.Array(Text()),
    onRoster: Type.Boolean(),
    enabled: described('The roster’s word.', Type.Boolean()),
    removed: described('Removed by an administrator.', Type.Boolean()),
    grants: described('Roles given here, ended ones too.', Type.Array(Grant)),
    classes: Type.Array(Assigned),
  }),
);

export const StaffAnswer = answer('StaffPage', PageOf(StaffMember), {
  items: [
    {
      staff: sample.staff,
      givenName: 'Ana',
      familyName: 'Quillfeather',
      email: 'ana@lincoln.example',
      schools: [sample.school],
      rosterRoles: ['aide'],
      onRoster: true,
      enabled: true,
      removed: false,
      grants: [{ grant: sample.grant, role: 'therapist', schools: [sample.school], discipline: 'speech', from: '2025-08-25' }],
      classes: [],
    },
  ],
});
