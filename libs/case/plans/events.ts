import {
  type AccommodationId,
  type ClassId,
  Day,
  defineEvent,
  DISCIPLINES,
  Either,
  type EventOf,
  type GoalId,
  Id,
  List,
  Maybe,
  OneOf,
  type PlanId,
  Sealed,
  type ServiceId,
  Shape,
  type StaffId,
  type Static,
  type StudentId,
  Text,
  Type,
} from '@foundation/kernel';
import { AGGREGATIONS, MeasureSchema, PromptLevelSchema } from '@foundation/measurement';

export const PLAN_KINDS = ['iep', '504'] as const;
export type PlanKind = (typeof PLAN_KINDS)[number];
export const ACCOMMODATION_CATEGORIES = ['presentation', 'response', 'setting', 'timing-scheduling', 'behavioural', 'other'] as const;
export const ACCOMMODATION_USES = ['instruction', 'assessment', 'both', 'modification'] as const;
export const SERVICE_PERIODS = ['week', 'month', 'quarter', 'semester', 'year'] as const;

/** Met only by data, declared mastered only by a person (domain section 4). */
export const CriterionSchema = Shape({
  comparator: OneOf(['at-least', 'at-most']),
  value: Type.Number(),
  minimumTrials: Maybe(Type.Integer({ minimum: 1, maximum: 1000 })),
  /** n of the last m days or sessions. */
  times: Type.Integer({ minimum: 1, maximum: 60 }),
  outOf: Type.Integer({ minimum: 1, maximum: 60 }),
  per: OneOf(['days', 'sessions']),
  people: Maybe(Type.Integer({ minimum: 1, maximum: 10 })),
  settings: Maybe(Type.Integer({ minimum: 1, maximum: 10 })),
  highestPrompt: Maybe(PromptLevelSchema),
});
export type Criterion = Static<typeof CriterionSchema>;

/** A goal as drafted: what activation needs may still be missing. */
export const GoalSchema = Shape({
  goal: Id<GoalId>(),
  area: Text(80),
  statement: Sealed(2000),
  /** A short clear label for lists is personal text too: it may name the child. */
  label: Sealed(120),
  better: OneOf(['up', 'down']),
  measure: Maybe(MeasureSchema),
  aggregation: OneOf(AGGREGATIONS),
  /** A stated baseline; without one, progress takes the median of the first baseline points. */
  baseline: Maybe(Shape({ value: Type.Number(), on: Day })),
  target: Maybe(Shape({ value: Type.Number(), on: Day })),
  criterion: Maybe(CriterionSchema),
  /** When progress is reported to the family (34 CFR 300.320(a)(3)(ii)). */
  reporting: Maybe(OneOf(['monthly', 'quarterly', 'trimester', 'semester'])),
  startPrompt: Maybe(PromptLevelSchema),
  classes: List(Id<ClassId>(), 40),
});
export type Goal = Static<typeof GoalSchema>;

export const AccommodationSchema = Shape({
  accommodation: Id<AccommodationId>(),
  category: OneOf(ACCOMMODATION_CATEGORIES),
  use: OneOf(ACCOMMODATION_USES),
  label: Sealed(120),
  description: Maybe(Sealed(2000)),
  /** The classes in which it is promised: each is expected on each day. */
  classes: List(Id<ClassId>(), 40),
});
export type Accommodation = Static<typeof AccommodationSchema>;

/** A service line. 34 CFR 300.320(a)(7): start, frequency, location and duration, all four before activation. */
export const ServiceSchema = Shape({
  service: Id<ServiceId>(),
  discipline: OneOf(DISCIPLINES),
  start: Maybe(Day),
  end: Maybe(Day),
  frequency: Maybe(Shape({ sessions: Type.Integer({ minimum: 1, maximum: 40 }), per: OneOf(SERVICE_PERIODS) })),
  /** Minutes of one session. */
  minutes: Maybe(Type.Integer({ minimum: 1, maximum: 480 })),
  location: Maybe(Text(120)),
  delivery: OneOf(['individual', 'group', 'either']),
});
export type Service = Static<typeof ServiceSchema>;

const plan = '1d0e1c5e-0f5b-5c59-9f0e-0c7d5d1c0d01';
const student = '0c8e1c5e-0f5b-5c59-9f0e-0c7d5d1c0c01';
const math = '5f0c1c5e-0f5b-5c59-9f0e-0c7d5d1c0a03';
const goalSample = {
  goal: '1d0e1c5e-0f5b-5c59-9f0e-0c7d5d1c0d02',
  area: 'communication',
  statement: 'Given a hard task, Sam will ask for help in words or with a card in 8 of 10 chances.',
  label: 'Asks for help',
  better: 'up',
  measure: { kind: 'prompted-trials' },
  aggregation: 'pool',
  target: { value: 80, on: '2026-08-31' },
  criterion: { comparator: 'at-least', value: 80, times: 3, outOf: 4, per: 'days', minimumTrials: 5 },
  reporting: 'quarterly',
  classes: [math],
};
const accommodationSample = {
  accommodation: '1d0e1c5e-0f5b-5c59-9f0e-0c7d5d1c0d03',
  category: 'timing-scheduling',
  use: 'instruction',
  label: 'Extra time',
  classes: [math],
};
const serviceSample = {
  service: '1d0e1c5e-0f5b-5c59-9f0e-0c7d5d1c0d04',
  discipline: 'speech',
  start: '2025-09-01',
  frequency: { sessions: 2, per: 'week' },
  minutes: 30,
  location: 'Therapy room',
  delivery: 'individual',
};

export const planDrafted = defineEvent({
  type: 'plans.plan-drafted',
  version: 1,
  subject: 'student',
  summary: 'A plan was begun for a child.',
  schema: Shape({ plan: Id<PlanId>(), student: Id<StudentId>(), kind: OneOf(PLAN_KINDS) }),
  sample: { plan, student, kind: 'iep' },
});

export const presentLevelsWritten = defineEvent({
  type: 'plans.present-levels-written',
  version: 1,
  subject: 'student',
  summary: 'Present levels of achievement and performance, and from 16 the transition statement.',
  schema: Shape({ plan: Id<PlanId>(), presentLevels: Sealed(20_000), transition: Maybe(Sealed(20_000)) }),
  sample: { plan, presentLevels: 'Sam reads 58 words per minute and asks for help when prompted.' },
});

export const goalSet = defineEvent({
  type: 'plans.goal-set',
  version: 1,
  subject: 'student',
  summary: 'A goal of a draft, new or rewritten.',
  schema: Shape({ plan: Id<PlanId>(), goal: GoalSchema }),
  sample: { plan, goal: goalSample },
});

export const accommodationSet = defineEvent({
  type: 'plans.accommodation-set',
  version: 1,
  subject: 'student',
  summary: 'An accommodation or modification of a draft, new or rewritten.',
  schema: Shape({ plan: Id<PlanId>(), accommodation: AccommodationSchema }),
  sample: { plan, accommodation: accommodationSample },
});

export const serviceSet = defineEvent({
  type: 'plans.service-set',
  version: 1,
  subject: 'student',
  summary: 'A service line of a draft, new or rewritten.',
  schema: Shape({ plan: Id<PlanId>(), service: ServiceSchema }),
  sample: { plan, service: serviceSample },
});

export const itemRemoved = defineEvent({
  type: 'plans.item-removed',
  version: 1,
  subject: 'student',
  summary: 'A goal, accommodation or service was taken out of a draft.',
  schema: Shape({ plan: Id<PlanId>(), item: Either([Id<GoalId>(), Id<AccommodationId>(), Id<ServiceId>()]) }),
  sample: { plan, item: goalSample.goal },
});

export const planActivated = defineEvent({
  type: 'plans.plan-activated',
  version: 1,
  subject: 'student',
  summary: 'The draft became version 1, in force from a day; its clocks start.',
  schema: Shape({
    plan: Id<PlanId>(),
    effectiveFrom: Day,
    /** The team meeting; the annual review is due within one year of it (34 CFR 300.324(b)). */
    meetingOn: Day,
    annualReviewDue: Day,
    /** The last evaluation; a new one is due within three years (34 CFR 300.303(b)). */
    evaluatedOn: Maybe(Day),
    reevaluationDue: Maybe(Day),
  }),
  sample: { plan, effectiveFrom: '2025-09-01', meetingOn: '2025-08-28', annualReviewDue: '2026-08-28' },
});

export const planAmended = defineEvent({
  type: 'plans.plan-amended',
  version: 1,
  subject: 'student',
  summary:
    'Without a meeting, by written agreement (34 CFR 300.324(a)(4)): a new version, effective from its day. Clocks do not restart, past days do not change.',
  schema: Shape({
    plan: Id<PlanId>(),
    planVersion: Type.Integer({ minimum: 2 }),
    effectiveFrom: Day,
    agreement: Shape({ parent: Sealed(240), agency: Id<StaffId>(), on: Day, reason: Sealed(2000) }),
    /** Items as they read in the new version; items not named stay as they were. */
    goals: List(GoalSchema, 60),
    accommodations: List(AccommodationSchema, 100),
    services: List(ServiceSchema, 40),
    removed: List(Either([Id<GoalId>(), Id<AccommodationId>(), Id<ServiceId>()]), 100),
  }),
  sample: {
    plan,
    planVersion: 2,
    effectiveFrom: '2026-03-02',
    agreement: {
      parent: 'Rita Rivermoss',
      agency: '7a1b0c5e-0f5b-5c59-9f0e-0c7d5d1c0b01',
      on: '2026-02-27',
      reason: 'More speech after the winter review',
    },
    goals: [],
    accommodations: [],
    services: [{ ...serviceSample, minutes: 45 }],
    removed: [],
  },
});

export const planAcknowledged = defineEvent({
  type: 'plans.plan-acknowledged',
  version: 1,
  subject: 'student',
  summary: 'A person responsible was informed of their part of a version (34 CFR 300.323(d)).',
  schema: Shape({ plan: Id<PlanId>(), planVersion: Type.Integer({ minimum: 1 }), staff: Id<StaffId>() }),
  sample: { plan, planVersion: 1, staff: '7a1b0c5e-0f5b-5c59-9f0e-0c7d5d1c0b01' },
});

export const planEnded = defineEvent({
  type: 'plans.plan-ended',
  version: 1,
  subject: 'student',
  summary: 'The plan’s last day in force is named, with a reason.',
  schema: Shape({ plan: Id<PlanId>(), lastDay: Day, reason: Sealed(2000) }),
  sample: { plan, lastDay: '2026-08-28', reason: 'Replaced at the annual review' },
});

export const plansEvents = [
  planDrafted,
  presentLevelsWritten,
  goalSet,
  accommodationSet,
  serviceSet,
  itemRemoved,
  planActivated,
  planAmended,
  planAcknowledged,
  planEnded,
] as const;
export type PlansEvent = EventOf<(typeof plansEvents)[number]>;
export type ItemId = EventOf<typeof itemRemoved>['data']['item'];
export type Agreement = EventOf<typeof planAmended>['data']['agreement'];

export const planStream = (id: PlanId): string => `plan-${id}`;
