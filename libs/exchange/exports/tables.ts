import type { Soap } from '@case/sessions/events';
import type { Goal } from '@case/plans/events';
import type { PlanState } from '@views/plan';
import type { TimelineLine } from '@views/timeline';
import { csv } from './csv';
import { factOf } from './words';

/** Names of the people who wrote the record. */
export type NameOf = (actor: string) => string;

const RECORDS = ['observation', 'accommodation-entry', 'session'];

/** One table for each kind of what was practised and promised, by file name. */
export function tablesOf(lines: readonly TimelineLine[], plans: readonly PlanState[], nameOf: NameOf): ReadonlyMap<string, string> {
  const of = (...kinds: readonly string[]) => lines.filter(({ kind }) => kinds.includes(kind));
  const whose = {
    by: ({ author }: TimelineLine) => nameOf(author),
    recorded_at: ({ recordedAt }: TimelineLine) => recordedAt,
    status: ({ status }: TimelineLine) => status,
    id: ({ id }: TimelineLine) => id,
  };
  const when = { day: ({ day }: TimelineLine) => day, at: ({ at }: TimelineLine) => at };
  const about = ({ about: named }: TimelineLine) => named?.label;
  return new Map([
    ['observations.csv', csv(of('observation'), { ...when, goal: about, ...seen, ...whose })],
    ['accommodation-entries.csv', csv(of('accommodation-entry'), { ...when, accommodation: about, ...logged, ...whose })],
    ['sessions.csv', csv(of('session'), { ...when, service: about, ...held, ...whose })],
    ['plan-goals.csv', csv(plans.flatMap(goalsOf), goalColumns)],
    [
      'case.csv',
      csv(
        lines.filter(({ kind }) => !RECORDS.includes(kind)),
        { ...when, kind: ({ kind }) => kind, what: factOf, ...whose },
      ),
    ],
  ]);
}

const context = (line: TimelineLine) => (line.detail.what === 'observation' ? line.detail.context : undefined);
const seen = {
  value: ({ figure }: TimelineLine) => figure?.value,
  unit: ({ figure }: TimelineLine) => figure?.unit,
  trials: ({ figure }: TimelineLine) => figure?.trials,
  setting: (line: TimelineLine) => context(line)?.setting,
  activity: (line: TimelineLine) => context(line)?.activity,
  unusual_day: (line: TimelineLine) => context(line)?.unusualDay,
  second_observer: (line: TimelineLine) => context(line)?.secondObserver,
  note: (line: TimelineLine) => context(line)?.note,
  raw: ({ detail }: TimelineLine) => (detail.what === 'observation' ? JSON.stringify(detail.raw) : undefined),
};

const entry = ({ detail }: TimelineLine) => (detail.what === 'entry' ? detail : undefined);
const logged = {
  class: ({ class: group }: TimelineLine) => group?.title,
  state: (line: TimelineLine) => entry(line)?.state.kind,
  outcome: (line: TimelineLine) => {
    const state = entry(line)?.state;
    return state?.kind === 'provided' ? state.outcome : state?.kind === 'not-provided' ? state.why : undefined;
  },
  note: (line: TimelineLine) => entry(line)?.note,
};

const outcome = ({ detail }: TimelineLine) => (detail.what === 'outcome' ? detail.outcome : undefined);
const given = (line: TimelineLine) => {
  const one = outcome(line);
  return one?.kind === 'missed' ? undefined : one;
};
const miss = (line: TimelineLine) => {
  const one = outcome(line);
  return one?.kind === 'missed' ? one : undefined;
};
const part = (name: keyof Soap) => (line: TimelineLine) => line.note?.[name];
const held = {
  outcome: (line: TimelineLine) => outcome(line)?.kind ?? 'scheduled',
  start: (line: TimelineLine) => given(line)?.start.at,
  end: (line: TimelineLine) => given(line)?.end.at,
  location: (line: TimelineLine) => given(line)?.location,
  group_size: (line: TimelineLine) => given(line)?.groupSize,
  make_up_for: (line: TimelineLine) => given(line)?.makeUpFor,
  planned_start: (line: TimelineLine) => miss(line)?.plannedStart.at,
  planned_seconds: (line: TimelineLine) => miss(line)?.plannedSeconds,
  miss_reason: (line: TimelineLine) => miss(line)?.reason,
  family_told: (line: TimelineLine) => miss(line)?.familyTold,
  subjective: part('subjective'),
  objective: part('objective'),
  assessment: part('assessment'),
  note_plan: part('plan'),
};

interface GoalRow {
  readonly goal: Goal;
  readonly plan: PlanState['promise'];
  readonly version?: number;
  readonly effectiveFrom?: string;
}

/** Of a draft its goals; of a plan in force, or ended, those of each version. */
function goalsOf({ promise }: PlanState): GoalRow[] {
  if (promise.versions.length === 0) return Object.values(promise.items.goals).map((goal) => ({ goal, plan: promise }));
  return promise.versions.flatMap(({ number: version, effectiveFrom, goals }) =>
    Object.values(goals).map((goal) => ({ goal, plan: promise, version, effectiveFrom })),
  );
}

const goalColumns = {
  plan: ({ plan }: GoalRow) => plan.plan,
  plan_kind: ({ plan }: GoalRow) => plan.kind,
  plan_status: ({ plan }: GoalRow) => plan.status,
  version: ({ version }: GoalRow) => version,
  effective_from: ({ effectiveFrom }: GoalRow) => effectiveFrom,
  goal: ({ goal }: GoalRow) => goal.goal,
  area: ({ goal }: GoalRow) => goal.area,
  label: ({ goal }: GoalRow) => goal.label,
  statement: ({ goal }: GoalRow) => goal.statement,
  better: ({ goal }: GoalRow) => goal.better,
  measure: ({ goal }: GoalRow) => goal.measure?.kind,
  baseline: ({ goal }: GoalRow) => goal.baseline?.value,
  baseline_on: ({ goal }: GoalRow) => goal.baseline?.on,
  target: ({ goal }: GoalRow) => goal.target?.value,
  target_on: ({ goal }: GoalRow) => goal.target?.on,
  criterion: ({ goal: { criterion } }: GoalRow) =>
    criterion && `${criterion.comparator} ${criterion.value} on ${criterion.times} of ${criterion.outOf} ${criterion.per}`,
  reporting: ({ goal }: GoalRow) => goal.reporting,
};
