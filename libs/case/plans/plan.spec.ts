import * as fc from 'fast-check';
import {
  type AccommodationId,
  type Branded,
  type GoalId,
  id,
  isRefusal,
  type LocalDate,
  type PlanId,
  type ServiceId,
  type StaffId,
} from '@foundation/kernel';
import { erased, given, happened, schemaFaults } from '@foundation/testing';
import {
  type Accommodation,
  accommodationSet,
  type Goal,
  goalSet,
  itemRemoved,
  planAcknowledged,
  planActivated,
  planAmended,
  planDrafted,
  planEnded,
  type PlansEvent,
  plansEvents,
  presentLevelsWritten,
  type Service,
  serviceSet,
} from './events';
import { type PlanCommand, planDecider } from './plan';
import { versionOn } from './promise';

const day = (text: string) => text as LocalDate;
const child = planDrafted.sample as ReturnType<typeof planDrafted.of>['data'];
const { plan, student } = child;
const { goal } = goalSet.sample as { goal: Goal };
const { accommodation } = accommodationSet.sample as { accommodation: Accommodation };
const { service } = serviceSet.sample as { service: Service };
const { staff } = planAcknowledged.sample as { staff: StaffId };
const { agreement } = planAmended.sample as ReturnType<typeof planAmended.of>['data'];

const drafted = planDrafted.of(child);
const levels = presentLevelsWritten.of({ plan, presentLevels: 'Reads 58 words per minute.' });
const ready = [
  drafted,
  levels,
  goalSet.of({ plan, goal }),
  accommodationSet.of({ plan, accommodation }),
  serviceSet.of({ plan, service }),
] as const;
const activation = { effectiveFrom: day('2025-09-01'), meetingOn: day('2025-08-28') };
const activated = planActivated.of({ plan, ...activation, annualReviewDue: day('2026-08-28') });
const active: readonly PlansEvent[] = [...ready, activated];
const activate = { kind: 'activate', ...activation, otherPlans: [] } as const;
const longer = { ...service, minutes: 45 };
const amend = {
  kind: 'amend',
  today: day('2026-02-27'),
  effectiveFrom: day('2026-03-02'),
  agreement,
  goals: [],
  accommodations: [],
  services: [longer],
  removed: [],
} as const;
const amended = planAmended.of({
  plan,
  planVersion: 2,
  effectiveFrom: day('2026-03-02'),
  agreement,
  goals: [],
  accommodations: [],
  services: [longer],
  removed: [],
});
const ended = planEnded.of({ plan, lastDay: day('2026-08-28'), reason: 'Replaced' });

describe('a draft', () => {
  const draft = { kind: 'draft', plan, student, planKind: 'iep', caseOpen: true } as const;
  it('belongs to an open case', () => {
    given(planDecider).when(draft).then(drafted);
    given(planDecider, [drafted]).when(draft).then();
    given(planDecider)
      .when({ ...draft, caseOpen: false })
      .thenRefused('case-not-open');
    given(planDecider, [drafted])
      .when({ ...draft, planKind: '504' })
      .thenRefused('plan-exists', ['/plan']);
    given(planDecider).when({ kind: 'set-goal', goal }).thenRefused('plan-not-found');
  });
  it('takes items and rewrites them; the same again adds nothing', () => {
    given(planDecider, [drafted]).when({ kind: 'set-goal', goal }).then(goalSet.of({ plan, goal }));
    given(planDecider, ready).when({ kind: 'set-goal', goal }).then();
    given(planDecider, ready)
      .when({ kind: 'set-service', service: longer })
      .then(serviceSet.of({ plan, service: longer }));
    given(planDecider, ready).when({ kind: 'set-service', service }).then();
    given(planDecider, ready).when({ kind: 'set-accommodation', accommodation }).then();
    given(planDecider, ready).when({ kind: 'write-present-levels', presentLevels: 'Reads 58 words per minute.' }).then();
    given(planDecider, ready)
      .when({ kind: 'write-present-levels', presentLevels: 'Reads 58 words per minute.', transition: 'Works in the library.' })
      .then(presentLevelsWritten.of({ plan, presentLevels: 'Reads 58 words per minute.', transition: 'Works in the library.' }));
  });
  it('gives up an item that it holds', () => {
    given(planDecider, ready)
      .when({ kind: 'remove-item', item: goal.goal })
      .then(itemRemoved.of({ plan, item: goal.goal }));
    given(planDecider, [drafted]).when({ kind: 'remove-item', item: goal.goal }).thenRefused('item-not-found');
  });
  it('is no longer one once activated', () => {
    given(planDecider, active).when({ kind: 'set-goal', goal }).thenRefused('plan-not-draft');
    given(planDecider, active).when({ kind: 'remove-item', item: goal.goal }).thenRefused('plan-not-draft');
  });
  it('promises nothing yet', () => {
    given(planDecider, ready).when(amend).thenRefused('plan-not-active');
    given(planDecider, ready)
      .when({ kind: 'acknowledge', staff, planVersion: 1, today: day('2025-09-01') })
      .thenRefused('plan-not-active');
    given(planDecider, ready)
      .when({ kind: 'end', lastDay: day('2026-01-01'), reason: '' })
      .thenRefused('plan-not-active');
  });
});

describe('values that contradict each other', () => {
  const rubric = { kind: 'rubric', scale: 'Independence', lowest: 0, highest: 4 } as const;
  const criterion = { comparator: 'at-least', value: 3, times: 1, outOf: 1, per: 'days' } as const;
  const target = { value: 3, on: day('2026-08-31') };
  it.each<[string, Goal, string[]]>([
    ['a rubric without room', { ...goal, measure: { ...rubric, lowest: 4 } }, ['/measure/highest']],
    ['more times than tries', { ...goal, criterion: { ...criterion, times: 5, outOf: 4 } }, ['/criterion/times']],
    ['a target before the baseline', { ...goal, baseline: { value: 20, on: day('2026-09-01') } }, ['/target/on']],
    ['more than a hundred percent', { ...goal, target: { ...target, value: 800 } }, ['/target/value']],
    [
      'a negative count',
      { ...goal, measure: { kind: 'frequency', value: 'count' }, baseline: { value: -1, on: day('2025-09-01') } },
      ['/baseline/value'],
    ],
    ['a score off the scale', { ...goal, measure: rubric, target, criterion: { ...criterion, value: 5 } }, ['/criterion/value']],
  ])('%s', (_name, bad, pointers) => {
    given(planDecider, [drafted]).when({ kind: 'set-goal', goal: bad }).thenRefused('values-conflict', pointers);
  });
  it('leave a plain value its freedom', () => {
    const cold = { ...goal, measure: { kind: 'value', unit: '°C' } as const, target: { value: -4, on: day('2026-08-31') } };
    given(planDecider, [drafted])
      .when({ kind: 'set-goal', goal: cold })
      .then(goalSet.of({ plan, goal: cold }));
  });
  it('a service that ends before it starts', () => {
    given(planDecider, [drafted])
      .when({ kind: 'set-service', service: { ...service, end: day('2025-08-31') } })
      .thenRefused('values-conflict', ['/end']);
  });
});

describe('activation', () => {
  it('makes version 1 and starts the clocks', () => {
    given(planDecider, ready).when(activate).then(activated);
    given(planDecider, ready)
      .when({ ...activate, meetingOn: day('2024-02-29'), evaluatedOn: day('2024-02-29') })
      .then(
        planActivated.of({
          plan,
          effectiveFrom: activation.effectiveFrom,
          meetingOn: day('2024-02-29'),
          annualReviewDue: day('2025-02-28'),
          evaluatedOn: day('2024-02-29'),
          reevaluationDue: day('2027-02-28'),
        }),
      );
    given(planDecider, active).when(activate).then();
    given(planDecider, active)
      .when({ ...activate, effectiveFrom: day('2025-09-02') })
      .thenRefused('plan-not-draft');
  });
  it('names everything that an empty draft lacks', () => {
    given(planDecider, [drafted])
      .when({ ...activate, ageAtEnd: 16 })
      .thenRefused('plan-incomplete', ['/presentLevels', '/transition', '/goals', '/services']);
  });
  it('names every missing piece of every item', () => {
    const bareGoal: Goal = { ...goal, measure: undefined, criterion: undefined, reporting: undefined, target: undefined };
    const bareService: Service = { ...service, start: undefined, frequency: undefined, minutes: undefined, location: undefined };
    const past = [
      drafted,
      levels,
      goalSet.of({ plan, goal: { ...bareGoal, statement: ' ' } }),
      accommodationSet.of({ plan, accommodation: { ...accommodation, classes: [] } }),
      serviceSet.of({ plan, service: bareService }),
    ];
    given(planDecider, past)
      .when(activate)
      .thenRefused('plan-incomplete', [
        ...['statement', 'measure', 'criterion', 'target', 'reporting'].map((field) => `/goals/${goal.goal}/${field}`),
        `/accommodations/${accommodation.accommodation}/classes`,
        ...['start', 'frequency', 'minutes', 'location'].map((field) => `/services/${service.service}/${field}`),
      ]);
  });
  it('asks for a transition statement from 16 on, and not before', () => {
    given(planDecider, ready)
      .when({ ...activate, ageAtEnd: 16 })
      .thenRefused('plan-incomplete', ['/transition']);
    given(planDecider, ready)
      .when({ ...activate, ageAtEnd: 15 })
      .then(activated);
    const planned = presentLevelsWritten.of({ plan, presentLevels: 'Reads.', transition: 'Works in the library.' });
    given(planDecider, [...ready, planned])
      .when({ ...activate, ageAtEnd: 16 })
      .then(activated);
  });
  it('of a 504 plan needs one accommodation or service, and sets no day for the re-evaluation', () => {
    const plan504 = planDrafted.of({ ...child, kind: '504' });
    given(planDecider, [plan504]).when(activate).thenRefused('plan-incomplete', ['/accommodations']);
    given(planDecider, [plan504, accommodationSet.of({ plan, accommodation })])
      .when({ ...activate, evaluatedOn: day('2025-05-01') })
      .then(planActivated.of({ ...activated.data, evaluatedOn: day('2025-05-01') }));
  });
  it('follows the meeting and precedes the targets', () => {
    given(planDecider, ready)
      .when({ ...activate, meetingOn: day('2025-09-02') })
      .thenRefused('meeting-after-effect', ['/meetingOn']);
    given(planDecider, ready)
      .when({ ...activate, effectiveFrom: day('2026-08-31') })
      .thenRefused('target-before-effect', [`/goals/${goal.goal}/target/on`]);
  });
  it('meets no other plan of its kind', () => {
    const other = { plan: 'other' as PlanId, effectiveFrom: day('2024-09-01') };
    given(planDecider, ready)
      .when({ ...activate, otherPlans: [other] })
      .thenRefused('plan-overlaps', ['/effectiveFrom']);
    given(planDecider, ready)
      .when({ ...activate, otherPlans: [{ ...other, lastDay: day('2025-09-01') }] })
      .thenRefused('plan-overlaps');
    given(planDecider, ready)
      .when({ ...activate, otherPlans: [{ ...other, lastDay: day('2025-08-31') }] })
      .then(activated);
  });
});

describe('an amendment without a meeting', () => {
  it('is a new version from its day on; last week and the clocks stay', () => {
    const answer = given(planDecider, active).when(amend);
    answer.then(amended);
    const { state } = answer;
    if (!state) throw new Error('No plan');
    expect(versionOn(state, day('2026-03-01'))?.services[service.service]?.minutes).toBe(30);
    expect(versionOn(state, day('2026-03-02'))?.services[service.service]?.minutes).toBe(45);
    expect(state.annualReviewDue).toBe('2026-08-28');
    given(planDecider, [...active, amended])
      .when(amend)
      .then();
    given(planDecider, [...active, amended])
      .when({ ...amend, today: day('2026-04-01') })
      .then();
  });
  it('rests on a written agreement that is already made', () => {
    given(planDecider, active)
      .when({ ...amend, agreement: undefined })
      .thenRefused('agreement-missing', ['/agreement']);
    given(planDecider, active)
      .when({ ...amend, agreement: { ...agreement, parent: ' ', reason: '', on: day('2026-02-28') } })
      .thenRefused('agreement-missing', ['/agreement/parent', '/agreement/reason', '/agreement/on']);
  });
  it('changes no past day', () => {
    given(planDecider, active)
      .when({ ...amend, effectiveFrom: day('2026-02-26') })
      .thenRefused('amendment-in-the-past', ['/effectiveFrom']);
    given(planDecider, [...active, amended])
      .when({ ...amend, effectiveFrom: day('2026-03-01'), services: [service] })
      .thenRefused('amendment-out-of-order', ['/effectiveFrom']);
  });
  it('may still come while an end is announced, within the plan’s days', () => {
    given(planDecider, [...active, ended])
      .when(amend)
      .then(amended);
    given(planDecider, [...active, ended])
      .when({ ...amend, effectiveFrom: day('2026-08-29') })
      .thenRefused('plan-ended', ['/effectiveFrom']);
  });
  it('carries complete items and leaves a complete plan', () => {
    given(planDecider, active)
      .when({ ...amend, services: [{ ...service, location: undefined }], accommodations: [{ ...accommodation, classes: [] }] })
      .thenRefused('plan-incomplete', ['/services/0/location', '/accommodations/0/classes']);
    given(planDecider, active)
      .when({ ...amend, services: [], removed: [goal.goal, service.service] })
      .thenRefused('plan-incomplete', ['/goals', '/services']);
    given(planDecider, active)
      .when({ ...amend, goals: [{ ...goal, target: { value: 90, on: day('2026-03-02') } }] })
      .thenRefused('target-before-effect', ['/goals/0/target/on']);
    given(planDecider, active)
      .when({ ...amend, goals: [{ ...goal, target: { value: 101, on: day('2026-08-31') } }] })
      .thenRefused('values-conflict', ['/goals/0/target/value']);
  });
  it('removes only what is there and changes something', () => {
    given(planDecider, active)
      .when({ ...amend, removed: [accommodation.accommodation, 'x' as GoalId] })
      .thenRefused('item-not-found', ['/removed/1']);
    given(planDecider, active)
      .when({ ...amend, services: [service] })
      .thenRefused('amendment-changes-nothing');
  });
  it('never changes how a goal is measured, not even after the goal was gone', () => {
    const remeasured: Goal = { ...goal, measure: { kind: 'percent-correct' } };
    given(planDecider, active)
      .when({ ...amend, goals: [remeasured] })
      .thenRefused('measure-kind-changed', ['/goals/0/measure']);
    const second: Goal = { ...goal, goal: '1d0e1c5e-0f5b-5c59-9f0e-0c7d5d1c0d12' as GoalId };
    const swapped = planAmended.of({ ...amended.data, services: [], goals: [second], removed: [goal.goal] });
    given(planDecider, [...active, swapped])
      .when({ ...amend, goals: [remeasured] })
      .thenRefused('measure-kind-changed', ['/goals/0/measure']);
  });
});

describe('an acknowledgement', () => {
  const acknowledge = (planVersion: number, today: string) => ({ kind: 'acknowledge', staff, planVersion, today: day(today) }) as const;
  const first = planAcknowledged.of({ plan, planVersion: 1, staff });
  it('names a version in force or upcoming, once per person', () => {
    given(planDecider, active).when(acknowledge(1, '2025-08-30')).then(first);
    given(planDecider, active).when(acknowledge(1, '2026-02-01')).then(first);
    given(planDecider, [...active, first])
      .when(acknowledge(1, '2026-02-01'))
      .then();
    given(planDecider, [...active, amended])
      .when(acknowledge(2, '2026-02-28'))
      .then(planAcknowledged.of({ plan, planVersion: 2, staff }));
    given(planDecider, [...active, amended])
      .when(acknowledge(1, '2026-03-01'))
      .then(first);
  });
  it('not one that is superseded, over or unknown', () => {
    given(planDecider, [...active, amended])
      .when(acknowledge(1, '2026-03-02'))
      .thenRefused('version-not-current', ['/planVersion']);
    given(planDecider, [...active, ended])
      .when(acknowledge(1, '2026-08-29'))
      .thenRefused('version-not-current');
    given(planDecider, active).when(acknowledge(2, '2026-03-02')).thenRefused('version-not-found', ['/planVersion']);
  });
});

describe('an end', () => {
  const end = (lastDay: string) => ({ kind: 'end', lastDay: day(lastDay), reason: 'Replaced' }) as const;
  it('names the last day once, not before the first', () => {
    given(planDecider, active).when(end('2026-08-28')).then(ended);
    given(planDecider, active)
      .when(end('2025-09-01'))
      .then(planEnded.of({ ...ended.data, lastDay: day('2025-09-01') }));
    given(planDecider, active).when(end('2025-08-31')).thenRefused('plan-ends-before-it-began', ['/lastDay']);
    given(planDecider, [...active, ended])
      .when(end('2026-08-28'))
      .then();
    given(planDecider, [...active, ended])
      .when(end('2026-06-01'))
      .thenRefused('plan-ended');
  });
});

describe('any history', () => {
  const uuid = <T extends Branded<string, string>>(group: number) =>
    fc.integer({ min: 1, max: 2 }).map((n) => id<T>(`00000000-0000-4000-8000-00000000${group}00${n}`));
  const on = fc.constantFrom('2025-09-01', '2025-10-01', '2026-01-15', '2026-06-12', '2027-01-01').map(day);
  const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 5 });
  const text = fc.constantFrom('a', 'b');
  const measures = fc.constantFrom<NonNullable<Goal['measure']>>(
    { kind: 'percent-correct' },
    { kind: 'rubric', scale: 's', lowest: 0, highest: 4 },
    { kind: 'frequency', value: 'count' },
  );
  const goals: fc.Arbitrary<Goal> = fc
    .record({
      goal: uuid<GoalId>(1),
      statement: text,
      measure: maybe(measures),
      target: maybe(fc.record({ value: fc.integer({ min: 0, max: 5 }), on })),
    })
    .map((part) => ({ ...goal, ...part, criterion: { comparator: 'at-least', value: 3, times: 1, outOf: 2, per: 'sessions' } }));
  const accommodations: fc.Arbitrary<Accommodation> = fc
    .record({ accommodation: uuid<AccommodationId>(2), label: text })
    .map((part) => ({ ...accommodation, ...part }));
  const services: fc.Arbitrary<Service> = fc
    .record({ service: uuid<ServiceId>(3), minutes: maybe(fc.constantFrom(30, 45)), end: maybe(on) })
    .map((part) => ({ ...service, ...part }));
  const items = fc.oneof(uuid<GoalId>(1), uuid<AccommodationId>(2), uuid<ServiceId>(3));
  const few = <T>(arbitrary: fc.Arbitrary<T>) => fc.array(arbitrary, { maxLength: 2 });
  const command: fc.Arbitrary<PlanCommand> = fc.oneof<fc.Arbitrary<PlanCommand>[]>(
    text.map((presentLevels) => ({ kind: 'write-present-levels', presentLevels })),
    goals.map((one) => ({ kind: 'set-goal', goal: one })),
    accommodations.map((one) => ({ kind: 'set-accommodation', accommodation: one })),
    services.map((one) => ({ kind: 'set-service', service: one })),
    items.map((item) => ({ kind: 'remove-item', item })),
    fc.record({ effectiveFrom: on, meetingOn: on, evaluatedOn: maybe(on) }).map((part) => ({ kind: 'activate', ...part, otherPlans: [] })),
    fc
      .record({
        today: on,
        effectiveFrom: on,
        goals: few(goals),
        accommodations: few(accommodations),
        services: few(services),
        removed: few(items),
      })
      .map((part) => ({ kind: 'amend', ...part, agreement: { ...agreement, on: day('2025-08-30') } })),
    fc.record({ planVersion: fc.integer({ min: 1, max: 3 }), today: on }).map((part) => ({ kind: 'acknowledge', staff, ...part })),
    fc.record({ lastDay: on, reason: text }).map((part) => ({ kind: 'end', ...part })),
  );
  const start: readonly PlanCommand[] = [
    { kind: 'draft', plan, student, planKind: 'iep', caseOpen: true },
    { kind: 'write-present-levels', presentLevels: 'a' },
    { kind: 'set-goal', goal },
    { kind: 'set-accommodation', accommodation },
    { kind: 'set-service', service },
  ];
  /** Half of the histories go on from an active plan. */
  const commands = fc
    .tuple(fc.boolean(), fc.array(command, { maxLength: 30 }))
    .map(([begun, rest]) => [...start, ...(begun ? [activate] : []), ...rest]);

  /** Runs the commands; the ones that are refused leave nothing behind. */
  function history(
    list: readonly PlanCommand[],
    after: (command: PlanCommand, state: typeof planDecider.initial) => void = () => undefined,
  ) {
    const events: PlansEvent[] = [];
    let state = planDecider.initial;
    for (const one of list) {
      const decided = planDecider.decide(one, state);
      if (isRefusal(decided)) continue;
      for (const event of decided) state = planDecider.evolve(state, happened(event));
      events.push(...decided);
      after(one, state);
    }
    return events;
  }

  it('a command applied twice adds no event the second time, and every event fits its schema', () => {
    fc.assert(
      fc.property(commands, (list) => {
        const events = history(list, (again, state) => {
          const second = planDecider.decide(again, state);
          expect(isRefusal(second) ? [] : second).toEqual([]);
        });
        expect(events.flatMap((event) => schemaFaults(event, plansEvents))).toEqual([]);
      }),
    );
  });
  it('folds without throwing, also erased, and what was owed when stays', () => {
    fc.assert(
      fc.property(commands, (list) => {
        const events = history(list);
        const owed = (all: readonly PlansEvent[]) =>
          given(planDecider, all).state?.versions.map(({ number, effectiveFrom, services: lines }) => ({ number, effectiveFrom, lines }));
        expect(owed(events.map((event) => erased(event, plansEvents)))).toEqual(owed(events));
      }),
    );
  });
  it('an amendment leaves every day before it as it was', () => {
    fc.assert(
      fc.property(commands, (list) => {
        let before = planDecider.initial;
        history(list, (done, state) => {
          if (done.kind === 'amend' && before && state) {
            for (const past of ['2025-09-01', '2025-09-30', '2026-01-14', '2026-06-11', '2026-12-31'].map(day)) {
              if (past < done.today) expect(versionOn(state, past)).toEqual(versionOn(before, past));
            }
          }
          before = state;
        });
      }),
    );
  });
});
