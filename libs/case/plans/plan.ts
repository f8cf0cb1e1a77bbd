import { addYears } from '@foundation/calendar';
import {
  type Decider,
  type LocalDate,
  type PlanId,
  type Refusal,
  type RefusalPart,
  sameContent,
  type StaffId,
  type StudentId,
} from '@foundation/kernel';
import { accommodationGaps, earlyTargets, goalGaps, kindGaps, planGaps, serviceGaps } from './completeness';
import {
  type Accommodation,
  accommodationSet,
  type Agreement,
  type Goal,
  goalSet,
  type ItemId,
  itemRemoved,
  planAcknowledged,
  planActivated,
  planAmended,
  planDrafted,
  planEnded,
  type PlanKind,
  type PlansEvent,
  presentLevelsWritten,
  type Service,
  serviceSet,
} from './events';
import { amendItems, type ItemChanges, planFold, type PlanPromise, versionOn } from './promise';
import { refuse } from './refusals';
import { goalFaults, serviceFaults } from './soundness';

/** Another activated plan of the same kind of the same child, as the log tells it. */
export interface OtherPlan {
  readonly plan: PlanId;
  readonly effectiveFrom: LocalDate;
  /** Undefined while no end is recorded. */
  readonly lastDay?: LocalDate;
}

export interface Activation {
  readonly effectiveFrom: LocalDate;
  readonly meetingOn: LocalDate;
  readonly evaluatedOn?: LocalDate;
}

export interface Amendment extends ItemChanges {
  readonly effectiveFrom: LocalDate;
  readonly agreement?: Agreement;
}

export type PlanCommand =
  | { readonly kind: 'draft'; readonly plan: PlanId; readonly student: StudentId; readonly planKind: PlanKind; readonly caseOpen: boolean }
  | { readonly kind: 'write-present-levels'; readonly presentLevels: string; readonly transition?: string }
  | { readonly kind: 'set-goal'; readonly goal: Goal }
  | { readonly kind: 'set-accommodation'; readonly accommodation: Accommodation }
  | { readonly kind: 'set-service'; readonly service: Service }
  | { readonly kind: 'remove-item'; readonly item: ItemId }
  /** `ageAtEnd`: the child's age in whole years on the day the annual review is due; undefined when the birth date is not known. */
  | ({ readonly kind: 'activate'; readonly ageAtEnd?: number; readonly otherPlans: readonly OtherPlan[] } & Activation)
  | ({ readonly kind: 'amend'; readonly today: LocalDate } & Amendment)
  | { readonly kind: 'acknowledge'; readonly staff: StaffId; readonly planVersion: number; readonly today: LocalDate }
  | { readonly kind: 'end'; readonly lastDay: LocalDate; readonly reason: string };

type CommandOf<K extends PlanCommand['kind']> = Extract<PlanCommand, { kind: K }>;
type Decided = readonly PlansEvent[] | Refusal;

function decide(command: PlanCommand, plan: PlanPromise | undefined): Decided {
  if (command.kind === 'draft') return draft(command, plan);
  if (!plan) return refuse('plan-not-found', 'Draft the plan first.');
  switch (command.kind) {
    case 'activate':
      return activate(command, plan);
    case 'amend':
      return amend(command, plan);
    case 'acknowledge':
      return acknowledge(command, plan);
    case 'end':
      return end(command, plan);
    default:
      return plan.status === 'draft'
        ? write(command, plan)
        : refuse('plan-not-draft', 'Others rely on what is in force: change it by an amendment, or draft the next plan.');
  }
}

function draft({ plan, student, planKind, caseOpen }: CommandOf<'draft'>, known: PlanPromise | undefined): Decided {
  if (known) {
    const same = known.student === student && known.kind === planKind;
    return same ? [] : refuse('plan-exists', 'Draft the new plan under an id of its own.', [{ pointer: '/plan', detail: 'is in use' }]);
  }
  if (!caseOpen) return refuse('case-not-open', 'Open the child’s case first: a plan belongs to an open case.');
  return [planDrafted.of({ plan, student, kind: planKind })];
}

type Writing = CommandOf<'write-present-levels' | 'set-goal' | 'set-accommodation' | 'set-service' | 'remove-item'>;

function write(command: Writing, state: PlanPromise): Decided {
  const { plan, items } = state;
  switch (command.kind) {
    case 'write-present-levels': {
      const { presentLevels, transition } = command;
      const same = state.presentLevels === presentLevels && state.transition === transition;
      return same ? [] : [presentLevelsWritten.of({ plan, presentLevels, transition })];
    }
    case 'set-goal': {
      const { goal } = command;
      if (sameContent(items.goals[goal.goal], goal)) return [];
      return unsound(goalFaults(goal)) ?? [goalSet.of({ plan, goal })];
    }
    case 'set-accommodation': {
      const { accommodation } = command;
      return sameContent(items.accommodations[accommodation.accommodation], accommodation)
        ? []
        : [accommodationSet.of({ plan, accommodation })];
    }
    case 'set-service': {
      const { service } = command;
      if (sameContent(items.services[service.service], service)) return [];
      return unsound(serviceFaults(service)) ?? [serviceSet.of({ plan, service })];
    }
    case 'remove-item':
      return holds(state, command.item)
        ? [itemRemoved.of({ plan, item: command.item })]
        : refuse('item-not-found', 'Name a goal, an accommodation or a service of this plan.');
  }
}

const holds = ({ items }: PlanPromise, item: ItemId): boolean =>
  item in items.goals || item in items.accommodations || item in items.services;

function activate(command: CommandOf<'activate'>, state: PlanPromise): Decided {
  const { effectiveFrom, meetingOn, evaluatedOn, ageAtEnd, otherPlans } = command;
  if (state.status !== 'draft') {
    const same = state.versions[0]?.effectiveFrom === effectiveFrom && state.meetingOn === meetingOn && state.evaluatedOn === evaluatedOn;
    return same ? [] : refuse('plan-not-draft', 'The plan is already activated: change it by an amendment.');
  }
  const gaps = planGaps(state, ageAtEnd);
  if (gaps.length > 0) return incomplete(gaps);
  if (meetingOn > effectiveFrom) {
    return refuse('meeting-after-effect', 'A plan takes effect after its team has met (34 CFR 300.323(c)): correct one of the two days.', [
      { pointer: '/meetingOn', detail: 'must not be after `effectiveFrom`' },
    ]);
  }
  const early = tooEarly(earlyTargets(Object.values<Goal>(state.items.goals), effectiveFrom, (goal) => `/goals/${goal.goal}`));
  if (early) return early;
  if (otherPlans.some(({ lastDay }) => lastDay === undefined || lastDay >= effectiveFrom)) {
    return refuse('plan-overlaps', 'A child has one plan of a kind at a time: end the other plan on the day before this one begins.', [
      { pointer: '/effectiveFrom', detail: 'another plan of this kind is in force on or after this day' },
    ]);
  }
  return [
    planActivated.of({
      plan: state.plan,
      effectiveFrom,
      meetingOn,
      annualReviewDue: addYears(meetingOn, 1),
      evaluatedOn,
      // 34 CFR 300.303(b) binds IEPs; a 504 plan is re-evaluated "periodically" (34 CFR 104.35(d)), without a fixed day.
      reevaluationDue: evaluatedOn !== undefined && state.kind === 'iep' ? addYears(evaluatedOn, 3) : undefined,
    }),
  ];
}

function amend(command: CommandOf<'amend'>, state: PlanPromise): Decided {
  const { effectiveFrom, agreement, goals, accommodations, services, removed, today } = command;
  const latest = state.versions.at(-1);
  if (!latest) return refuse('plan-not-active', 'A draft is changed directly; amendments begin once it is activated.');
  const next = amendItems(state.items, command);
  const changed = !sameContent(next, state.items);
  if (!changed && sameContent(latest.agreement, agreement) && latest.effectiveFrom === effectiveFrom) return [];
  const missing = agreementGaps(agreement, today);
  if (agreement === undefined || missing.length > 0) {
    return refuse(
      'agreement-missing',
      'Without a meeting, parent and agency agree in writing (34 CFR 300.324(a)(4)): record who, when and why.',
      missing,
    );
  }
  const badDay = unfitDay(effectiveFrom, today, latest.effectiveFrom, state.lastDay);
  if (badDay) return badDay;
  const strangers = removed.flatMap((item, index) =>
    holds(state, item) ? [] : [{ pointer: `/removed/${index}`, detail: 'is not in the plan' }],
  );
  if (strangers.length > 0) return refuse('item-not-found', 'Remove only what the plan holds.', strangers);
  if (!changed) return refuse('amendment-changes-nothing', 'Name at least one item that reads differently from now on.');
  const remeasured = goals.flatMap((goal, index) =>
    changesMeasure(state, goal) ? [{ pointer: `/goals/${index}/measure`, detail: 'has another kind than the data of this goal' }] : [],
  );
  if (remeasured.length > 0) {
    return refuse('measure-kind-changed', 'Data of two kinds cannot be charted as one: end the goal and set a new one.', remeasured);
  }
  const faults = [
    ...goals.flatMap((goal, index) => goalFaults(goal, `/goals/${index}`)),
    ...services.flatMap((service, index) => serviceFaults(service, `/services/${index}`)),
  ];
  const gaps = [
    ...kindGaps(state.kind, next),
    ...goals.flatMap((goal, index) => goalGaps(goal, `/goals/${index}`)),
    ...accommodations.flatMap((one, index) => accommodationGaps(one, `/accommodations/${index}`)),
    ...services.flatMap((service, index) => serviceGaps(service, `/services/${index}`)),
  ];
  const early = earlyTargets(goals, effectiveFrom, (_goal, index) => `/goals/${index}`);
  return (
    unsound(faults) ??
    (gaps.length > 0 ? incomplete(gaps) : undefined) ??
    tooEarly(early) ?? [
      planAmended.of({
        plan: state.plan,
        planVersion: latest.number + 1,
        effectiveFrom,
        agreement,
        goals: [...goals],
        accommodations: [...accommodations],
        services: [...services],
        removed: [...removed],
      }),
    ]
  );
}

function agreementGaps(agreement: Agreement | undefined, today: LocalDate): RefusalPart[] {
  if (!agreement) return [{ pointer: '/agreement', detail: 'is required' }];
  return [
    ...(agreement.parent.trim() === '' ? [{ pointer: '/agreement/parent', detail: 'is required' }] : []),
    ...(agreement.reason.trim() === '' ? [{ pointer: '/agreement/reason', detail: 'is required' }] : []),
    ...(agreement.on > today ? [{ pointer: '/agreement/on', detail: 'must not be after today' }] : []),
  ];
}

/** What was owed on a past day is judged by the version in force that day: no amendment reaches back. */
function unfitDay(from: LocalDate, today: LocalDate, latest: LocalDate, lastDay: LocalDate | undefined): Refusal | undefined {
  const at = (detail: string): RefusalPart[] => [{ pointer: '/effectiveFrom', detail }];
  if (from < today) {
    return refuse('amendment-in-the-past', 'Past days never change: let the amendment take effect today or later.', at('is before today'));
  }
  if (from < latest) {
    return refuse(
      'amendment-out-of-order',
      'A version is waiting to begin: take effect on its first day or later.',
      at('is before the latest version'),
    );
  }
  if (lastDay !== undefined && from > lastDay) {
    return refuse('plan-ended', 'The plan is over by then: put the change into the next plan.', at('is after the plan’s last day'));
  }
  return undefined;
}

/** Any earlier version counts, also of a goal that was removed meanwhile: its data is still there. */
const changesMeasure = ({ versions }: PlanPromise, goal: Goal): boolean =>
  versions.some((version) => {
    const kind = version.goals[goal.goal]?.measure?.kind;
    return kind !== undefined && goal.measure !== undefined && kind !== goal.measure.kind;
  });

function acknowledge({ staff, planVersion, today }: CommandOf<'acknowledge'>, state: PlanPromise): Decided {
  if (state.status === 'draft') return refuse('plan-not-active', 'A draft promises nothing yet: acknowledge it once it is activated.');
  const version = state.versions.find(({ number }) => number === planVersion);
  if (!version) return refuse('version-not-found', 'Name a version of this plan.', [{ pointer: '/planVersion', detail: 'does not exist' }]);
  if (state.acknowledgements.some((one) => one.staff === staff && one.version === planVersion)) return [];
  const day = version.effectiveFrom > today ? version.effectiveFrom : today;
  if (versionOn(state, day) !== version) {
    return refuse('version-not-current', 'Read and acknowledge the version in force or the next one.', [
      { pointer: '/planVersion', detail: 'is superseded or over' },
    ]);
  }
  return [planAcknowledged.of({ plan: state.plan, planVersion, staff })];
}

function end({ lastDay, reason }: CommandOf<'end'>, state: PlanPromise): Decided {
  const first = state.versions[0];
  if (!first) return refuse('plan-not-active', 'A draft was never in force and needs no end.');
  if (state.lastDay === lastDay) return [];
  if (state.lastDay !== undefined) return refuse('plan-ended', 'The plan’s last day is on the record and stays.');
  if (lastDay < first.effectiveFrom) {
    return refuse('plan-ends-before-it-began', 'The last day may not be before the plan’s first day in force.', [
      { pointer: '/lastDay', detail: 'is before the first day in force' },
    ]);
  }
  return [planEnded.of({ plan: state.plan, lastDay, reason })];
}

const unsound = (faults: readonly RefusalPart[]): Refusal | undefined =>
  faults.length > 0 ? refuse('values-conflict', 'Correct the named values.', faults) : undefined;
const incomplete = (gaps: readonly RefusalPart[]): Refusal =>
  refuse('plan-incomplete', 'Nothing is promised until it can be kept and measured: add every named piece.', gaps);
const tooEarly = (parts: readonly RefusalPart[]): Refusal | undefined =>
  parts.length > 0 ? refuse('target-before-effect', 'A goal needs time between its first day and its target day.', parts) : undefined;

/** The rules of `plan-<id>`. Refusals: see `plansRefusals`. */
export const planDecider: Decider<PlanCommand, PlanPromise | undefined, PlansEvent> = { ...planFold, decide };
