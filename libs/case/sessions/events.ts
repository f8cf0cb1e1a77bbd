import {
  defineEvent,
  Either,
  type EventOf,
  type GoalId,
  type GroupId,
  Id,
  List,
  Maybe,
  OneOf,
  type PlanId,
  Sealed,
  type ServiceId,
  type SessionId,
  Shape,
  type Static,
  type StudentId,
  Text,
  Type,
  Zoned,
} from '@foundation/kernel';

export const MISS_REASONS = [
  'student-absent',
  'provider-absent',
  'school-closed',
  'refused',
  'testing-field-trip',
  'emergency',
  'other',
] as const;

/** The four parts of a therapist's note. */
export const SoapSchema = Shape({
  subjective: Maybe(Sealed(8000)),
  objective: Maybe(Sealed(8000)),
  assessment: Maybe(Sealed(8000)),
  plan: Maybe(Sealed(8000)),
});
export type Soap = Static<typeof SoapSchema>;

/** What became of a session. Delivered time counts in seconds from start to end; a miss counts the seconds that were planned. */
export const OutcomeSchema = Either([
  Shape({
    kind: OneOf(['delivered', 'partial']),
    start: Zoned,
    end: Zoned,
    location: Maybe(Text(120)),
    groupSize: Type.Integer({ minimum: 1, maximum: 40 }),
    goals: List(Id<GoalId>(), 40),
    note: Maybe(SoapSchema),
    /** The missed session that this one repays. */
    makeUpFor: Maybe(Id<SessionId>()),
  }),
  Shape({
    kind: Type.Literal('missed'),
    plannedStart: Zoned,
    plannedSeconds: Type.Integer({ minimum: 60, maximum: 28_800 }),
    reason: OneOf(MISS_REASONS),
    familyTold: Type.Boolean(),
  }),
]);
export type Outcome = Static<typeof OutcomeSchema>;

const session = '4a0b1c5e-0f5b-7c59-9f0e-0c7d5d1c1001';
const service = '1d0e1c5e-0f5b-5c59-9f0e-0c7d5d1c0d04';
const student = '0c8e1c5e-0f5b-5c59-9f0e-0c7d5d1c0c01';
const plan = '1d0e1c5e-0f5b-5c59-9f0e-0c7d5d1c0d01';
const start = { at: '2026-03-03T14:15:00.000Z', offset: '-05:00', zone: 'America/New_York' };
const end = { at: '2026-03-03T14:45:00.000Z', offset: '-05:00', zone: 'America/New_York' };

export const sessionScheduled = defineEvent({
  type: 'sessions.session-scheduled',
  version: 1,
  subject: 'student',
  summary: 'A session of a service line is planned for a time. A group is one session per child sharing a group id.',
  schema: Shape({
    session: Id<SessionId>(),
    student: Id<StudentId>(),
    plan: Id<PlanId>(),
    service: Id<ServiceId>(),
    start: Zoned,
    plannedSeconds: Type.Integer({ minimum: 60, maximum: 28_800 }),
    group: Maybe(Id<GroupId>()),
  }),
  sample: { session, student, plan, service, start, plannedSeconds: 1800 },
});

export const sessionOutcomeRecorded = defineEvent({
  type: 'sessions.session-outcome-recorded',
  version: 1,
  subject: 'student',
  summary: 'The session was delivered, partly delivered or missed (with its reason). A session need not have been scheduled.',
  schema: Shape({
    session: Id<SessionId>(),
    student: Id<StudentId>(),
    plan: Id<PlanId>(),
    service: Id<ServiceId>(),
    group: Maybe(Id<GroupId>()),
    outcome: OutcomeSchema,
    late: Type.Boolean(),
  }),
  sample: {
    session,
    student,
    plan,
    service,
    outcome: { kind: 'delivered', start, end, groupSize: 1, goals: [], note: { subjective: 'In good spirits' } },
    late: false,
  },
});

export const sessionCorrected = defineEvent({
  type: 'sessions.session-corrected',
  version: 1,
  subject: 'student',
  summary: 'What should have been recorded, whole, with the reason; the original stays visible.',
  schema: Shape({ session: Id<SessionId>(), service: Id<ServiceId>(), outcome: OutcomeSchema, reason: Sealed(1000) }),
  sample: {
    session,
    service,
    outcome: { kind: 'missed', plannedStart: start, plannedSeconds: 1800, reason: 'student-absent', familyTold: true },
    reason: 'Wrong child in the group',
  },
});

export const sessionVoided = defineEvent({
  type: 'sessions.session-voided',
  version: 1,
  subject: 'student',
  summary: 'The session no longer counts, with the reason; it stays visible.',
  schema: Shape({ session: Id<SessionId>(), service: Id<ServiceId>(), reason: Sealed(1000) }),
  sample: { session, service, reason: 'Entered twice' },
});

export const sessionDisputed = defineEvent({
  type: 'sessions.session-disputed',
  version: 1,
  subject: 'student',
  summary: 'A statement of disagreement that travels with the session.',
  schema: Shape({ session: Id<SessionId>(), service: Id<ServiceId>(), by: OneOf(['family', 'staff']), statement: Sealed(4000) }),
  sample: { session, service, by: 'family', statement: 'We were told it was cancelled.' },
});

export const sessionsEvents = [sessionScheduled, sessionOutcomeRecorded, sessionCorrected, sessionVoided, sessionDisputed] as const;
export type SessionsEvent = EventOf<(typeof sessionsEvents)[number]>;

export const sessionStream = (id: SessionId): string => `session-${id}`;
