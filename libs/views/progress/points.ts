import type { Criterion, Goal } from '@case/plans/events';
import type { PlanPromise } from '@case/plans/promise';
import type { ActorId, EventId, GoalId, Instant, LocalDate, ObservationId, PlanId, StudentId } from '@foundation/kernel';
import {
  aimLine,
  type AimLine,
  type Aggregation,
  type Baseline,
  baselineOf,
  type DayValue,
  dayValue,
  type Measure,
  type Point,
  PROMPT_LEVELS,
  type PromptLevel,
} from '@foundation/measurement';
import { goalOn } from '../plan';
import { counts, type Seen } from './seen';

/** What a figure rests on. */
export interface Evidence {
  readonly record: ObservationId;
  readonly observer: ActorId;
  readonly events: readonly EventId[];
}

/** One day's value, with its rule, unit, number of sittings and trials, and help given. */
export interface DayPoint extends DayValue {
  readonly day: LocalDate;
  readonly unusualDays: readonly string[];
  readonly late: boolean;
  readonly corrected: boolean;
  readonly disputed: boolean;
  readonly evidence: readonly Evidence[];
}

export interface GoalProgress {
  readonly goal: GoalId;
  readonly student: StudentId;
  readonly plan: PlanId;
  /** Answered with what was recorded by then; absent: with what is known now. */
  readonly asOf?: Instant;
  readonly label: string;
  readonly better: Goal['better'];
  readonly measure?: Measure;
  readonly aggregation: Aggregation;
  readonly criterion?: Criterion;
  readonly target?: Point;
  /** Stated in the plan or the median of the first three points; its rule says which. */
  readonly baseline?: Baseline;
  readonly aimLine?: Omit<AimLine, 'at'> & { readonly points: readonly Point[] };
  /** By day. Voided records and second observers have no part in them. */
  readonly days: readonly DayPoint[];
  /** A second observer's points, for agreement: kept apart, never pooled. */
  readonly secondObserver: readonly DayPoint[];
  readonly lastDataDay?: LocalDate;
  readonly records: number;
  readonly trials: number;
  /** Over all days, at each level of help. */
  readonly prompts?: Readonly<Record<PromptLevel, number>>;
  /** No longer counting, still visible. */
  readonly voided: readonly (Evidence & { readonly day: LocalDate })[];
}

/** Daily values of one goal. Serves the table's rows and the as-of fold alike. */
export function progressOf(plan: PlanPromise, goal: GoalId, seen: readonly Seen[]): GoalProgress | undefined {
  const latest = plan.items.goals[goal] ?? plan.versions.findLast((version) => version.goals[goal] !== undefined)?.goals[goal];
  if (!latest) return undefined;
  const { label, better, measure, aggregation, criterion } = latest;
  const target = latest.target && { on: latest.target.on, value: latest.target.value };
  const points = (of: readonly Seen[]) =>
    byDay(of).flatMap((records) => dayPoint(goalOn(plan, goal, records[0].day) ?? latest, records) ?? []);
  const days = points(seen.filter(counts));
  const plotted = days.flatMap(({ day, value }) => (value === undefined ? [] : [{ on: day, value }]));
  const baseline = baselineOf(plotted, latest.baseline);
  const aim = baseline && target && aimLine(baseline, target);
  return {
    goal,
    student: plan.student,
    plan: plan.plan,
    label,
    better,
    measure,
    aggregation,
    criterion,
    target,
    baseline,
    aimLine: aim && { rule: aim.rule, from: aim.from, to: aim.to, slopePerWeek: aim.slopePerWeek, points: aimedAt(aim, days) },
    days,
    secondObserver: points(seen.filter(({ voided, secondObserver }) => secondObserver && !voided)),
    lastDataDay: days.at(-1)?.day,
    records: days.reduce((sum, { sittings }) => sum + sittings, 0),
    trials: days.reduce((sum, { trials }) => sum + trials, 0),
    prompts: promptsOf(days),
    voided: seen.filter(({ voided }) => voided).map((one) => ({ day: one.day, ...evidenceOf(one) })),
  };
}

/** The value of one day's sittings under the goal as it read that day; undefined when none is of its measure. */
export function dayPoint(goal: Goal, records: readonly [Seen, ...Seen[]]): DayPoint | undefined {
  const { measure, aggregation } = goal;
  const fitting = records.filter(({ raw }) => raw.kind === measure?.kind);
  if (!measure || fitting.length === 0) return undefined;
  return {
    day: records[0].day,
    ...dayValue(
      measure,
      aggregation,
      fitting.map(({ raw }) => raw),
    ),
    unusualDays: [...new Set(fitting.flatMap(({ unusualDay }) => unusualDay ?? []))],
    late: fitting.some(({ late }) => late),
    corrected: fitting.some(({ corrected }) => corrected),
    disputed: fitting.some(({ disputed }) => disputed),
    evidence: fitting.map(evidenceOf),
  };
}

const evidenceOf = ({ record, observer, events }: Seen): Evidence => ({ record, observer, events });

/** Groups records that stand in order of day. */
function byDay(seen: readonly Seen[]): [Seen, ...Seen[]][] {
  const days = new Map<LocalDate, [Seen, ...Seen[]]>();
  for (const one of seen) {
    const sameDay = days.get(one.day);
    if (sameDay) sameDay.push(one);
    else days.set(one.day, [one]);
  }
  return [...days.values()];
}

/** Both ends of the line, and where it stands on each day with data between them. */
function aimedAt(aim: AimLine, days: readonly DayPoint[]): Point[] {
  const between = days.flatMap(({ day }) => (day > aim.from.on && day < aim.to.on ? [{ on: day, value: aim.at(day) }] : []));
  return [aim.from, ...between, aim.to];
}

function promptsOf(days: readonly DayPoint[]): Record<PromptLevel, number> | undefined {
  const figures = days.flatMap(({ prompts }) => (prompts ? [prompts.counts] : []));
  if (figures.length === 0) return undefined;
  const total = (level: PromptLevel) => figures.reduce((sum, counted) => sum + counted[level], 0);
  return Object.fromEntries(PROMPT_LEVELS.map((level) => [level, total(level)])) as Record<PromptLevel, number>;
}
