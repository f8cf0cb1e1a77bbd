import fc from 'fast-check';
import { zonedInstant } from '@foundation/calendar';
import {
  type CommandId,
  derivedId,
  ERASED,
  type GoalId,
  type GroupId,
  id,
  type Instant,
  isRefusal,
  type LocalDate,
  type PlanId,
  type ServiceId,
  type SessionId,
  type StudentId,
  type ZonedInstant,
} from '@foundation/kernel';
import { erased, given, happened, memoryLog, sampleContext, schemaFaults } from '@foundation/testing';
import { goalSet, planActivated, planDrafted, planEnded, type PlansEvent, planStream, serviceSet } from '@case/plans/events';
import { planFold } from '@case/plans/promise';
import { CorrectSession, CorrectSessionHandler } from './commands/correct-session';
import { DisputeSession, DisputeSessionHandler } from './commands/dispute-session';
import { RecordSession, RecordSessionHandler } from './commands/record-session';
import { ScheduleSession, ScheduleSessionHandler } from './commands/schedule-session';
import { VoidSession, VoidSessionHandler } from './commands/void-session';
import {
  type Outcome,
  sessionCorrected,
  sessionDisputed,
  sessionOutcomeRecorded,
  sessionScheduled,
  type SessionsEvent,
  sessionsEvents,
  sessionVoided,
} from './events';
import { disciplineOf, type Facts, type MissedSession } from './outcome-rules';
import { type SessionCommand, sessionDecider, type SessionState } from './session';

const student = id<StudentId>('0c8e1c5e-0f5b-5c59-9f0e-0c7d5d1c0c01');
const otherStudent = id<StudentId>('0c8e1c5e-0f5b-5c59-9f0e-0c7d5d1c0c99');
const plan = id<PlanId>('1d0e1c5e-0f5b-5c59-9f0e-0c7d5d1c0d01');
const goal = id<GoalId>('1d0e1c5e-0f5b-5c59-9f0e-0c7d5d1c0d02');
const service = id<ServiceId>('1d0e1c5e-0f5b-5c59-9f0e-0c7d5d1c0d04');
const otherService = id<ServiceId>('1d0e1c5e-0f5b-5c59-9f0e-0c7d5d1c0d06');
const session = id<SessionId>('4a0b1c5e-0f5b-7c59-9f0e-0c7d5d1c1001');
const missedSession = id<SessionId>('4a0b1c5e-0f5b-7c59-9f0e-0c7d5d1c1002');
const group = id<GroupId>('4a0b1c5e-0f5b-7c59-9f0e-0c7d5d1c1099');
const day = (text: string) => text as LocalDate;
const time = (text: string, zone = 'America/New_York') => zonedInstant(text, zone) as ZonedInstant;

const line = (which: ServiceId, start = '2025-09-08', end?: string) => ({
  service: which,
  discipline: 'speech' as const,
  start: day(start),
  ...(end === undefined ? {} : { end: day(end) }),
  frequency: { sessions: 2, per: 'week' as const },
  minutes: 30,
  location: 'Therapy room',
  delivery: 'either' as const,
});
const draft = [
  planDrafted.of({ plan, student, kind: 'iep' }),
  goalSet.of({
    plan,
    goal: { goal, area: 'speech', statement: 'Says s', label: 'Says s', better: 'up', aggregation: 'pool', classes: [] },
  }),
  serviceSet.of({ plan, service: line(service) }),
  serviceSet.of({ plan, service: line(otherService, '2025-09-08', '2026-01-30') }),
];
const active = [
  ...draft,
  planActivated.of({ plan, effectiveFrom: day('2025-09-01'), meetingOn: day('2025-08-28'), annualReviewDue: day('2026-08-28') }),
];
const promiseOf = (events: readonly PlansEvent[]) =>
  events.reduce((promise, event) => planFold.evolve(promise, happened(event)), planFold.initial);
const recordedAt = '2026-03-03T20:00:00.000Z' as Instant;
const facts = (replaced: Partial<Facts> = {}): Facts => ({ promise: promiseOf(active), recordedAt, ...replaced });

type Delivered = Extract<Outcome, { kind: 'delivered' | 'partial' }>;
const delivered = (replaced: Partial<Delivered> = {}): Delivered => ({
  kind: 'delivered',
  start: time('2026-03-03T09:15:00-05:00'),
  end: time('2026-03-03T09:45:00-05:00'),
  groupSize: 1,
  goals: [goal],
  note: { subjective: 'In good spirits', plan: 'Go on' },
  ...replaced,
});
const missed: Outcome = {
  kind: 'missed',
  plannedStart: time('2026-03-02T09:15:00-05:00'),
  plannedSeconds: 1800,
  reason: 'student-absent',
  familyTold: true,
};
const of = { session, student, plan, service };
type Recording = Extract<SessionCommand, { kind: 'record' }>;
const record = (replaced: Partial<Recording> = {}): Recording => ({
  kind: 'record',
  ...of,
  outcome: delivered(),
  facts: facts(),
  ...replaced,
});
const outcome = (replaced: Partial<Delivered>, known: Partial<Facts> = {}) => record({ outcome: delivered(replaced), facts: facts(known) });
const recorded = sessionOutcomeRecorded.of({ ...of, outcome: delivered(), late: false });
const planned = { ...of, start: time('2026-03-03T09:15:00-05:00'), plannedSeconds: 1800 };
const scheduled = sessionScheduled.of(planned);
const none: readonly SessionsEvent[] = [];

describe('recording a session', () => {
  it('keeps a session that was delivered, in part, or missed with its reason', () => {
    given(sessionDecider, none).when(record()).then(recorded);
    const part = delivered({ kind: 'partial' });
    given(sessionDecider, none)
      .when(record({ outcome: part }))
      .then(sessionOutcomeRecorded.of({ ...of, outcome: part, late: false }));
    given(sessionDecider, none)
      .when(record({ outcome: missed }))
      .then(sessionOutcomeRecorded.of({ ...of, outcome: missed, late: false }));
  });

  it('exposes what decides who may change it', () => {
    const { state } = given(sessionDecider, [recorded]);
    expect(state).toMatchObject({ student, plan, service, status: 'recorded', author: '7a1b0c5e-0f5b-5c59-9f0e-0c7d5d1c0b01' });
    const { promise } = facts();
    expect(promise && disciplineOf(promise, service)).toBe('speech');
  });

  it('marks what was recorded more than 7 days after, and keeps it', () => {
    const [event] = given(sessionDecider, none).when(
      record({ facts: facts({ recordedAt: '2026-04-12T14:00:00.000Z' as Instant }) }),
    ).events;
    expect(event?.data).toMatchObject({ late: true });
  });

  it.each<[string, Partial<Delivered>, string]>([
    ['an end before its start', { end: time('2026-03-03T09:00:00-05:00') }, '/outcome/end'],
    ['an end at its start', { end: time('2026-03-03T09:15:00-05:00') }, '/outcome/end'],
    ['more than eight hours', { start: time('2026-03-03T01:00:00-05:00') }, '/outcome/end'],
    ['a group of nobody', { groupSize: 0 }, '/outcome/groupSize'],
    ['a group of one and a half', { groupSize: 1.5 }, '/outcome/groupSize'],
  ])('refuses %s', (_, replaced, pointer) => {
    given(sessionDecider, none).when(outcome(replaced)).thenRefused('outcome-invalid', [pointer]);
  });

  it('counts instants, not clock faces: 1:30 to 1:15 over the autumn change is 45 minutes', () => {
    const start = time('2025-11-02T01:30:00-04:00');
    const end = time('2025-11-02T01:15:00-05:00');
    expect(given(sessionDecider, none).when(outcome({ start, end })).events).toHaveLength(1);
  });

  it('law: negative and fractional planned seconds are refused', () => {
    const bad = fc.oneof(
      fc.integer({ max: 59 }),
      fc.integer({ min: 28_801 }),
      fc.double({ noNaN: true }).filter((n) => !Number.isInteger(n)),
    );
    fc.assert(
      fc.property(bad, (plannedSeconds) => {
        given(sessionDecider, none)
          .when(record({ outcome: { ...missed, plannedSeconds } }))
          .thenRefused('outcome-invalid', ['/outcome/plannedSeconds']);
        given(sessionDecider, none)
          .when({ kind: 'schedule', ...planned, plannedSeconds, facts: facts() })
          .thenRefused('outcome-invalid', ['/plannedSeconds']);
      }),
    );
  });

  it('refuses what is not over yet', () => {
    const early = { recordedAt: '2026-03-03T14:30:00.000Z' as Instant };
    given(sessionDecider, none).when(outcome({}, early)).thenRefused('in-the-future', ['/outcome/end']);
    const tomorrow = { ...missed, plannedStart: time('2026-03-04T09:15:00-05:00') };
    given(sessionDecider, none)
      .when(record({ outcome: tomorrow }))
      .thenRefused('in-the-future', ['/outcome/plannedStart']);
  });

  it('refuses a day on which the service was not in force, and names the days', () => {
    const on = (text: string) => ({ start: time(`${text}T09:15:00-05:00`), end: time(`${text}T09:45:00-05:00`), goals: [] });
    const september = { start: time('2025-09-02T09:15:00-04:00'), end: time('2025-09-02T09:45:00-04:00'), goals: [] };
    const early = given(sessionDecider, none).when(outcome(september)).thenRefused('not-in-force', ['/outcome/start']);
    expect(early.detail).toContain('begins on 2025-09-08');
    const over = given(sessionDecider, none).when(record({ service: otherService, outcome: delivered(on('2026-02-02')) }));
    expect(over.thenRefused('not-in-force').detail).toContain('ends on 2026-01-30');
    const ended = promiseOf([...active, planEnded.of({ plan, lastDay: day('2026-03-02'), reason: 'Moved away' })]);
    expect(
      given(sessionDecider, none)
        .when(outcome({}, { promise: ended }))
        .thenRefused('not-in-force').detail,
    ).toContain('to 2026-03-02');
    given(sessionDecider, none)
      .when(outcome({}, { promise: promiseOf(draft) }))
      .thenRefused('not-in-force');
  });

  it('goes by the local day: 16:30 in Honolulu on the last day of April is April', () => {
    const ended = promiseOf([...active, planEnded.of({ plan, lastDay: day('2026-04-30'), reason: 'Moved away' })]);
    const zone = 'Pacific/Honolulu';
    const [start, end] = [time('2026-04-30T16:30:00-10:00', zone), time('2026-04-30T17:00:00-10:00', zone)];
    const late = given(sessionDecider, none).when(
      outcome({ start, end }, { promise: ended, recordedAt: '2026-05-01T04:00:00.000Z' as Instant }),
    );
    expect(late.events).toHaveLength(1);
  });

  it('knows no service or goal of another child or plan', () => {
    given(sessionDecider, none)
      .when(record({ student: otherStudent }))
      .thenRefused('service-unknown', ['/service']);
    given(sessionDecider, none)
      .when(record({ facts: facts({ promise: undefined }) }))
      .thenRefused('service-unknown', ['/service']);
    given(sessionDecider, none)
      .when(record({ service: id<ServiceId>(session) }))
      .thenRefused('service-unknown');
    given(sessionDecider, none)
      .when(outcome({ goals: [goal, id<GoalId>(session)] }))
      .thenRefused('session-goal-unknown', ['/outcome/goals/1']);
  });

  it('adds nothing the second time; another outcome under its id is refused', () => {
    given(sessionDecider, [recorded]).when(record()).then();
    given(sessionDecider, [recorded])
      .when(outcome({ groupSize: 3 }))
      .thenRefused('record-exists');
  });
});

describe('making up for a missed session', () => {
  const owed: MissedSession = { student, service, status: 'recorded', content: missed };
  const makeUp = (what: MissedSession | undefined, makeUpFor = missedSession) => outcome({ makeUpFor }, { missed: what });

  it('names the missed session', () => {
    const [event] = given(sessionDecider, none).when(makeUp(owed)).events;
    expect(event?.data).toMatchObject({ outcome: { makeUpFor: missedSession } });
  });

  it.each<[string, MissedSession | undefined]>([
    ['none at all', undefined],
    ['another child’s', { ...owed, student: otherStudent }],
    ['another service’s', { ...owed, service: otherService }],
    ['one that was delivered', { ...owed, content: delivered() }],
    ['one that was voided', { ...owed, status: 'voided' }],
    ['one that is only scheduled', { student, service, status: 'scheduled' }],
  ])('refuses %s', (_, what) => {
    given(sessionDecider, none).when(makeUp(what)).thenRefused('make-up-mismatch', ['/outcome/makeUpFor']);
  });

  it('cannot repay itself', () => {
    given(sessionDecider, none).when(makeUp(owed, session)).thenRefused('make-up-mismatch');
  });
});

describe('a scheduled session', () => {
  const schedule: SessionCommand = { kind: 'schedule', ...planned, group, facts: facts() };
  const withGroup = sessionScheduled.of({ ...planned, group });

  it('is planned once, for a day on which the service is in force', () => {
    given(sessionDecider, none).when(schedule).then(withGroup);
    given(sessionDecider, [withGroup]).when(schedule).then();
    given(sessionDecider, [scheduled]).when(schedule).thenRefused('record-exists');
    given(sessionDecider, none)
      .when({ ...schedule, start: time('2025-09-02T09:15:00-04:00') })
      .thenRefused('not-in-force', ['/start']);
    given(sessionDecider, none)
      .when({ ...schedule, student: otherStudent })
      .thenRefused('service-unknown');
  });

  it('takes an outcome for the same child and service, and stays in its group', () => {
    given(sessionDecider, [withGroup])
      .when(record())
      .then(sessionOutcomeRecorded.of({ ...of, group, outcome: delivered(), late: false }));
    given(sessionDecider, [scheduled])
      .when(record({ service: otherService }))
      .thenRefused('schedule-mismatch');
  });

  it('has nothing to correct or dispute, and can be withdrawn', () => {
    given(sessionDecider, [scheduled]).when({ kind: 'dispute', by: 'family', statement: 'Not so.' }).thenRefused('no-outcome-yet');
    const withdrawn = sessionVoided.of({ session, service, reason: 'Moved to Friday' });
    given(sessionDecider, [scheduled]).when({ kind: 'void', reason: 'Moved to Friday' }).then(withdrawn);
    given(sessionDecider, [scheduled, withdrawn]).when({ kind: 'void', reason: 'Moved to Friday' }).then();
    given(sessionDecider, [scheduled, withdrawn]).when(record()).thenRefused('record-voided');
  });
});

describe('what becomes of a session', () => {
  const correct = (content: Outcome, known: Partial<Facts> = {}): SessionCommand => ({
    kind: 'correct',
    content,
    reason: 'Wrong child in the group',
    facts: facts(known),
  });
  const voided = sessionVoided.of({ session, service, reason: 'Entered twice' });

  it('is corrected whole, with the reason; to the same content is no change', () => {
    const answer = given(sessionDecider, [recorded]).when(correct(missed));
    answer.then(sessionCorrected.of({ session, service, outcome: missed, reason: 'Wrong child in the group' }));
    expect(answer.state).toMatchObject({ content: missed, original: delivered() });
    given(sessionDecider, [recorded]).when(correct(delivered())).then();
  });

  it('keeps the same rules when corrected', () => {
    given(sessionDecider, [recorded])
      .when(correct(delivered({ groupSize: -1 })))
      .thenRefused('outcome-invalid');
    given(sessionDecider, [recorded])
      .when(correct(delivered({ makeUpFor: missedSession })))
      .thenRefused('make-up-mismatch');
    const sunday = delivered({ start: time('2025-08-31T09:15:00-04:00'), end: time('2025-08-31T09:45:00-04:00') });
    given(sessionDecider, [recorded]).when(correct(sunday)).thenRefused('not-in-force');
  });

  it('stays correctable on its day after the plan’s end was set before it', () => {
    const ended = promiseOf([...active, planEnded.of({ plan, lastDay: day('2026-03-01'), reason: 'Moved away' })]);
    const note = { subjective: 'Tired' };
    expect(given(sessionDecider, [recorded]).when(correct(delivered({ note }), { promise: ended })).events).toHaveLength(1);
  });

  it('once voided it cannot be corrected, and voiding again adds nothing', () => {
    given(sessionDecider, [recorded]).when({ kind: 'void', reason: 'Entered twice' }).then(voided);
    given(sessionDecider, [recorded, voided]).when({ kind: 'void', reason: 'Entered twice' }).then();
    given(sessionDecider, [recorded, voided]).when(correct(missed)).thenRefused('record-voided');
  });

  it('carries statements of disagreement and goes on counting', () => {
    const statement = 'We were told it was cancelled.';
    const answer = given(sessionDecider, [recorded]).when({ kind: 'dispute', by: 'family', statement });
    answer.then(sessionDisputed.of({ session, service, by: 'family', statement }));
    expect(answer.state?.status).toBe('recorded');
  });

  it('must be there first', () => {
    given(sessionDecider, none).when(correct(missed)).thenRefused('record-not-found');
  });
});

describe('laws of sessions', () => {
  const anyOutcome = fc.oneof(
    fc.constant(missed),
    fc
      .tuple(fc.constantFrom('delivered' as const, 'partial' as const), fc.integer({ min: 1, max: 5 }), fc.constantFrom('Calm', 'Tired'))
      .map(([kind, groupSize, subjective]) => delivered({ kind, groupSize, note: { subjective } })),
  );
  const command = fc.oneof(
    fc.constant<SessionCommand>({ kind: 'schedule', ...planned, facts: facts() }),
    anyOutcome.map((content) => record({ outcome: content })),
    anyOutcome.map((content): SessionCommand => ({ kind: 'correct', content, reason: 'A second look', facts: facts() })),
    fc.constant<SessionCommand>({ kind: 'void', reason: 'Entered twice' }),
    fc.constant<SessionCommand>({ kind: 'dispute', by: 'staff', statement: 'I was there too.' }),
  );

  it('any history fits its schemas, folds and folds alike once erased; a command repeated adds nothing', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 12 }), (commands) => {
        let state: SessionState | undefined = sessionDecider.initial;
        let blank: SessionState | undefined = sessionDecider.initial;
        for (const each of commands) {
          const decided = sessionDecider.decide(each, state);
          if (isRefusal(decided)) continue;
          for (const event of decided) {
            expect(schemaFaults(event, sessionsEvents)).toEqual([]);
            state = sessionDecider.evolve(state, happened(event));
            blank = sessionDecider.evolve(blank, happened(erased(event, sessionsEvents)));
          }
          if (each.kind !== 'dispute') expect(sessionDecider.decide(each, state)).toEqual([]);
        }
        expect(blank?.status).toBe(state?.status);
        const held = blank && 'content' in blank ? blank.content : undefined;
        if (held && held.kind !== 'missed') expect(held.note?.subjective).toBe(ERASED);
      }),
    );
  });
});

describe('handlers', () => {
  const commandId = id<CommandId>(session);
  const context = sampleContext({ commandId, recordedAt });
  const withPlan = () => {
    const log = memoryLog();
    log.happened({ stream: planStream(plan), student }, ...active);
    return log;
  };

  it('record a session that nobody scheduled under its own id, when it happened', async () => {
    const log = withPlan();
    await new RecordSessionHandler(log.runner).execute(new RecordSession({ ...of, outcome: missed }, context));
    const made = log.events.at(-1);
    expect(made).toMatchObject({ stream: `session-${session}`, id: derivedId(commandId, 0) });
    expect(made?.meta).toMatchObject({ student, occurredAt: { at: '2026-03-02T14:15:00.000Z' } });
  });

  it('record the outcome of a scheduled session under a command id of its own: both may start from the session’s id', async () => {
    const log = withPlan();
    await new ScheduleSessionHandler(log.runner).execute(new ScheduleSession(planned, context));
    await new RecordSessionHandler(log.runner).execute(new RecordSession({ ...of, outcome: delivered() }, context));
    await new RecordSessionHandler(log.runner).execute(new RecordSession({ ...of, outcome: delivered() }, context));
    const made = log.events.filter((event) => event.stream === `session-${session}`);
    expect(made.map((event) => event.type)).toEqual(['sessions.session-scheduled', 'sessions.session-outcome-recorded']);
    expect(new Set(made.map((event) => event.id)).size).toBe(2);
  });

  it('look up the session that a make-up repays', async () => {
    const log = withPlan();
    const handler = new RecordSessionHandler(log.runner);
    const makeUp = new RecordSession({ ...of, outcome: delivered({ makeUpFor: missedSession }) }, context);
    await expect(handler.execute(makeUp)).rejects.toThrow('make-up-mismatch');
    const owed = sampleContext({ commandId: id<CommandId>(missedSession), recordedAt });
    await handler.execute(new RecordSession({ ...of, session: missedSession, outcome: missed }, owed));
    expect((await handler.execute(makeUp)).events).toHaveLength(1);
  });

  it('correct, dispute and void in the session’s own stream, under the child’s key', async () => {
    const log = withPlan();
    await new RecordSessionHandler(log.runner).execute(new RecordSession({ ...of, outcome: delivered() }, context));
    const later = () => sampleContext({ recordedAt });
    const correct = { session, outcome: missed, reason: 'Wrong child in the group' };
    await new CorrectSessionHandler(log.runner).execute(new CorrectSession(correct, later()));
    const dispute = { session, by: 'family' as const, statement: 'We were told it was cancelled.' };
    await new DisputeSessionHandler(log.runner).execute(new DisputeSession(dispute, later()));
    await new VoidSessionHandler(log.runner).execute(new VoidSession({ session, reason: 'Entered twice' }, later()));
    const made = log.events.filter((event) => event.stream === `session-${session}`);
    expect(made.map((event) => event.type)).toEqual(
      ['outcome-recorded', 'corrected', 'disputed', 'voided'].map((what) => `sessions.session-${what}`),
    );
    expect(made.every((event) => event.meta.student === student)).toBe(true);
  });
});
