import type { Accommodation, Agreement, Goal, PlanKind, PlansEvent, Service } from '@case/plans/events';
import { evolvePlan, type PlanPromise, type PlanVersion, versionOn } from '@case/plans/promise';
import { weekStart } from '@foundation/calendar';
import type { GoalId, Instant, LocalDate, PlanId, RecordedEvent, StaffId } from '@foundation/kernel';

/** A plan as folded, with the revision of its stream. */
export interface PlanState {
  readonly promise: PlanPromise;
  readonly revision: number;
}

/** What one service line owes in the week of a day, by the version in force on that day. */
export interface Obligation {
  /** Monday. */
  readonly week: LocalDate;
  readonly sessions: number;
  readonly minutes: number;
}

export interface ServiceInForce extends Service {
  /** Absent when the line does not run on that day, or is promised per month or longer: a week's part of that is a policy of its own. */
  readonly obligation?: Obligation;
}

export interface PlanInForce {
  readonly plan: PlanId;
  readonly kind: PlanKind;
  readonly revision: number;
  readonly version: number;
  readonly effectiveFrom: LocalDate;
  /** First day of the next version, where one is known. */
  readonly nextFrom?: LocalDate;
  readonly lastDay?: LocalDate;
  readonly agreement?: Agreement;
  readonly presentLevels?: string;
  readonly transition?: string;
  readonly goals: readonly Goal[];
  readonly accommodations: readonly Accommodation[];
  readonly services: readonly ServiceInForce[];
  readonly clocks: {
    readonly meetingOn?: LocalDate;
    readonly annualReviewDue?: LocalDate;
    readonly evaluatedOn?: LocalDate;
    readonly reevaluationDue?: LocalDate;
  };
  /** Of this version. */
  readonly acknowledgements: readonly { readonly staff: StaffId; readonly at: Instant }[];
  readonly versions: readonly { readonly number: number; readonly effectiveFrom: LocalDate; readonly recordedAt: Instant }[];
}

export interface PlansOn {
  readonly on: LocalDate;
  /** Answered with what was recorded by then; absent: with what is known now. */
  readonly asOf?: Instant;
  /** The latest effect first; usually one, two while an IEP and a 504 plan overlap. */
  readonly inForce: readonly PlanInForce[];
  /** For writers: plans not yet activated. */
  readonly drafts: readonly PlanState[];
}

/** Folds a child's plan events, plan by plan. */
export function foldPlans(events: readonly RecordedEvent<PlansEvent>[]): PlanState[] {
  const plans = new Map<PlanId, PlanState>();
  for (const event of events) {
    const promise = evolvePlan(plans.get(event.data.plan)?.promise, event);
    if (promise) plans.set(promise.plan, { promise, revision: event.revision });
  }
  return [...plans.values()];
}

export function plansOn(plans: readonly PlanState[], on: LocalDate): PlansOn {
  const inForce = plans
    .flatMap(({ promise, revision }) => {
      const version = promise.status === 'draft' ? undefined : versionOn(promise, on);
      return version ? [describe(promise, revision, version, on)] : [];
    })
    .sort((a, b) => (a.effectiveFrom === b.effectiveFrom ? a.plan.localeCompare(b.plan) : a.effectiveFrom < b.effectiveFrom ? 1 : -1));
  return { on, inForce, drafts: plans.filter(({ promise }) => promise.status === 'draft') };
}

function describe(promise: PlanPromise, revision: number, version: PlanVersion, on: LocalDate): PlanInForce {
  const { plan, kind, presentLevels, transition, lastDay, versions } = promise;
  const { meetingOn, annualReviewDue, evaluatedOn, reevaluationDue } = promise;
  return {
    plan,
    kind,
    revision,
    version: version.number,
    effectiveFrom: version.effectiveFrom,
    nextFrom: versions.find(({ effectiveFrom }) => effectiveFrom > on)?.effectiveFrom,
    lastDay,
    agreement: version.agreement,
    presentLevels,
    transition,
    goals: Object.values<Goal>(version.goals),
    accommodations: Object.values<Accommodation>(version.accommodations),
    services: Object.values<Service>(version.services).map((service) => ({ ...service, obligation: obligationOf(service, on) })),
    clocks: { meetingOn, annualReviewDue, evaluatedOn, reevaluationDue },
    acknowledgements: promise.acknowledgements.filter((one) => one.version === version.number).map(({ staff, at }) => ({ staff, at })),
    versions: versions.map(({ number, effectiveFrom, recordedAt }) => ({ number, effectiveFrom, recordedAt })),
  };
}

/** Sessions × minutes of a weekly line that runs on the day. */
export function obligationOf({ frequency, minutes, start, end }: Service, on: LocalDate): Obligation | undefined {
  const runs = (start === undefined || start <= on) && (end === undefined || on <= end);
  if (!runs || frequency?.per !== 'week' || minutes === undefined) return undefined;
  return { week: weekStart(on), sessions: frequency.sessions, minutes: frequency.sessions * minutes };
}

/** A goal as the version in force on the day reads; before the first or after the last day, as the nearest does. */
export function goalOn(plan: PlanPromise, goal: GoalId, on: LocalDate): Goal | undefined {
  const holding = plan.versions.filter((version) => version.goals[goal] !== undefined);
  const version = holding.filter(({ effectiveFrom }) => effectiveFrom <= on).at(-1) ?? holding[0];
  return version?.goals[goal] ?? plan.items.goals[goal];
}
