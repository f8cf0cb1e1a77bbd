import fc from 'fast-check';
import {
  type CommandId,
  type DomainEvent,
  ERASED,
  type GoalId,
  id,
  type Instant,
  isRefusal,
  type LocalDate,
  type ObservationId,
  type PlanId,
  type StudentId,
  type ZonedInstant,
} from '@foundation/kernel';
import type { Measure, Raw } from '@foundation/measurement';
import { erased, given, happened, memoryLog, sampleContext, schemaFaults } from '@foundation/testing';
import { type Goal, goalSet, planActivated, planAmended, planDrafted, planEnded, type PlansEvent, planStream } from '@case/plans/events';
import { planFold } from '@case/plans/promise';
import { CorrectObservation, CorrectObservationHandler } from './commands/correct-observation';
import { DisputeObservation, DisputeObservationHandler } from './commands/dispute-observation';
import { RecordObservation, RecordObservationHandler } from './commands/record-observation';
import { VoidObservation, VoidObservationHandler } from './commands/void-observation';
import {
  observationCorrected,
  observationDisputed,
  observationRecorded,
  type ObservationsEvent,
  observationsEvents,
  observationVoided,
} from './events';
import { type NewObservation, type ObservationCommand, observationDecider, type ObservationState } from './observation';

const student = id<StudentId>('0c8e1c5e-0f5b-5c59-9f0e-0c7d5d1c0c01');
const otherStudent = id<StudentId>('0c8e1c5e-0f5b-5c59-9f0e-0c7d5d1c0c99');
const plan = id<PlanId>('1d0e1c5e-0f5b-5c59-9f0e-0c7d5d1c0d01');
const goal = id<GoalId>('1d0e1c5e-0f5b-5c59-9f0e-0c7d5d1c0d02');
const laterGoal = id<GoalId>('1d0e1c5e-0f5b-5c59-9f0e-0c7d5d1c0d05');
const observation = id<ObservationId>('2e0f1c5e-0f5b-7c59-9f0e-0c7d5d1c0e01');
const day = (text: string) => text as LocalDate;

const goalOf = (goalId: GoalId, measure: Measure): Goal => ({
  goal: goalId,
  area: 'communication',
  statement: 'Asks for help',
  label: 'Asks for help',
  better: 'up',
  measure,
  aggregation: 'pool',
  classes: [],
});
const agreement = planAmended.sample as { agreement: Parameters<typeof planAmended.of>[0]['agreement'] };
const draft = [planDrafted.of({ plan, student, kind: 'iep' }), goalSet.of({ plan, goal: goalOf(goal, { kind: 'percent-correct' }) })];
const active = [
  ...draft,
  planActivated.of({ plan, effectiveFrom: day('2025-09-01'), meetingOn: day('2025-08-28'), annualReviewDue: day('2026-08-28') }),
  planAmended.of({
    plan,
    planVersion: 2,
    effectiveFrom: day('2026-03-02'),
    agreement: agreement.agreement,
    goals: [goalOf(laterGoal, { kind: 'rubric', scale: '0-4', lowest: 0, highest: 4 })],
    accommodations: [],
    services: [],
    removed: [],
  }),
];
const promiseOf = (events: readonly PlansEvent[]) =>
  events.reduce((promise, event) => planFold.evolve(promise, happened(event)), planFold.initial);
const promise = promiseOf(active);

const newYork = (at: string, offset = '-05:00'): ZonedInstant => ({ at: at as Instant, offset, zone: 'America/New_York' });
const seenAt = newYork('2026-03-03T14:15:00.000Z');
const raw: Raw = { kind: 'percent-correct', correct: 7, incorrect: 3, noResponse: 0 };
const fresh: NewObservation = { observation, student, plan, goal, raw, context: { setting: 'Room 12' } };

type Recording = Extract<ObservationCommand, { kind: 'record' }>;
const record = (replaced: Partial<Recording> = {}): Recording => ({
  kind: 'record',
  ...fresh,
  promise,
  at: seenAt,
  recordedAt: '2026-03-03T14:15:01.000Z' as Instant,
  ...replaced,
});
const recorded = observationRecorded.of({ ...fresh, late: false });
const correction = (replaced: Partial<Raw> = { correct: 8 }): ObservationCommand => ({
  kind: 'correct',
  content: { raw: { ...raw, ...replaced } as Raw, context: {} },
  reason: 'Counted one too few',
  promise,
});

const none: readonly ObservationsEvent[] = [];

describe('recording an observation', () => {
  it('keeps what was seen', () => given(observationDecider, none).when(record()).then(recorded));

  it('exposes what decides who may change it', () => {
    const { state } = given(observationDecider, [recorded]);
    expect(state).toMatchObject({ student, plan, goal, on: '2026-03-03', status: 'recorded', content: { raw } });
    expect(state).toMatchObject({ author: '7a1b0c5e-0f5b-5c59-9f0e-0c7d5d1c0b01', recordedAt: '2026-03-03T14:15:01.000Z' });
  });

  it('accepts 40 days late and marks it; 7 days are not late', () => {
    const after = (recordedAt: string) => record({ recordedAt: recordedAt as Instant });
    given(observationDecider, none)
      .when(after('2026-04-12T14:15:00.000Z'))
      .then(observationRecorded.of({ ...fresh, late: true }));
    given(observationDecider, none).when(after('2026-03-11T02:00:00.000Z')).then(recorded);
    given(observationDecider, none)
      .when(after('2026-03-11T06:00:00.000Z'))
      .then(observationRecorded.of({ ...fresh, late: true }));
  });

  it('tolerates a clock five minutes fast and no more', () => {
    const seen = (at: string) => record({ at: newYork(at), recordedAt: '2026-03-03T14:15:00.000Z' as Instant });
    given(observationDecider, none).when(seen('2026-03-03T14:20:00.000Z')).then(recorded);
    given(observationDecider, none).when(seen('2026-03-03T14:20:00.001Z')).thenRefused('in-the-future', ['/occurredAt']);
  });

  it('refuses a day before the plan, before the goal and after the plan’s end, and names the days', () => {
    const before = given(observationDecider, none).when(record({ at: newYork('2025-08-31T14:00:00.000Z', '-04:00') }));
    expect(before.thenRefused('not-in-force', ['/occurredAt']).detail).toContain('from 2025-09-01');
    const early = record({ goal: laterGoal, raw: { kind: 'rubric', score: 3 }, at: newYork('2026-03-01T15:00:00.000Z') });
    expect(given(observationDecider, none).when(early).thenRefused('not-in-force').detail).toContain('from 2026-03-02');
    const ended = promiseOf([...active, planEnded.of({ plan, lastDay: day('2026-03-02'), reason: 'Moved away' })]);
    const after = given(observationDecider, none).when(record({ promise: ended }));
    expect(after.thenRefused('not-in-force').detail).toBe(
      'The goal is in force from 2025-09-01 to 2026-03-02; this was seen on 2026-03-03.',
    );
  });

  it('goes by the local day: 23:30 in Honolulu on the last day is in force', () => {
    const ended = promiseOf([...active, planEnded.of({ plan, lastDay: day('2026-04-30'), reason: 'Moved away' })]);
    const at = { at: '2026-05-01T09:30:00.000Z' as Instant, offset: '-10:00', zone: 'Pacific/Honolulu' };
    expect(given(observationDecider, none).when(record({ promise: ended, at, recordedAt: at.at })).events).toHaveLength(1);
  });

  it('refuses a plan that is still a draft', () => {
    given(observationDecider, none)
      .when(record({ promise: promiseOf(draft) }))
      .thenRefused('not-in-force');
  });

  it('knows no goal of another child, another plan or none', () => {
    given(observationDecider, none)
      .when(record({ student: otherStudent }))
      .thenRefused('goal-unknown', ['/goal']);
    given(observationDecider, none)
      .when(record({ promise: undefined }))
      .thenRefused('goal-unknown', ['/goal']);
    given(observationDecider, none)
      .when(record({ goal: id<GoalId>(observation) }))
      .thenRefused('goal-unknown', ['/goal']);
  });

  it('refuses raw data that does not fit the measure in force that day', () => {
    given(observationDecider, none)
      .when(record({ raw: { kind: 'rubric', score: 2 } }))
      .thenRefused('raw-invalid', ['/raw/kind']);
    given(observationDecider, none)
      .when(record({ goal: laterGoal, raw: { kind: 'rubric', score: 5 } }))
      .thenRefused('raw-invalid', ['/raw/score']);
  });

  it('refuses a sitting in which nothing was tried', () => {
    const nothing: Raw = { kind: 'percent-correct', correct: 0, incorrect: 0, noResponse: 0 };
    given(observationDecider, none)
      .when(record({ raw: nothing }))
      .thenRefused('nothing-recorded', ['/raw']);
  });

  it('law: negative and fractional counts are refused', () => {
    const bad = fc.oneof(
      fc.integer({ max: -1 }),
      fc.double({ noNaN: true }).filter((value) => !Number.isInteger(value)),
    );
    fc.assert(
      fc.property(bad, (correct) => {
        given(observationDecider, none)
          .when(record({ raw: { kind: 'percent-correct', correct, incorrect: 1, noResponse: 0 } }))
          .thenRefused('raw-invalid', ['/raw/correct']);
      }),
    );
  });

  it('adds nothing the second time, even after a correction; another record under its id is refused', () => {
    given(observationDecider, [recorded]).when(record()).then();
    const corrected = given(observationDecider, [recorded]).when(correction()).events;
    given(observationDecider, [recorded, ...corrected])
      .when(record())
      .then();
    given(observationDecider, [recorded])
      .when(record({ raw: { ...raw, correct: 6 } }))
      .thenRefused('record-exists');
  });
});

describe('what becomes of an observation', () => {
  const voided = observationVoided.of({ observation, goal, reason: 'Wrong child' });

  it('is corrected whole, with the reason', () => {
    const answer = given(observationDecider, [recorded]).when(correction());
    answer.then(observationCorrected.of({ observation, goal, raw: { ...raw, correct: 8 }, context: {}, reason: 'Counted one too few' }));
    expect(answer.state).toMatchObject({ content: { raw: { correct: 8 }, context: {} }, original: { raw } });
  });

  it('correcting to what already counts adds nothing', () => {
    given(observationDecider, [recorded])
      .when({ kind: 'correct', content: { raw, context: { setting: 'Room 12', note: undefined } }, reason: 'Again', promise })
      .then();
  });

  it('a correction needs a reason and sound data', () => {
    given(observationDecider, [recorded])
      .when({ ...correction(), reason: ' x ' } as ObservationCommand)
      .thenRefused('reason-missing', ['/reason']);
    given(observationDecider, [recorded])
      .when(correction({ correct: -1 }))
      .thenRefused('raw-invalid', ['/raw/correct']);
  });

  it('stays correctable after the plan’s end was set before it', () => {
    const ended = promiseOf([...active, planEnded.of({ plan, lastDay: day('2026-03-01'), reason: 'Moved away' })]);
    expect(given(observationDecider, [recorded]).when({ ...correction(), promise: ended } as ObservationCommand).events).toHaveLength(1);
  });

  it('once voided it cannot be corrected, and voiding again adds nothing', () => {
    given(observationDecider, [recorded]).when({ kind: 'void', reason: 'Wrong child' }).then(voided);
    given(observationDecider, [recorded, voided]).when({ kind: 'void', reason: 'Wrong child' }).then();
    given(observationDecider, [recorded, voided]).when(correction()).thenRefused('record-voided');
  });

  it('carries statements of disagreement and goes on counting', () => {
    const statement = 'Sam was ill that day.';
    const answer = given(observationDecider, [recorded]).when({ kind: 'dispute', by: 'family', statement });
    answer.then(observationDisputed.of({ observation, goal, by: 'family', statement }));
    expect(answer.state?.status).toBe('recorded');
    given(observationDecider, [recorded])
      .when({ kind: 'dispute', by: 'family', statement: '' })
      .thenRefused('reason-missing', ['/statement']);
  });

  it('must have been recorded first', () => {
    given(observationDecider, none).when(correction()).thenRefused('record-not-found');
    given(observationDecider, none).when({ kind: 'void', reason: 'Wrong child' }).thenRefused('record-not-found');
  });
});

describe('laws of observations', () => {
  const seen = fc.record({
    raw: fc.record({ kind: fc.constant('percent-correct' as const), correct: fc.nat(20), incorrect: fc.nat(20), noResponse: fc.nat(20) }),
    context: fc.record({ note: fc.constantFrom('Tired', 'Cheerful') }, { requiredKeys: [] }),
  });
  const command = fc.oneof(
    seen.map((content) => record(content)),
    seen.map((content): ObservationCommand => ({ kind: 'correct', content, reason: 'A second look', promise })),
    fc.constant<ObservationCommand>({ kind: 'void', reason: 'Entered twice' }),
    fc.constant<ObservationCommand>({ kind: 'dispute', by: 'staff', statement: 'I was there too.' }),
  );

  it('any history fits its schemas, folds and folds alike once erased; a command repeated adds nothing', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 12 }), (commands) => {
        const history: DomainEvent[] = [];
        let state: ObservationState | undefined = observationDecider.initial;
        let blank: ObservationState | undefined = observationDecider.initial;
        for (const each of commands) {
          const decided = observationDecider.decide(each, state);
          if (isRefusal(decided)) continue;
          for (const event of decided) {
            history.push(event);
            state = observationDecider.evolve(state, happened(event));
            blank = observationDecider.evolve(blank, happened(erased(event, observationsEvents)));
          }
          if (each.kind !== 'dispute') expect(observationDecider.decide(each, state)).toEqual([]);
        }
        expect(history.flatMap((event) => schemaFaults(event, observationsEvents))).toEqual([]);
        expect(blank?.status).toBe(state?.status);
        expect(blank?.content.raw).toEqual(state?.content.raw);
        if (blank?.content.context.note !== undefined) expect(blank.content.context.note).toBe(ERASED);
      }),
    );
  });
});

describe('handlers', () => {
  const at = { occurredAt: seenAt, commandId: id<CommandId>(observation) };

  it('record, correct, dispute and void in the record’s own stream, under the child’s key', async () => {
    const log = memoryLog();
    log.happened({ stream: planStream(plan), student }, ...active);
    await new RecordObservationHandler(log.runner).execute(new RecordObservation(fresh, sampleContext(at)));
    const correct = { observation, raw: { ...raw, correct: 8 }, context: {}, reason: 'Counted one too few' };
    await new CorrectObservationHandler(log.runner).execute(new CorrectObservation(correct, sampleContext()));
    const dispute = { observation, by: 'family' as const, statement: 'Sam was ill.' };
    await new DisputeObservationHandler(log.runner).execute(new DisputeObservation(dispute, sampleContext()));
    await new VoidObservationHandler(log.runner).execute(new VoidObservation({ observation, reason: 'Wrong child' }, sampleContext()));
    const made = log.events.filter((event) => event.stream === `observation-${observation}`);
    expect(made.map((event) => event.type)).toEqual(
      ['recorded', 'corrected', 'disputed', 'voided'].map((what) => `observations.observation-${what}`),
    );
    expect(made.every((event) => event.meta.student === student)).toBe(true);
  });

  it('name no record that is not there', async () => {
    const handler = new VoidObservationHandler(memoryLog().runner);
    await expect(handler.execute(new VoidObservation({ observation, reason: 'Wrong child' }, sampleContext()))).rejects.toThrow(
      'record-not-found',
    );
  });
});
