import { Count, Either, List, Maybe, OneOf, Shape, type Static, Text, Type } from '@foundation/kernel';

/** From least to most help (domain: prompted trials, task analysis). */
export const PROMPT_LEVELS = ['independent', 'gestural', 'verbal', 'visual', 'model', 'partial-physical', 'full-physical'] as const;
export type PromptLevel = (typeof PROMPT_LEVELS)[number];
export const PromptLevelSchema = OneOf(PROMPT_LEVELS);

const kind = <const K extends string>(value: K) => Type.Literal(value);
const Seconds = Type.Number({ minimum: 0, maximum: 86_400 });
/** A window that was really watched: what makes a zero a zero. */
const ObservedMinutes = Type.Number({ exclusiveMinimum: 0, maximum: 1440 });

/** How a goal is measured: fixed when the goal is set; decides which raw data an observation must carry and which value a chart shows. */
export const MeasureSchema = Either([
  Shape({ kind: kind('percent-correct') }),
  Shape({ kind: kind('prompted-trials'), countsUpTo: Maybe(PromptLevelSchema) }),
  Shape({ kind: kind('frequency'), value: OneOf(['count', 'per-minute', 'per-hour']) }),
  Shape({ kind: kind('duration'), value: OneOf(['total-seconds', 'mean-seconds', 'percent-of-time']) }),
  Shape({ kind: kind('latency'), value: OneOf(['mean-seconds', 'median-seconds']) }),
  Shape({
    kind: kind('interval'),
    method: OneOf(['partial', 'whole', 'momentary']),
    intervalSeconds: Type.Integer({ minimum: 1, maximum: 3600 }),
  }),
  Shape({
    kind: kind('task-analysis'),
    steps: Type.Integer({ minimum: 1, maximum: 60 }),
    chaining: OneOf(['forward', 'backward', 'total']),
  }),
  Shape({ kind: kind('rubric'), scale: Text(80), lowest: Type.Integer(), highest: Type.Integer() }),
  Shape({ kind: kind('oral-reading') }),
  Shape({ kind: kind('value'), unit: Text(40) }),
]);
export type Measure = Static<typeof MeasureSchema>;
export type MeasureKind = Measure['kind'];

/** What was seen, raw: counts and seconds, never a computed figure. Its kind is the goal's measure's kind. */
export const RawSchema = Either([
  Shape({ kind: kind('percent-correct'), correct: Count, incorrect: Count, noResponse: Count }),
  Shape({
    kind: kind('prompted-trials'),
    trials: List(Shape({ response: OneOf(['correct', 'incorrect', 'no-response']), prompt: PromptLevelSchema })),
  }),
  Shape({ kind: kind('frequency'), count: Count, observedMinutes: ObservedMinutes }),
  Shape({ kind: kind('duration'), episodes: List(Seconds), observedMinutes: ObservedMinutes }),
  Shape({ kind: kind('latency'), latencies: List(Seconds) }),
  Shape({ kind: kind('interval'), scored: Count, observed: Type.Integer({ minimum: 1, maximum: 10_000 }) }),
  Shape({ kind: kind('task-analysis'), steps: List(OneOf([...PROMPT_LEVELS, 'not-done'])) }),
  Shape({ kind: kind('rubric'), score: Type.Integer() }),
  Shape({ kind: kind('oral-reading'), attempted: Count, errors: Count, seconds: Type.Number({ exclusiveMinimum: 0, maximum: 3600 }) }),
  Shape({ kind: kind('value'), value: Type.Number() }),
]);
export type Raw = Static<typeof RawSchema>;

/** Same-day rule (domain section 3): named and versioned, shown beside the figure. */
export const AGGREGATIONS = ['pool', 'mean-of-sessions'] as const;
export type Aggregation = (typeof AGGREGATIONS)[number];
