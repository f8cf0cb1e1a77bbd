import { CriterionSchema } from '@case/plans';
import {
  type ActorId,
  At,
  Day,
  Either,
  type EventId,
  type GoalId,
  Id,
  Maybe,
  type ObservationId,
  OneOf,
  type PlanId,
  Shape,
  type StaffId,
  type StudentId,
  Type,
} from '@foundation/kernel';
import { AGGREGATIONS, MeasureSchema, PROMPT_LEVELS, type PromptLevel } from '@foundation/measurement';
import { answer, described, named, Text, Whole } from '../shared/answers';
import { sample } from '../shared/samples';

/** A member of staff, or the service itself. */
export const Actor = named('Actor', Type.Unsafe<ActorId>(Either([Id<StaffId>(), Type.Literal('system')])));

const ofEachLevel = Object.fromEntries(PROMPT_LEVELS.map((level) => [level, Type.Number({ minimum: 0 })]));
const AtEachLevel = named('AtEachPromptLevel', Type.Unsafe<Readonly<Record<PromptLevel, number>>>(Shape(ofEachLevel)));

const figure = {
  value: described('Absent, never 0, when nothing was tried: no data is not a zero.', Maybe(Type.Number())),
  unit: Text('%, count, per minute, per hour, seconds, words correct per minute, or the measure’s own unit or scale.'),
  trials: described('Trials tried, intervals, steps, episodes, latencies or words; 1 per sitting for counts, scores and values.', Whole),
  observedSeconds: described('The window that was watched, where the measure has one.', Maybe(Type.Number({ minimum: 0 }))),
  prompts: Maybe(
    Shape({
      counts: AtEachLevel,
      percentAtOrBelow: AtEachLevel,
    }),
  ),
};
/** The value of one record. */
export const Figure = named('Figure', Shape(figure));

const Point = named('Point', Shape({ on: Day, value: Type.Number() }));
const evidence = { record: Id<ObservationId>(), observer: Actor, events: Type.Array(Id<EventId>()) };

const DayPoint = named(
  'DayPoint',
  Shape({
    day: Day,
    ...figure,
    rule: described('How the day’s sittings became one value.', OneOf(['pool@1', 'mean-of-sessions@1', 'median@1'])),
    sittings: Whole,
    unusualDays: Type.Array(Text()),
    late: Type.Boolean(),
    corrected: Type.Boolean(),
    disputed: Type.Boolean(),
    evidence: Type.Array(named('Evidence', Shape(evidence))),
  }),
);

const day = {
  day: '2026-03-02',
  value: 70,
  unit: '%',
  trials: 10,
  rule: 'pool@1',
  sittings: 1,
  unusualDays: [],
  late: false,
  corrected: false,
  disputed: false,
  evidence: [{ record: sample.observation, observer: sample.staff, events: [sample.event] }],
} as const;
const target = { value: 80, on: '2026-08-31' };
const baseline = { on: '2025-09-08', value: 20 };

export const ProgressAnswer = answer(
  'GoalProgress',
  Shape({
    goal: Id<GoalId>(),
    student: Id<StudentId>(),
    plan: Id<PlanId>(),
    asOf: described('What was recorded by then; absent: what is known now.', Maybe(At)),
    label: Text(),
    better: OneOf(['up', 'down']),
    measure: Maybe(MeasureSchema),
    aggregation: OneOf(AGGREGATIONS),
    criterion: Maybe(CriterionSchema),
    target: Maybe(Point),
    baseline: Maybe(
      Shape({
        on: Day,
        value: Type.Number(),
        rule: described('The median of the first three points, or stated in the plan.', OneOf(['baseline-median@1', 'baseline-stated@1'])),
        days: described('The days it rests on; none when stated.', Type.Array(Day)),
      }),
    ),
    aimLine: Maybe(
      Shape({
        rule: Type.Literal('aim-line@1'),
        from: Point,
        to: Point,
        slopePerWeek: Type.Number(),
        points: described('Both ends, and where the line stands on each day with data between them.', Type.Array(Point)),
      }),
    ),
    days: described('By day, without voided records and second observers.', Type.Array(DayPoint)),
    secondObserver: described('A second observer’s points, for agreement: never pooled.', Type.Array(DayPoint)),
    lastDataDay: Maybe(Day),
    records: Whole,
    trials: Whole,
    prompts: described('Over all days.', Maybe(AtEachLevel)),
    voided: described('No longer counting, still visible.', Type.Array(Shape({ ...evidence, day: Day }))),
  }),
  {
    goal: sample.goal,
    student: sample.student,
    plan: sample.plan,
    label: 'Asks for help',
    better: 'up',
    measure: { kind: 'percent-correct' },
    aggregation: 'pool',
    criterion: { comparator: 'at-least', value: 80, times: 3, outOf: 4, per: 'days', minimumTrials: 5 },
    target,
    baseline: { ...baseline, rule: 'baseline-stated@1', days: [] },
    aimLine: {
      rule: 'aim-line@1',
      from: baseline,
      to: target,
      slopePerWeek: 1.176,
      points: [baseline, { on: '2026-03-02', value: 49.4 }, target],
    },
    days: [day],
    secondObserver: [],
    lastDataDay: '2026-03-02',
    records: 1,
    trials: 10,
    voided: [],
  },
);
