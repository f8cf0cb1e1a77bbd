import { AccommodationSchema, GoalSchema, PLAN_KINDS, planAmended, ServiceSchema } from '@case/plans';
import type { Accommodation, Goal, Service } from '@case/plans';
import {
  type AccommodationId,
  At,
  Day,
  Either,
  type GoalId,
  Id,
  Maybe,
  OneOf,
  type PlanId,
  type ServiceId,
  Shape,
  type StaffId,
  type StudentId,
  type TSchema,
  Type,
} from '@foundation/kernel';
import { answer, described, ItemsOf, named, Revision, Text, Whole } from '../shared/answers';
import { sample } from '../shared/samples';

const Agreement = named('Agreement', planAmended.schema.properties.agreement);
const Version = Type.Integer({ minimum: 1 });

/** An object whose keys are ids. */
const ById = <K extends string, T>(item: TSchema) => Type.Unsafe<Readonly<Record<K, T>>>(Type.Object({}, { additionalProperties: item }));
const items = {
  goals: described('By id.', ById<GoalId, Goal>(GoalSchema)),
  accommodations: described('By id.', ById<AccommodationId, Accommodation>(AccommodationSchema)),
  services: described('By id.', ById<ServiceId, Service>(ServiceSchema)),
};

const clocks = {
  meetingOn: Maybe(Day),
  annualReviewDue: described('Within a year of the meeting (34 CFR 300.324(b)).', Maybe(Day)),
  evaluatedOn: Maybe(Day),
  reevaluationDue: described('Within three years of the evaluation (34 CFR 300.303(b)).', Maybe(Day)),
};

const promise = {
  plan: Id<PlanId>(),
  student: Id<StudentId>(),
  kind: OneOf(PLAN_KINDS),
  status: OneOf(['draft', 'active', 'ended']),
  presentLevels: Maybe(Text()),
  transition: Maybe(Text()),
  items: described('Of a draft; of the latest version once active.', Shape(items)),
  versions: described(
    'In order of effect.',
    Type.Array(named('PlanVersion', Shape({ number: Version, effectiveFrom: Day, agreement: Maybe(Agreement), recordedAt: At, ...items }))),
  ),
  ...clocks,
  lastDay: Maybe(Day),
  endReason: Maybe(Text()),
  acknowledgements: Type.Array(Shape({ staff: Id<StaffId>(), version: Version, at: At })),
};

const Obligation = Shape({ week: described('Monday.', Day), sessions: Whole, minutes: Whole });
const ServiceInForce = named(
  'ServiceInForce',
  Shape({
    ...ServiceSchema.properties,
    obligation: described('What the line owes in the week of the day; absent when it does not run, or not by the week.', Maybe(Obligation)),
  }),
);

const PlanInForce = named(
  'PlanInForce',
  Shape({
    plan: Id<PlanId>(),
    kind: OneOf(PLAN_KINDS),
    revision: Revision,
    version: Version,
    effectiveFrom: Day,
    nextFrom: described('First day of the next version, where one is known.', Maybe(Day)),
    lastDay: Maybe(Day),
    agreement: Maybe(Agreement),
    presentLevels: described('For readers of the whole record, as are agreement and transition.', Maybe(Text())),
    transition: Maybe(Text()),
    goals: described('A teacher sees those of their classes.', Type.Array(GoalSchema)),
    accommodations: described('A teacher sees those of their classes.', Type.Array(AccommodationSchema)),
    services: Type.Array(ServiceInForce),
    clocks: Shape(clocks),
    acknowledgements: described('Of this version.', Type.Array(Shape({ staff: Id<StaffId>(), at: At }))),
    versions: Type.Array(Shape({ number: Version, effectiveFrom: Day, recordedAt: At })),
  }),
);

const summary = {
  plan: promise.plan,
  student: promise.student,
  kind: promise.kind,
  status: promise.status,
  versions: Type.Array(Shape({ number: Version, effectiveFrom: Day })),
  lastDay: Maybe(Day),
  annualReviewDue: Maybe(Day),
  revision: Revision,
};

const goal = {
  goal: sample.goal,
  area: 'communication',
  statement: 'Given a hard task, Sam will ask for help in words or with a card in 8 of 10 chances.',
  label: 'Asks for help',
  better: 'up',
  measure: { kind: 'prompted-trials' },
  aggregation: 'pool',
  target: { value: 80, on: '2026-08-31' },
  criterion: { comparator: 'at-least', value: 80, times: 3, outOf: 4, per: 'days', minimumTrials: 5 },
  reporting: 'quarterly',
  classes: [sample.class],
} as const;
const accommodation = {
  accommodation: sample.accommodation,
  category: 'timing-scheduling',
  use: 'instruction',
  label: 'Extra time',
  classes: [sample.class],
} as const;
const service = {
  service: sample.service,
  discipline: 'speech',
  start: '2025-09-01',
  frequency: { sessions: 2, per: 'week' },
  minutes: 30,
  location: 'Therapy room',
  delivery: 'individual',
} as const;
const dates = { meetingOn: '2025-08-28', annualReviewDue: '2026-08-28' };
const first = { number: 1, effectiveFrom: '2025-09-01' };
const recordedAt = '2025-08-28T19:30:00.000Z';
const presentLevels = 'Sam reads 58 words per minute and asks for help when prompted.';
const inForce = {
  plan: sample.plan,
  kind: 'iep',
  revision: 17,
  version: 1,
  effectiveFrom: '2025-09-01',
  presentLevels,
  goals: [goal],
  accommodations: [accommodation],
  services: [{ ...service, obligation: { week: '2026-03-02', sessions: 2, minutes: 60 } }],
  clocks: dates,
  acknowledgements: [{ staff: sample.staff, at: '2025-09-01T12:05:00.000Z' }],
  versions: [{ ...first, recordedAt }],
} as const;
const known = { plan: sample.plan, student: sample.student, kind: 'iep', status: 'active' } as const;
const byId = {
  goals: { [sample.goal]: goal },
  accommodations: { [sample.accommodation]: accommodation },
  services: { [sample.service]: service },
};

export const PlansOnAnswer = answer(
  'PlansOn',
  Shape({
    on: Day,
    asOf: described('What was recorded by then; absent: what is known now.', Maybe(At)),
    inForce: described('The latest effect first; two while an IEP and a 504 plan overlap.', Type.Array(PlanInForce)),
    drafts: described(
      'For readers of the whole record.',
      Type.Array(Shape({ promise: named('PlanPromise', Shape(promise)), revision: Revision })),
    ),
  }),
  { on: '2026-03-03', inForce: [inForce], drafts: [] },
);

export const PlansAnswer = answer('Plans', ItemsOf(named('PlanSummary', Shape(summary))), {
  items: [{ ...known, versions: [first], annualReviewDue: dates.annualReviewDue, revision: 17 }],
});

export const PlanAnswer = answer(
  'Plan',
  Either([
    named('WholePlan', described('For readers of the whole record.', Shape({ ...promise, revision: Revision }))),
    named(
      'PlanToActOn',
      described(
        'For everybody else on the team.',
        Shape({ ...summary, inForce: described('Null when no version is in force, today or later.', Either([PlanInForce, Type.Null()])) }),
      ),
    ),
  ]),
  {
    ...known,
    presentLevels,
    items: byId,
    versions: [{ ...first, recordedAt, ...byId }],
    ...dates,
    acknowledgements: [{ staff: sample.staff, version: 1, at: '2025-09-01T12:05:00.000Z' }],
    revision: 17,
  },
);
