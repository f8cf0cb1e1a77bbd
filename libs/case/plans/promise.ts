import type { AccommodationId, GoalId, Happened, Instant, LocalDate, PlanId, ServiceId, StaffId, StudentId } from '@foundation/kernel';
import type { Accommodation, Agreement, Goal, ItemId, PlanKind, PlansEvent, Service } from './events';

/** What one version of a plan promises. */
export interface PlanItems {
  readonly goals: Readonly<Record<GoalId, Goal>>;
  readonly accommodations: Readonly<Record<AccommodationId, Accommodation>>;
  readonly services: Readonly<Record<ServiceId, Service>>;
}

export interface PlanVersion extends PlanItems {
  readonly number: number;
  readonly effectiveFrom: LocalDate;
  readonly agreement?: Agreement;
  readonly recordedAt: Instant;
}

/** A plan as its events tell it: the same fold serves commands, views and as-of answers. Other rooms may read it, as they may read events. */
export interface PlanPromise {
  readonly plan: PlanId;
  readonly student: StudentId;
  readonly kind: PlanKind;
  readonly status: 'draft' | 'active' | 'ended';
  readonly presentLevels?: string;
  readonly transition?: string;
  /** The items of a draft; the latest version's items once active. */
  readonly items: PlanItems;
  /** In order of effect. */
  readonly versions: readonly PlanVersion[];
  readonly meetingOn?: LocalDate;
  readonly annualReviewDue?: LocalDate;
  readonly evaluatedOn?: LocalDate;
  readonly reevaluationDue?: LocalDate;
  readonly lastDay?: LocalDate;
  readonly endReason?: string;
  readonly acknowledgements: readonly { readonly staff: StaffId; readonly version: number; readonly at: Instant }[];
}

const none: PlanItems = { goals: {}, accommodations: {}, services: {} };

function without<T>(items: Readonly<Record<string, T>>, removed: readonly ItemId[]): Record<string, T> {
  return Object.fromEntries(Object.entries(items).filter(([key]) => !removed.some((item) => item === key)));
}

const byKey = <T>(items: readonly T[], key: (item: T) => string): Record<string, T> =>
  Object.fromEntries(items.map((item) => [key(item), item]));

/** What an amendment changes; items not named stay as they were. */
export interface ItemChanges {
  readonly goals: readonly Goal[];
  readonly accommodations: readonly Accommodation[];
  readonly services: readonly Service[];
  readonly removed: readonly ItemId[];
}

/** The items after an amendment. */
export const amendItems = (items: PlanItems, { goals, accommodations, services, removed }: ItemChanges): PlanItems => ({
  goals: { ...without(items.goals, removed), ...byKey(goals, (goal) => goal.goal) },
  accommodations: { ...without(items.accommodations, removed), ...byKey(accommodations, (item) => item.accommodation) },
  services: { ...without(items.services, removed), ...byKey(services, (service) => service.service) },
});

/** Folds one plan's events; undefined until the plan is drafted. */
export function evolvePlan(state: PlanPromise | undefined, event: Happened<PlansEvent>): PlanPromise | undefined {
  if (event.type === 'plans.plan-drafted') {
    const { plan, student, kind } = event.data;
    return { plan, student, kind, status: 'draft', items: none, versions: [], acknowledgements: [] };
  }
  if (!state) return state;
  switch (event.type) {
    case 'plans.present-levels-written':
      return { ...state, presentLevels: event.data.presentLevels, transition: event.data.transition };
    case 'plans.goal-set':
      return { ...state, items: { ...state.items, goals: { ...state.items.goals, [event.data.goal.goal]: event.data.goal } } };
    case 'plans.accommodation-set': {
      const { accommodation } = event.data;
      return {
        ...state,
        items: { ...state.items, accommodations: { ...state.items.accommodations, [accommodation.accommodation]: accommodation } },
      };
    }
    case 'plans.service-set':
      return {
        ...state,
        items: { ...state.items, services: { ...state.items.services, [event.data.service.service]: event.data.service } },
      };
    case 'plans.item-removed': {
      const removed = [event.data.item];
      return { ...state, items: amendItems(state.items, { goals: [], accommodations: [], services: [], removed }) };
    }
    case 'plans.plan-activated': {
      const { effectiveFrom, meetingOn, annualReviewDue, evaluatedOn, reevaluationDue } = event.data;
      const first: PlanVersion = { number: 1, effectiveFrom, recordedAt: event.meta.recordedAt, ...state.items };
      return { ...state, status: 'active', versions: [first], meetingOn, annualReviewDue, evaluatedOn, reevaluationDue };
    }
    case 'plans.plan-amended': {
      const { effectiveFrom, agreement, planVersion } = event.data;
      const items = amendItems(state.items, event.data);
      const next: PlanVersion = { number: planVersion, effectiveFrom, agreement, recordedAt: event.meta.recordedAt, ...items };
      return { ...state, items, versions: [...state.versions, next] };
    }
    case 'plans.plan-acknowledged': {
      const { staff, planVersion } = event.data;
      return { ...state, acknowledgements: [...state.acknowledgements, { staff, version: planVersion, at: event.meta.recordedAt }] };
    }
    case 'plans.plan-ended':
      return { ...state, status: 'ended', lastDay: event.data.lastDay, endReason: event.data.reason };
  }
}

/** For `runner.load(planFold, planStream(id))`. */
export const planFold = { initial: undefined as PlanPromise | undefined, evolve: evolvePlan };

/** The version in force on a day: the latest whose effect had begun; none before the first or after the plan's last day. */
export function versionOn(plan: PlanPromise, on: LocalDate): PlanVersion | undefined {
  if (plan.lastDay !== undefined && on > plan.lastDay) return undefined;
  return plan.versions.filter((version) => version.effectiveFrom <= on).at(-1);
}

/** The days on which a plan promises something, in words: `from 2025-09-01 to 2026-08-28`; undefined when on none. */
export function daysPromised(plan: PlanPromise, promises: (version: PlanVersion) => boolean): string | undefined {
  const first = plan.versions.findIndex(promises);
  const begin = plan.versions[first];
  if (!begin) return undefined;
  const dropped = plan.versions.slice(first).find((version) => !promises(version));
  const end = dropped ? ` until before ${dropped.effectiveFrom}` : plan.lastDay ? ` to ${plan.lastDay}` : '';
  return `from ${begin.effectiveFrom}${end}`;
}
