import { isAhead, localDateOf } from '@foundation/calendar';
import type {
  Discipline,
  GoalId,
  Instant,
  LocalDate,
  PlanId,
  Refusal,
  RefusalPart,
  ServiceId,
  SessionId,
  StudentId,
  ZonedInstant,
} from '@foundation/kernel';
import { notYet } from '@foundation/kernel';
import { daysPromised, type PlanPromise, type PlanVersion, versionOn } from '@case/plans/promise';
import type { Outcome } from './events';
import { refuse } from './refusals';

const LONGEST_SECONDS = 8 * 3600;
const SHORTEST_PLAN_SECONDS = 60;
const LARGEST_GROUP = 40;

/** What the rules must know of other streams. */
export interface Facts {
  /** The plan as its events tell it now; undefined when there is none. */
  readonly promise?: PlanPromise;
  /** The session that a make-up names, when it names one and it exists. */
  readonly missed?: MissedSession;
  readonly recordedAt: Instant;
}

/** What a make-up needs to know of the session it repays. */
export interface MissedSession {
  readonly student: StudentId;
  readonly service: ServiceId;
  readonly status: 'scheduled' | 'withdrawn' | 'recorded' | 'voided';
  readonly content?: Outcome;
}

/** Of which child, plan and service line a session is. */
export interface ServiceLine {
  readonly session: SessionId;
  readonly student: StudentId;
  readonly plan: PlanId;
  readonly service: ServiceId;
}

/** When it happened, or was to happen. */
export const timeOf = (outcome: Outcome): ZonedInstant => (outcome.kind === 'missed' ? outcome.plannedStart : outcome.start);
/** The local day on which it counts. */
export const dayOf = (outcome: Outcome): LocalDate => localDateOf(timeOf(outcome));

/** The discipline of a service line, as the plan names it last. */
export function disciplineOf(promise: PlanPromise, service: ServiceId): Discipline | undefined {
  return [...promise.versions, promise.items].reverse().find((items) => items.services[service])?.services[service]?.discipline;
}

/** Why a session cannot be planned so; undefined when it can. */
export function scheduleRefusal(line: ServiceLine, start: ZonedInstant, plannedSeconds: number, { promise }: Facts): Refusal | undefined {
  return (
    serviceRefusal(line, promise) ??
    numbersRefusal(plannedFaults('', plannedSeconds)) ??
    inForceRefusal(line.service, localDateOf(start), promise, '/start')
  );
}

/** Why a session cannot have had this outcome; undefined when it can. */
export function outcomeRefusal(line: ServiceLine, outcome: Outcome, facts: Facts): Refusal | undefined {
  const [startField, endField] = outcome.kind === 'missed' ? ['plannedStart', 'plannedStart'] : ['start', 'end'];
  const over = outcome.kind === 'missed' ? outcome.plannedStart : outcome.end;
  return (
    serviceRefusal(line, facts.promise) ??
    numbersRefusal(outcomeFaults(outcome)) ??
    (isAhead(over.at, facts.recordedAt) ? notYet(`/outcome/${endField}`) : undefined) ??
    inForceRefusal(line.service, dayOf(outcome), facts.promise, `/outcome/${startField}`) ??
    workRefusal(line, outcome, facts)
  );
}

/** Like `outcomeRefusal`, for a day on which the service was in force when it was recorded: the plan's end may have been set since. */
export function sameDayRefusal(line: ServiceLine, outcome: Outcome, facts: Facts): Refusal | undefined {
  return numbersRefusal(outcomeFaults(outcome)) ?? workRefusal(line, outcome, facts);
}

/** A service of another child reads like one that does not exist. */
function serviceRefusal({ student, service }: ServiceLine, promise: PlanPromise | undefined): Refusal | undefined {
  if (promise?.student === student && disciplineOf(promise, service)) return undefined;
  return refuse('service-unknown', 'Name a service of this child’s plan.', [{ pointer: '/service', detail: 'is not in the plan' }]);
}

function inForceRefusal(service: ServiceId, on: LocalDate, promise: PlanPromise | undefined, pointer: string): Refusal | undefined {
  if (!promise) return undefined;
  const line = versionOn(promise, on)?.services[service];
  const begun = line?.start === undefined || line.start <= on;
  const over = line?.end !== undefined && line.end < on;
  if (line && begun && !over) return undefined;
  return refuse('not-in-force', `${serviceDays(promise, service)}; the session is on ${on}.`, [
    { pointer, detail: 'is on a day on which the service was not in force' },
  ]);
}

function serviceDays(promise: PlanPromise, service: ServiceId): string {
  const days = daysPromised(promise, (version) => service in version.services);
  if (!days) return 'The plan is not in force yet: activate it first';
  const line = promise.versions.filter((version) => service in version.services).at(-1)?.services[service];
  const own = [line?.start && `begins on ${line.start}`, line?.end && `ends on ${line.end}`].filter(Boolean).join(' and ');
  return `The plan promises the service ${days}${own && `, and the service ${own}`}`;
}

const numbersRefusal = (faults: readonly RefusalPart[]): Refusal | undefined =>
  faults.length === 0 ? undefined : refuse('outcome-invalid', 'Correct the named fields.', faults);

const isWhole = (value: number, from: number, to: number): boolean => Number.isInteger(value) && value >= from && value <= to;

const plannedFaults = (path: string, seconds: number): readonly RefusalPart[] =>
  isWhole(seconds, SHORTEST_PLAN_SECONDS, LONGEST_SECONDS)
    ? []
    : [{ pointer: `${path}/plannedSeconds`, detail: `must be whole seconds from ${SHORTEST_PLAN_SECONDS} to ${LONGEST_SECONDS}` }];

function outcomeFaults(outcome: Outcome): readonly RefusalPart[] {
  if (outcome.kind === 'missed') return plannedFaults('/outcome', outcome.plannedSeconds);
  const seconds = (Date.parse(outcome.end.at) - Date.parse(outcome.start.at)) / 1000;
  const faults: RefusalPart[] = [];
  if (seconds <= 0) faults.push({ pointer: '/outcome/end', detail: 'must be after the start' });
  if (seconds > LONGEST_SECONDS) faults.push({ pointer: '/outcome/end', detail: 'must be at most 8 hours after the start' });
  if (!isWhole(outcome.groupSize, 1, LARGEST_GROUP)) {
    faults.push({ pointer: '/outcome/groupSize', detail: `must be a whole number from 1 to ${LARGEST_GROUP}` });
  }
  return faults;
}

/** The goals worked must have been the plan's on that day; a make-up repays a missed session of the same child and service. */
function workRefusal(line: ServiceLine, outcome: Outcome, { promise, missed }: Facts): Refusal | undefined {
  if (outcome.kind === 'missed') return undefined;
  const version = promise && versionBy(promise, dayOf(outcome));
  const strange = outcome.goals.flatMap((goal: GoalId, index) =>
    version && goal in version.goals ? [] : [{ pointer: `/outcome/goals/${index}`, detail: 'is not a goal of the plan on that day' }],
  );
  if (strange.length > 0) return refuse('session-goal-unknown', 'Name goals of this child’s plan that were in force on that day.', strange);
  if (outcome.makeUpFor === undefined || repays(line, outcome.makeUpFor, missed)) return undefined;
  return refuse('make-up-mismatch', 'Name a missed session of the same child and service that still counts.', [
    { pointer: '/outcome/makeUpFor', detail: 'is not such a session' },
  ]);
}

const repays = ({ session, student, service }: ServiceLine, makeUpFor: SessionId, missed: MissedSession | undefined): boolean =>
  makeUpFor !== session &&
  missed?.student === student &&
  missed.service === service &&
  missed.status === 'recorded' &&
  missed.content?.kind === 'missed';

/** The last version that had begun by a day, whether or not the plan ended before it. */
const versionBy = (promise: PlanPromise, on: LocalDate): PlanVersion | undefined =>
  promise.versions.filter((version) => version.effectiveFrom <= on).at(-1);
