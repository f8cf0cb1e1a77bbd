import { isLate } from '@foundation/calendar';
import {
  type Correction,
  correctRecord,
  type Decider,
  type Dispute,
  disputeRecord,
  type GroupId,
  type Happened,
  noRecord,
  type PlanId,
  recordAgain,
  type RecordState,
  type Refusal,
  sameContent,
  type ServiceId,
  type SessionId,
  type StudentId,
  type Voiding,
  voidRecord,
  type ZonedInstant,
} from '@foundation/kernel';
import {
  type Outcome,
  sessionCorrected,
  sessionDisputed,
  sessionOutcomeRecorded,
  sessionScheduled,
  type SessionsEvent,
  sessionVoided,
} from './events';
import { dayOf, type Facts, outcomeRefusal, sameDayRefusal, scheduleRefusal, timeOf } from './outcome-rules';
import { refuse } from './refusals';

/** Whose session, of which service line. In a group every child has a session of their own; only the group id is shared. */
export interface SessionOf {
  readonly session: SessionId;
  readonly student: StudentId;
  readonly plan: PlanId;
  readonly service: ServiceId;
  readonly group?: GroupId;
}

export interface Schedule {
  readonly start: ZonedInstant;
  readonly plannedSeconds: number;
}

/** Planned, or withdrawn before it had an outcome. */
export interface ScheduledSession extends SessionOf, Schedule, Omit<RecordState<never>, 'status' | 'content'> {
  readonly status: 'scheduled' | 'withdrawn';
}

export interface HeldSession extends SessionOf, RecordState<Outcome> {
  readonly wasScheduled: boolean;
  /** As first recorded: tells the same outcome sent again. */
  readonly original: Outcome;
}

export type SessionState = ScheduledSession | HeldSession;

export type SessionCommand =
  | ({ readonly kind: 'schedule'; readonly facts: Facts } & SessionOf & Schedule)
  | ({ readonly kind: 'record'; readonly outcome: Outcome; readonly facts: Facts } & SessionOf)
  | (Correction<Outcome> & { readonly facts: Facts })
  | Voiding
  | Dispute;

type CommandOf<K extends SessionCommand['kind']> = Extract<SessionCommand, { kind: K }>;
type Decided = readonly SessionsEvent[] | Refusal;

function decide(command: SessionCommand, state: SessionState | undefined): Decided {
  switch (command.kind) {
    case 'schedule':
      return schedule(command, state);
    case 'record':
      return record(command, state);
    default:
      return state ? change(command, state) : noRecord();
  }
}

function schedule({ facts, start, plannedSeconds, ...of }: CommandOf<'schedule'>, state: SessionState | undefined): Decided {
  const planned = { start, plannedSeconds, ...sessionOf(of) };
  if (state) return recordAgain(!isHeld(state) && sameContent(planned, { ...sessionOf(state), ...scheduleOf(state) }));
  return scheduleRefusal(planned, start, plannedSeconds, facts) ?? [sessionScheduled.of(planned)];
}

function record({ outcome, facts, ...of }: CommandOf<'record'>, state: SessionState | undefined): Decided {
  // A scheduled group stays the group unless the outcome names another.
  const held = { ...sessionOf(of), group: of.group ?? state?.group };
  if (state && isHeld(state)) return recordAgain(sameContent({ ...held, outcome }, { ...sessionOf(state), outcome: state.original }));
  if (state?.status === 'withdrawn') return refuse('record-voided', 'The schedule was withdrawn: record it under an id of its own.');
  if (state && !sameContent(held, { ...sessionOf(state), group: held.group })) {
    return refuse('schedule-mismatch', 'Record it for the child, plan and service of the schedule, or under an id of its own.');
  }
  const { zone } = timeOf(outcome);
  const late = isLate(dayOf(outcome), facts.recordedAt, zone);
  return outcomeRefusal(held, outcome, facts) ?? [sessionOutcomeRecorded.of({ outcome, late, ...held })];
}

function change(command: CommandOf<'correct' | 'void' | 'dispute'>, state: SessionState): Decided {
  const { session, service } = state;
  if (command.kind === 'void') {
    const isVoided = state.status === 'voided' || state.status === 'withdrawn';
    return voidRecord(isVoided, command.reason, () => sessionVoided.of({ session, service, reason: command.reason }));
  }
  if (!isHeld(state)) return refuse('no-outcome-yet', 'Record what became of the session first, or void the schedule.');
  if (command.kind === 'dispute') {
    const { by, statement } = command;
    return disputeRecord(statement, () => sessionDisputed.of({ session, service, by, statement }));
  }
  const { content: outcome, reason, facts } = command;
  const refusal = dayOf(outcome) === dayOf(state.content) ? sameDayRefusal : outcomeRefusal;
  return correctRecord(state, command, () => refusal(state, outcome, facts) ?? sessionCorrected.of({ session, service, outcome, reason }));
}

const isHeld = (state: SessionState): state is HeldSession => state.status === 'recorded' || state.status === 'voided';
const sessionOf = ({ session, student, plan, service, group }: SessionOf): SessionOf => ({ session, student, plan, service, group });
const scheduleOf = ({ start, plannedSeconds }: Schedule): Schedule => ({ start, plannedSeconds });

function evolve(state: SessionState | undefined, { type, data, meta }: Happened<SessionsEvent>): SessionState | undefined {
  const made = { author: meta.actor, recordedAt: meta.recordedAt };
  if (type === 'sessions.session-scheduled') return { status: 'scheduled', ...made, ...sessionOf(data), ...scheduleOf(data) };
  if (type === 'sessions.session-outcome-recorded') {
    const { outcome } = data;
    return { status: 'recorded', original: outcome, content: outcome, wasScheduled: state !== undefined, ...made, ...sessionOf(data) };
  }
  if (!state) return state;
  switch (type) {
    case 'sessions.session-corrected':
      return isHeld(state) ? { ...state, content: data.outcome } : state;
    case 'sessions.session-voided':
      return isHeld(state) ? { ...state, status: 'voided' } : { ...state, status: 'withdrawn' };
    case 'sessions.session-disputed':
      return state;
  }
}

/** Of one session of one child; also the fold for `runner.load(sessionDecider, sessionStream(id))`. */
export const sessionDecider: Decider<SessionCommand, SessionState | undefined, SessionsEvent> = { initial: undefined, evolve, decide };
