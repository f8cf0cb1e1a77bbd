import fc from 'fast-check';
import {
  type AccommodationId,
  type ClassId,
  type CommandId,
  type EntryId,
  id,
  type Instant,
  isRefusal,
  type LocalDate,
  type PlanId,
  type StudentId,
} from '@foundation/kernel';
import { erased, given, happened, memoryLog, sampleContext, schemaFaults } from '@foundation/testing';
import { accommodationSet, planActivated, planAmended, planDrafted, planEnded, type PlansEvent, planStream } from '@case/plans/events';
import { planFold } from '@case/plans/promise';
import { CorrectEntry, CorrectEntryHandler } from './commands/correct-entry';
import { DisputeEntry, DisputeEntryHandler } from './commands/dispute-entry';
import { RecordEntry, RecordEntryHandler } from './commands/record-entry';
import { VoidEntry, VoidEntryHandler } from './commands/void-entry';
import { type AccommodationEntry, type EntryCommand, entryDecider, type NewEntry } from './entry';
import {
  type AccommodationsEvent,
  accommodationsEvents,
  entryCorrected,
  entryDisputed,
  entryRecorded,
  type EntryState,
  entryVoided,
} from './events';

const student = id<StudentId>('0c8e1c5e-0f5b-5c59-9f0e-0c7d5d1c0c01');
const otherStudent = id<StudentId>('0c8e1c5e-0f5b-5c59-9f0e-0c7d5d1c0c99');
const plan = id<PlanId>('1d0e1c5e-0f5b-5c59-9f0e-0c7d5d1c0d01');
const accommodation = id<AccommodationId>('1d0e1c5e-0f5b-5c59-9f0e-0c7d5d1c0d03');
const math = id<ClassId>('5f0c1c5e-0f5b-5c59-9f0e-0c7d5d1c0a03');
const music = id<ClassId>('5f0c1c5e-0f5b-5c59-9f0e-0c7d5d1c0a04');
const art = id<ClassId>('5f0c1c5e-0f5b-5c59-9f0e-0c7d5d1c0a05');
const entry = id<EntryId>('3f0a1c5e-0f5b-7c59-9f0e-0c7d5d1c0f01');
const day = (text: string) => text as LocalDate;

const extraTime = (classes: ClassId[]) => ({
  accommodation,
  category: 'timing-scheduling' as const,
  use: 'instruction' as const,
  label: 'Extra time',
  classes,
});
const { agreement } = planAmended.sample as { agreement: Parameters<typeof planAmended.of>[0]['agreement'] };
const draft = [planDrafted.of({ plan, student, kind: '504' }), accommodationSet.of({ plan, accommodation: extraTime([math]) })];
const active = [
  ...draft,
  planActivated.of({ plan, effectiveFrom: day('2025-09-01'), meetingOn: day('2025-08-28'), annualReviewDue: day('2026-08-28') }),
  planAmended.of({
    plan,
    planVersion: 2,
    effectiveFrom: day('2026-03-02'),
    agreement,
    goals: [],
    accommodations: [extraTime([math, music])],
    services: [],
    removed: [],
  }),
];
const promiseOf = (events: readonly PlansEvent[]) =>
  events.reduce((promise, event) => planFold.evolve(promise, happened(event)), planFold.initial);
const promise = promiseOf(active);

const provided: EntryState = { kind: 'provided', outcome: 'used' };
const fresh: NewEntry = { entry, student, plan, accommodation, class: math, on: day('2026-03-03'), state: provided };

type Recording = Extract<EntryCommand, { kind: 'record' }>;
const record = (replaced: Partial<Recording> = {}): Recording => ({
  kind: 'record',
  ...fresh,
  promise,
  recordedAt: '2026-03-03T14:15:01.000Z' as Instant,
  zone: 'America/New_York',
  ...replaced,
});
const recorded = entryRecorded.of({ ...fresh, late: false });
const correction: EntryCommand = { kind: 'correct', content: { state: { kind: 'not-applicable' } }, reason: 'There was an assembly' };
const none: readonly AccommodationsEvent[] = [];

describe('recording an entry', () => {
  it('keeps what became of the accommodation', () => given(entryDecider, none).when(record()).then(recorded));

  it('exposes what decides who may change it', () =>
    expect(given(entryDecider, [recorded]).state).toMatchObject({
      student,
      plan,
      accommodation,
      class: math,
      author: '7a1b0c5e-0f5b-5c59-9f0e-0c7d5d1c0b01',
      status: 'recorded',
      content: { state: provided },
    }));

  it('goes by the version in force on the day: music counts from the amendment on', () => {
    expect(given(entryDecider, none).when(record({ class: music })).events).toHaveLength(1);
    const before = given(entryDecider, none).when(record({ class: music, on: day('2026-03-01') }));
    expect(before.thenRefused('not-promised', ['/on']).detail).toContain('from 2026-03-02');
  });

  it('refuses a class without it, a day before the plan, after its end, and a draft', () => {
    given(entryDecider, none)
      .when(record({ class: art }))
      .thenRefused('not-promised', ['/class']);
    given(entryDecider, none)
      .when(record({ on: day('2025-08-31') }))
      .thenRefused('not-promised', ['/on']);
    const ended = promiseOf([...active, planEnded.of({ plan, lastDay: day('2026-03-02'), reason: 'Moved away' })]);
    given(entryDecider, none)
      .when(record({ promise: ended }))
      .thenRefused('not-promised', ['/on']);
    given(entryDecider, none)
      .when(record({ promise: promiseOf(draft) }))
      .thenRefused('not-promised');
  });

  it('knows no accommodation of another child, another plan or none', () => {
    given(entryDecider, none)
      .when(record({ student: otherStudent }))
      .thenRefused('accommodation-unknown', ['/accommodation']);
    given(entryDecider, none)
      .when(record({ promise: undefined }))
      .thenRefused('accommodation-unknown', ['/accommodation']);
    given(entryDecider, none)
      .when(record({ accommodation: id<AccommodationId>(entry) }))
      .thenRefused('accommodation-unknown', ['/accommodation']);
  });

  it('refuses tomorrow, by the school’s own day', () => {
    given(entryDecider, none)
      .when(record({ on: day('2026-03-04') }))
      .thenRefused('in-the-future', ['/on']);
    const lateEvening = '2026-03-04T03:00:00.000Z' as Instant;
    given(entryDecider, none)
      .when(record({ on: day('2026-03-04'), recordedAt: lateEvening }))
      .thenRefused('in-the-future', ['/on']);
  });

  it('accepts 40 days late and marks it; 7 days are not late', () => {
    const at = (recordedAt: string) => record({ recordedAt: recordedAt as Instant });
    given(entryDecider, none)
      .when(at('2026-04-12T14:00:00.000Z'))
      .then(entryRecorded.of({ ...fresh, late: true }));
    given(entryDecider, none).when(at('2026-03-10T14:00:00.000Z')).then(recorded);
  });

  it('adds nothing when a second tablet sends it again; another entry under its id is refused', () => {
    given(entryDecider, [recorded]).when(record()).then();
    given(entryDecider, [recorded])
      .when(record({ state: { kind: 'not-applicable' } }))
      .thenRefused('record-exists');
  });
});

describe('what becomes of an entry', () => {
  const voided = entryVoided.of({ entry, accommodation, reason: 'Wrong child' });

  it('is corrected, with the reason; to the same content is no change', () => {
    const answer = given(entryDecider, [recorded]).when(correction);
    answer.then(entryCorrected.of({ entry, accommodation, state: { kind: 'not-applicable' }, reason: 'There was an assembly' }));
    expect(answer.state).toMatchObject({ content: { state: { kind: 'not-applicable' } }, original: { state: provided } });
    given(entryDecider, [recorded])
      .when({ kind: 'correct', content: { state: provided }, reason: 'Again' })
      .then();
  });

  it('needs a reason', () => {
    given(entryDecider, [recorded]).when({ kind: 'void', reason: '' }).thenRefused('reason-missing', ['/reason']);
  });

  it('once voided it cannot be corrected, and voiding again adds nothing', () => {
    given(entryDecider, [recorded]).when({ kind: 'void', reason: 'Wrong child' }).then(voided);
    given(entryDecider, [recorded, voided]).when({ kind: 'void', reason: 'Wrong child' }).then();
    given(entryDecider, [recorded, voided]).when(correction).thenRefused('record-voided');
  });

  it('carries statements of disagreement and goes on counting', () => {
    const statement = 'There was no quiet seat.';
    const answer = given(entryDecider, [recorded]).when({ kind: 'dispute', by: 'family', statement });
    answer.then(entryDisputed.of({ entry, accommodation, by: 'family', statement }));
    expect(answer.state?.status).toBe('recorded');
  });

  it('must have been recorded first', () => {
    given(entryDecider, none).when(correction).thenRefused('record-not-found');
  });
});

describe('laws of entries', () => {
  const became = fc.record(
    {
      state: fc.constantFrom<EntryState>(provided, { kind: 'not-applicable' }, { kind: 'not-provided', why: 'no-materials' }),
      note: fc.constantFrom('Noisy room', 'Asked twice'),
    },
    { requiredKeys: ['state'] },
  );
  const command = fc.oneof(
    became.map((content) => record(content)),
    became.map((content): EntryCommand => ({ kind: 'correct', content, reason: 'A second look' })),
    fc.constant<EntryCommand>({ kind: 'void', reason: 'Entered twice' }),
    fc.constant<EntryCommand>({ kind: 'dispute', by: 'staff', statement: 'I was there too.' }),
  );

  it('any history fits its schemas, folds and folds alike once erased; a command repeated adds nothing', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 12 }), (commands) => {
        let state: AccommodationEntry | undefined = entryDecider.initial;
        let blank: AccommodationEntry | undefined = entryDecider.initial;
        for (const each of commands) {
          const decided = entryDecider.decide(each, state);
          if (isRefusal(decided)) continue;
          for (const event of decided) {
            expect(schemaFaults(event, accommodationsEvents)).toEqual([]);
            state = entryDecider.evolve(state, happened(event));
            blank = entryDecider.evolve(blank, happened(erased(event, accommodationsEvents)));
          }
          if (each.kind !== 'dispute') expect(entryDecider.decide(each, state)).toEqual([]);
        }
        expect(blank?.status).toBe(state?.status);
        expect(blank?.content.state).toEqual(state?.content.state);
      }),
    );
  });
});

describe('handlers', () => {
  it('record, correct, dispute and void in the entry’s own stream, under the child’s key', async () => {
    const log = memoryLog();
    log.happened({ stream: planStream(plan), student }, ...active);
    await new RecordEntryHandler(log.runner).execute(new RecordEntry(fresh, sampleContext({ commandId: id<CommandId>(entry) })));
    const correct = { entry, state: { kind: 'not-applicable' } as const, reason: 'There was an assembly' };
    await new CorrectEntryHandler(log.runner).execute(new CorrectEntry(correct, sampleContext()));
    const dispute = { entry, by: 'family' as const, statement: 'There was no quiet seat.' };
    await new DisputeEntryHandler(log.runner).execute(new DisputeEntry(dispute, sampleContext()));
    await new VoidEntryHandler(log.runner).execute(new VoidEntry({ entry, reason: 'Wrong child' }, sampleContext()));
    const made = log.events.filter((event) => event.stream === `accommodationEntry-${entry}`);
    expect(made.map((event) => event.type)).toEqual(
      ['recorded', 'corrected', 'disputed', 'voided'].map((what) => `accommodations.entry-${what}`),
    );
    expect(made.every((event) => event.meta.student === student)).toBe(true);
  });

  it('name no entry that is not there', async () => {
    const handler = new VoidEntryHandler(memoryLog().runner);
    await expect(handler.execute(new VoidEntry({ entry, reason: 'Wrong child' }, sampleContext()))).rejects.toThrow('record-not-found');
  });
});
