import { caseClosed, caseOpened, type Demographics, demographicsRostered, studentStream } from '@case/students/events';
import { id, type LocalDate, type PlanId, type RefusalError } from '@foundation/kernel';
import { type MemoryLog, memoryLog, sampleContext } from '@foundation/testing';
import { type Accommodation, accommodationSet, planActivated, planDrafted, planEnded, planStream } from '../events';
import { ActivatePlan, ActivatePlanHandler } from './activate-plan';
import { activationFacts, ageOn } from './activation-facts';
import { DraftPlan, DraftPlanHandler } from './draft-plan';
import { SetAccommodation, SetAccommodationHandler } from './set-accommodation';
import { planTarget } from './target';

const day = (text: string) => text as LocalDate;
const { plan, student } = planDrafted.sample as ReturnType<typeof planDrafted.of>['data'];
const { accommodation } = accommodationSet.sample as { accommodation: Accommodation };
const earlier = id<PlanId>('1d0e1c5e-0f5b-5c59-9f0e-0c7d5d1c0d99');
const days = { effectiveFrom: day('2025-09-01'), meetingOn: day('2025-08-28') };
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: RefusalError) => error.refusal.code,
  );

function otherPlan(log: MemoryLog, kind: 'iep' | '504', lastDay?: LocalDate) {
  const target = { stream: planStream(earlier), student };
  log.happened(target, planDrafted.of({ plan: earlier, student, kind }));
  log.happened(target, planActivated.of({ plan: earlier, ...days, annualReviewDue: day('2026-08-28') }));
  if (lastDay) log.happened(target, planEnded.of({ plan: earlier, lastDay, reason: 'Replaced' }));
}

describe('drafting', () => {
  it('asks the child’s own stream whether the case is open', async () => {
    const log = memoryLog();
    const draft = () => codeOf(new DraftPlanHandler(log.runner).execute(new DraftPlan({ plan, student, kind: '504' }, sampleContext())));
    const file = { stream: studentStream(student), student };
    expect(await draft()).toBe('case-not-open');
    log.happened(file, caseOpened.of({ student, on: day('2025-08-01') }), caseClosed.of({ student, on: day('2025-08-02'), reason: '' }));
    expect(await draft()).toBe('case-not-open');
    log.happened(file, caseOpened.of({ student, on: day('2025-08-03') }));
    expect(await draft()).toBe('done');
    expect(log.events.at(-1)).toMatchObject({ type: 'plans.plan-drafted', stream: planStream(plan), meta: { student } });
  });
});

describe('writing', () => {
  it('seals with the key of the plan’s own child', async () => {
    const log = memoryLog();
    const set = () =>
      codeOf(new SetAccommodationHandler(log.runner).execute(new SetAccommodation({ plan, accommodation }, sampleContext())));
    expect(await set()).toBe('plan-not-found');
    log.happened({ stream: planStream(plan), student }, planDrafted.of({ plan, student, kind: '504' }));
    expect(await set()).toBe('done');
    expect(log.events.at(-1)?.meta.student).toBe(student);
  });
});

describe('activating', () => {
  it('meets the child’s other plans of that kind in the log', async () => {
    const log = memoryLog();
    const target = { stream: planStream(plan), student };
    log.happened(target, planDrafted.of({ plan, student, kind: '504' }), accommodationSet.of({ plan, accommodation }));
    otherPlan(log, '504', day('2025-09-15'));
    const activate = (effectiveFrom: string) =>
      codeOf(
        new ActivatePlanHandler(log.runner, log.journal).execute(
          new ActivatePlan({ plan, ...days, effectiveFrom: day(effectiveFrom) }, sampleContext()),
        ),
      );
    expect(await activate('2025-09-15')).toBe('plan-overlaps');
    expect(await activate('2025-09-16')).toBe('done');
    expect(await activate('2025-09-16')).toBe('done');
    expect(log.events.filter(({ type }) => type === 'plans.plan-activated')).toHaveLength(2);
  });
  it('looks past plans of another kind and knows the age on the day of the review', async () => {
    const log = memoryLog();
    log.happened({ stream: planStream(plan), student }, planDrafted.of({ plan, student, kind: 'iep' }));
    otherPlan(log, '504');
    const { promise } = await planTarget(log.runner, plan);
    expect(await activationFacts(log.journal, promise, day('2025-08-28'))).toEqual({ ageAtEnd: undefined, otherPlans: [] });
    const demographics = demographicsRostered.sample as Demographics;
    log.happened({ stream: studentStream(student), student }, demographicsRostered.of({ ...demographics, birthDate: '2010-08-28' }));
    expect((await activationFacts(log.journal, promise, day('2025-08-28'))).ageAtEnd).toBe(16);
    expect((await activationFacts(log.journal, promise, day('2025-08-27'))).ageAtEnd).toBe(15);
    log.happened({ stream: studentStream(student), student }, demographicsRostered.of({ ...demographics, birthDate: '[erased]' }));
    expect((await activationFacts(log.journal, promise, day('2025-08-28'))).ageAtEnd).toBe(16);
  });
  it('counts whole years', () => {
    expect(ageOn(day('2010-02-28'), day('2026-02-27'))).toBe(15);
    expect(ageOn(day('2012-02-29'), day('2028-02-29'))).toBe(16);
  });
});
