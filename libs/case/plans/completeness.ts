import type { LocalDate, RefusalPart } from '@foundation/kernel';
import type { Accommodation, Goal, PlanKind, Service } from './events';
import type { PlanItems, PlanPromise } from './promise';

/** From this age on the first plan in effect needs a transition statement (34 CFR 300.320(b)). */
export const TRANSITION_AGE = 16;

const blank = (text: string | undefined): boolean => text === undefined || text.trim() === '';
const absent = (at: string, needed: Readonly<Record<string, unknown>>, why: string): RefusalPart[] =>
  Object.entries(needed).flatMap(([field, value]) => (value === undefined ? [{ pointer: `${at}/${field}`, detail: why }] : []));

/** 34 CFR 300.320(a)(2)–(3): a measurable goal, how it is measured and when its progress is reported. */
export function goalGaps(goal: Goal, at: string): RefusalPart[] {
  const { measure, criterion, target, reporting } = goal;
  const statement = blank(goal.statement) ? undefined : goal.statement;
  return absent(at, { statement, measure, criterion, target, reporting }, 'is required of every goal');
}

/** 34 CFR 300.320(a)(7): start, frequency, location and duration of each service. */
export function serviceGaps({ start, frequency, minutes, location }: Service, at: string): RefusalPart[] {
  return absent(at, { start, frequency, minutes, location }, 'is required of every service');
}

/** An accommodation without a class is expected nowhere, so nobody would keep it. */
export function accommodationGaps({ classes }: Accommodation, at: string): RefusalPart[] {
  return classes.length === 0 ? [{ pointer: `${at}/classes`, detail: 'needs at least one class in which it is promised' }] : [];
}

/** An IEP has goals and services (34 CFR 300.320(a)); a 504 plan has aids or services (34 CFR 104.33(b)). */
export function kindGaps(kind: PlanKind, items: PlanItems): RefusalPart[] {
  const [goals, services, accommodations] = [items.goals, items.services, items.accommodations].map((of) => Object.keys(of).length);
  if (kind === '504') {
    return services || accommodations ? [] : [{ pointer: '/accommodations', detail: 'at least one accommodation or service is required' }];
  }
  return [
    ...(goals ? [] : [{ pointer: '/goals', detail: 'at least one goal is required' }]),
    ...(services ? [] : [{ pointer: '/services', detail: 'at least one service is required' }]),
  ];
}

/** Every piece that a draft still lacks; pointers name the items by id: `/goals/<id>/measure`. */
export function planGaps(plan: PlanPromise, ageAtEnd: number | undefined): RefusalPart[] {
  const { kind, items } = plan;
  const iep = kind === 'iep';
  const transition = iep && ageAtEnd !== undefined && ageAtEnd >= TRANSITION_AGE;
  return [
    ...(iep && blank(plan.presentLevels) ? [{ pointer: '/presentLevels', detail: 'are required' }] : []),
    ...(transition && blank(plan.transition)
      ? [{ pointer: '/transition', detail: `is required when the child is ${TRANSITION_AGE} before the plan’s annual review` }]
      : []),
    ...kindGaps(kind, items),
    ...Object.values<Goal>(items.goals).flatMap((goal) => goalGaps(goal, `/goals/${goal.goal}`)),
    ...Object.values<Accommodation>(items.accommodations).flatMap((one) => accommodationGaps(one, `/accommodations/${one.accommodation}`)),
    ...Object.values<Service>(items.services).flatMap((service) => serviceGaps(service, `/services/${service.service}`)),
  ];
}

/** Goals whose target day is no later than the day from which they are promised. */
export function earlyTargets(goals: readonly Goal[], effectiveFrom: LocalDate, at: (goal: Goal, index: number) => string): RefusalPart[] {
  return goals.flatMap((goal, index) =>
    goal.target && goal.target.on <= effectiveFrom
      ? [{ pointer: `${at(goal, index)}/target/on`, detail: 'must be after the first day of the goal' }]
      : [],
  );
}
