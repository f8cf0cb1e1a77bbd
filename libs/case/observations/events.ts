import {
  defineEvent,
  type EventOf,
  type GoalId,
  Id,
  Maybe,
  type ObservationId,
  OneOf,
  type PlanId,
  Sealed,
  Shape,
  type StudentId,
  type Static,
  Type,
} from '@foundation/kernel';
import { RawSchema } from '@foundation/measurement';

export const UNUSUAL_DAYS = ['ill', 'upset', 'fire-drill', 'substitute', 'schedule-change', 'other'] as const;

/** The circumstances at capture (domain section 3). The observer is the event's actor. */
export const ContextSchema = Shape({
  setting: Maybe(Sealed(120)),
  activity: Maybe(Sealed(200)),
  unusualDay: Maybe(OneOf(UNUSUAL_DAYS)),
  note: Maybe(Sealed(2000)),
  /** A second observer's window on the same target, for agreement; it is never pooled with the first observer's. */
  secondObserver: Maybe(Type.Boolean()),
});
export type Context = Static<typeof ContextSchema>;

const observation = '2e0f1c5e-0f5b-7c59-9f0e-0c7d5d1c0e01';
const goal = '1d0e1c5e-0f5b-5c59-9f0e-0c7d5d1c0d02';

export const observationRecorded = defineEvent({
  type: 'observations.observation-recorded',
  version: 1,
  subject: 'student',
  summary: 'Raw data of one goal, seen by one observer in one sitting.',
  schema: Shape({
    observation: Id<ObservationId>(),
    student: Id<StudentId>(),
    plan: Id<PlanId>(),
    goal: Id<GoalId>(),
    raw: RawSchema,
    context: ContextSchema,
    /** Recorded more than 7 days after it happened: kept, and marked. */
    late: Type.Boolean(),
  }),
  sample: {
    observation,
    student: '0c8e1c5e-0f5b-5c59-9f0e-0c7d5d1c0c01',
    plan: '1d0e1c5e-0f5b-5c59-9f0e-0c7d5d1c0d01',
    goal,
    raw: { kind: 'prompted-trials', trials: [{ response: 'correct', prompt: 'independent' }] },
    context: { setting: 'Room 12', activity: 'Math centre' },
    late: false,
  },
});

export const observationCorrected = defineEvent({
  type: 'observations.observation-corrected',
  version: 1,
  subject: 'student',
  summary: 'What should have been recorded, whole, with the reason; the original stays visible.',
  schema: Shape({ observation: Id<ObservationId>(), goal: Id<GoalId>(), raw: RawSchema, context: ContextSchema, reason: Sealed(1000) }),
  sample: {
    observation,
    goal,
    raw: { kind: 'percent-correct', correct: 7, incorrect: 3, noResponse: 0 },
    context: {},
    reason: 'Counted one twice',
  },
});

export const observationVoided = defineEvent({
  type: 'observations.observation-voided',
  version: 1,
  subject: 'student',
  summary: 'The record no longer counts, with the reason; it stays visible.',
  schema: Shape({ observation: Id<ObservationId>(), goal: Id<GoalId>(), reason: Sealed(1000) }),
  sample: { observation, goal, reason: 'Recorded for the wrong child' },
});

export const observationDisputed = defineEvent({
  type: 'observations.observation-disputed',
  version: 1,
  subject: 'student',
  summary: 'A statement of disagreement that travels with the record; the record goes on counting.',
  schema: Shape({ observation: Id<ObservationId>(), goal: Id<GoalId>(), by: OneOf(['family', 'staff']), statement: Sealed(4000) }),
  sample: { observation, goal, by: 'family', statement: 'Sam was ill that day.' },
});

export const observationsEvents = [observationRecorded, observationCorrected, observationVoided, observationDisputed] as const;
export type ObservationsEvent = EventOf<(typeof observationsEvents)[number]>;

export const observationStream = (id: ObservationId): string => `observation-${id}`;
