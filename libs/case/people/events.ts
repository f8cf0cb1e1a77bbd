import {
  type ClassId,
  Day,
  defineEvent,
  DISCIPLINES,
  ROLES,
  type EnrolmentId,
  type EventOf,
  type GrantId,
  Id,
  List,
  Maybe,
  OneOf,
  type SchoolId,
  Sealed,
  Shape,
  type StaffId,
  Text,
  Type,
} from '@foundation/kernel';

/** What else the roster's files say of a person (`metadata.` and `ext:` columns and the like), by column: sealed, for who knows what it is. */
const Extra = Maybe(Type.Record(Type.String(), Sealed(1000), { maxProperties: 60 }));

export const staffRostered = defineEvent({
  type: 'people.staff-rostered',
  version: 1,
  subject: 'staff',
  summary: 'The roster states a member of staff, new or changed. No password is ever taken from a file.',
  schema: Shape({
    staff: Id<StaffId>(),
    sourcedId: Sealed(255),
    givenName: Sealed(120),
    familyName: Sealed(120),
    email: Maybe(Sealed(254)),
    username: Maybe(Sealed(120)),
    schools: List(Id<SchoolId>()),
    rosterRoles: List(Text(60)),
    enabled: Type.Boolean(),
    /** The district's own number for the person. */
    identifier: Maybe(Sealed(255)),
    extra: Extra,
  }),
  sample: {
    staff: '7a1b0c5e-0f5b-5c59-9f0e-0c7d5d1c0b01',
    sourcedId: 'usr-ana',
    givenName: 'Ana',
    familyName: 'Quillfeather',
    email: 'ana@lincoln.example',
    schools: ['5f0c1c5e-0f5b-5c59-9f0e-0c7d5d1c0a01'],
    rosterRoles: ['aide'],
    enabled: true,
  },
});

export const staffAdded = defineEvent({
  type: 'people.staff-added',
  version: 1,
  subject: 'staff',
  summary: 'An administrator added a member of staff by hand.',
  schema: Shape({
    staff: Id<StaffId>(),
    givenName: Sealed(120),
    familyName: Sealed(120),
    email: Maybe(Sealed(254)),
    schools: List(Id<SchoolId>()),
  }),
  sample: { staff: '7a1b0c5e-0f5b-5c59-9f0e-0c7d5d1c0b01', givenName: 'Ana', familyName: 'Quillfeather', schools: [] },
});

export const staffLeftRoster = defineEvent({
  type: 'people.staff-left-roster',
  version: 1,
  subject: 'staff',
  summary: 'A bulk roster no longer names the member of staff: marked, not erased.',
  schema: Shape({ staff: Id<StaffId>() }),
  sample: { staff: '7a1b0c5e-0f5b-5c59-9f0e-0c7d5d1c0b01' },
});

export const classAssigned = defineEvent({
  type: 'people.class-assigned',
  version: 1,
  subject: 'staff',
  summary: 'An enrolment gives a member of staff a class.',
  schema: Shape({
    staff: Id<StaffId>(),
    enrolment: Id<EnrolmentId>(),
    class: Id<ClassId>(),
    role: Text(60),
    primary: Type.Boolean(),
    from: Maybe(Day),
    to: Maybe(Day),
    extra: Extra,
  }),
  sample: {
    staff: '7a1b0c5e-0f5b-5c59-9f0e-0c7d5d1c0b01',
    enrolment: '7a1b0c5e-0f5b-5c59-9f0e-0c7d5d1c0b02',
    class: '5f0c1c5e-0f5b-5c59-9f0e-0c7d5d1c0a03',
    role: 'teacher',
    primary: true,
  },
});

export const classUnassigned = defineEvent({
  type: 'people.class-unassigned',
  version: 1,
  subject: 'staff',
  summary: 'The enrolment that gave the class is gone from the roster.',
  schema: Shape({ staff: Id<StaffId>(), enrolment: Id<EnrolmentId>(), class: Id<ClassId>() }),
  sample: {
    staff: '7a1b0c5e-0f5b-5c59-9f0e-0c7d5d1c0b01',
    enrolment: '7a1b0c5e-0f5b-5c59-9f0e-0c7d5d1c0b02',
    class: '5f0c1c5e-0f5b-5c59-9f0e-0c7d5d1c0a03',
  },
});

export const roleGranted = defineEvent({
  type: 'people.role-granted',
  version: 1,
  subject: 'staff',
  summary: 'An administrator gave a role, for named schools where the role is a school’s, with a first and perhaps a last day.',
  schema: Shape({
    staff: Id<StaffId>(),
    grant: Id<GrantId>(),
    role: OneOf(ROLES),
    schools: List(Id<SchoolId>()),
    discipline: Maybe(OneOf(DISCIPLINES)),
    /** Why an auditor may look. */
    purpose: Maybe(Sealed(500)),
    from: Day,
    to: Maybe(Day),
  }),
  sample: {
    staff: '7a1b0c5e-0f5b-5c59-9f0e-0c7d5d1c0b01',
    grant: '7a1b0c5e-0f5b-5c59-9f0e-0c7d5d1c0b03',
    role: 'therapist',
    schools: ['5f0c1c5e-0f5b-5c59-9f0e-0c7d5d1c0a01'],
    discipline: 'speech',
    from: '2025-08-25',
  },
});

export const roleEnded = defineEvent({
  type: 'people.role-ended',
  version: 1,
  subject: 'staff',
  summary: 'A role ended; its last day is named. Past days keep it.',
  schema: Shape({ staff: Id<StaffId>(), grant: Id<GrantId>(), lastDay: Day, reason: Maybe(Sealed(500)) }),
  sample: {
    staff: '7a1b0c5e-0f5b-5c59-9f0e-0c7d5d1c0b01',
    grant: '7a1b0c5e-0f5b-5c59-9f0e-0c7d5d1c0b03',
    lastDay: '2026-06-12',
  },
});

export const staffRemoved = defineEvent({
  type: 'people.staff-removed',
  version: 1,
  subject: 'staff',
  summary: 'The person may no longer act here, from this instant. What they did stays.',
  schema: Shape({ staff: Id<StaffId>(), reason: Sealed(500) }),
  sample: { staff: '7a1b0c5e-0f5b-5c59-9f0e-0c7d5d1c0b01', reason: 'Left the district' },
});

export const staffReinstated = defineEvent({
  type: 'people.staff-reinstated',
  version: 1,
  subject: 'staff',
  summary: 'A removal is taken back.',
  schema: Shape({ staff: Id<StaffId>(), reason: Sealed(500) }),
  sample: { staff: '7a1b0c5e-0f5b-5c59-9f0e-0c7d5d1c0b01', reason: 'Removed by mistake' },
});

export const peopleEvents = [
  staffRostered,
  staffAdded,
  staffLeftRoster,
  classAssigned,
  classUnassigned,
  roleGranted,
  roleEnded,
  staffRemoved,
  staffReinstated,
] as const;
export type PeopleEvent = EventOf<(typeof peopleEvents)[number]>;

export type RosteredStaff = EventOf<typeof staffRostered>['data'];
export type AddedStaff = EventOf<typeof staffAdded>['data'];
export type RoleGrant = Omit<EventOf<typeof roleGranted>['data'], 'staff'>;
/** A class as an enrolment of the roster gives it. */
export type ClassAssignment = Omit<EventOf<typeof classAssigned>['data'], 'staff'>;

export const staffStream = (staff: StaffId): string => `staff-${staff}`;
