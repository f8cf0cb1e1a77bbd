import { At, Day, DISCIPLINES, Id, Maybe, OneOf, ROLES, type SchoolId, Shape, type StaffId, Type } from '@foundation/kernel';
import { answer, described, Text } from '../shared/answers';
import { sample } from '../shared/samples';

export const MeAnswer = answer(
  'Me',
  Shape({
    staff: Id<StaffId>(),
    givenName: Maybe(Text()),
    familyName: Maybe(Text()),
    role: described('The role I act in.', OneOf(ROLES)),
    roles: described('The roles I may change to today, the present one among them.', Type.Array(OneOf(ROLES))),
    schools: described('The schools of the grants that give the role.', Type.Array(Id<SchoolId>())),
    discipline: described('Of a therapist.', Maybe(OneOf(DISCIPLINES))),
    zone: Text('The district’s IANA time zone.'),
    today: described('Today’s date there.', Day),
  }),
  {
    staff: sample.staff,
    givenName: 'Ana',
    familyName: 'Quillfeather',
    role: 'therapist',
    roles: ['therapist', 'case-manager'],
    schools: [sample.school],
    discipline: 'speech',
    zone: 'America/New_York',
    today: '2026-03-03',
  },
);

export const SetUpAnswer = answer('SetUp', Shape({ staff: described('The first administrator.', Id<StaffId>()) }), { staff: sample.staff });

export const InvitedAnswer = answer('Invited', Shape({ token: Text('Of the link /invitation#…: shown this once.'), expiresAt: At }), {
  token: sample.token,
  expiresAt: '2026-03-10T14:15:00.000Z',
});
