import { isAhead, isLate, localDateOf } from '@foundation/calendar';
import {
  type Correction,
  correctRecord,
  type Decider,
  type Dispute,
  disputeRecord,
  type GoalId,
  type Happened,
  type Instant,
  isRefusal,
  type LocalDate,
  noRecord,
  notYet,
  type ObservationId,
  type PlanId,
  recordAgain,
  type RecordState,
  type Refusal,
  sameContent,
  type StudentId,
  type Voiding,
  voidRecord,
  type ZonedInstant,
} from '@foundation/kernel';
import { checkRaw, type Measure, type Raw, recordsNothing } from '@foundation/measurement';
import { daysPromised, type PlanPromise, versionOn } from '@case/plans/promise';
import {
  type Context,
  observationCorrected,
  observationDisputed,
  observationRecorded,
  type ObservationsEvent,
  observationVoided,
} from './events';
import { refuse } from './refusals';

/** What was seen, and under which circumstances: a correction states both anew. */
export interface Seen {
  readonly raw: Raw;
  readonly context: Context;
}

export interface ObservationState extends RecordState<Seen> {
  readonly observation: ObservationId;
  readonly goal: GoalId;
  /** The local day on which it was seen. */
  readonly on: LocalDate;
  /** As first recorded: tells the same record sent again. */
  readonly original: Seen;
}

export interface NewObservation extends Seen {
  readonly observation: ObservationId;
  readonly student: StudentId;
  readonly plan: PlanId;
  readonly goal: GoalId;
}

/** `promise`: the plan as its events tell it now; undefined when there is none. `at`: when it was seen. */
export type ObservationCommand =
  | ({ readonly kind: 'record'; readonly promise?: PlanPromise; readonly at: ZonedInstant; readonly recordedAt: Instant } & NewObservation)
  | (Correction<Seen> & { readonly promise?: PlanPromise })
  | Voiding
  | Dispute;

type CommandOf<K extends ObservationCommand['kind']> = Extract<ObservationCommand, { kind: K }>;

function decide(command: ObservationCommand, state: ObservationState | undefined): readonly ObservationsEvent[] | Refusal {
  if (command.kind === 'record') return state ? recordAgain(isSame(command, state)) : record(command);
  if (!state) return noRecord();
  const { observation, goal } = state;
  switch (command.kind) {
    case 'correct':
      return correctRecord(state, command, () => correct(command, state));
    case 'void':
      return voidRecord(state.status === 'voided', command.reason, () =>
        observationVoided.of({ observation, goal, reason: command.reason }),
      );
    case 'dispute':
      return disputeRecord(command.statement, () =>
        observationDisputed.of({ observation, goal, by: command.by, statement: command.statement }),
      );
  }
}

const isSame = ({ student, plan, goal, raw, context, at }: CommandOf<'record'>, state: ObservationState): boolean =>
  sameContent(
    { student, plan, goal, on: localDateOf(at), raw, context },
    { student: state.student, plan: state.plan, goal: state.goal, on: state.on, ...state.original },
  );

function record({ observation, student, plan, goal, raw, context, at, recordedAt, promise }: CommandOf<'record'>) {
  const on = localDateOf(at);
  const measure = promisedMeasure(promise, student, goal, on);
  if (isRefusal(measure)) return measure;
  if (isAhead(at.at, recordedAt)) return notYet('/occurredAt');
  const unfit = rawRefusal(measure, raw);
  if (unfit) return unfit;
  const late = isLate(on, recordedAt, at.zone);
  return [observationRecorded.of({ observation, student, plan, goal, raw, context, late })];
}

/** The goal's measure in force on the day. A goal of another child reads like one that does not exist. */
function promisedMeasure(promise: PlanPromise | undefined, student: StudentId, goal: GoalId, on: LocalDate): Measure | Refusal {
  const unknown = () => refuse('goal-unknown', 'Name a goal of this child’s plan.', [{ pointer: '/goal', detail: 'is not in the plan' }]);
  if (!promise || promise.student !== student) return unknown();
  const measure = versionOn(promise, on)?.goals[goal]?.measure;
  if (measure) return measure;
  const days = daysPromised(promise, (version) => goal in version.goals);
  if (!days && !(goal in promise.items.goals)) return unknown();
  return refuse(
    'not-in-force',
    days ? `The goal is in force ${days}; this was seen on ${on}.` : 'The plan is not in force yet: activate it first.',
    [{ pointer: '/occurredAt', detail: 'is a day on which the goal was not in force' }],
  );
}

function rawRefusal(measure: Measure, raw: Raw): Refusal | undefined {
  const faults = checkRaw(measure, raw).map(({ pointer, detail }) => ({ pointer: `/raw${pointer}`, detail }));
  if (faults.length > 0) return refuse('raw-invalid', 'Correct the named fields.', faults);
  if (!recordsNothing(raw)) return undefined;
  return refuse('nothing-recorded', 'Record at least one trial, or that there was no response; silence already shows as no data.', [
    { pointer: '/raw', detail: 'holds nothing that was tried' },
  ]);
}

function correct({ content, reason, promise }: CommandOf<'correct'>, { observation, goal, on }: ObservationState) {
  const { raw, context } = content;
  const measure = promise && measureBy(promise, goal, on);
  if (!measure) return refuse('goal-unknown', 'The goal’s plan cannot be read: try again.');
  return rawRefusal(measure, raw) ?? observationCorrected.of({ observation, goal, raw, context, reason });
}

/** As of the version in force that day, even if the plan's end was set before it since: what was recorded stays correctable. */
const measureBy = (promise: PlanPromise, goal: GoalId, on: LocalDate): Measure | undefined =>
  promise.versions.filter((version) => version.effectiveFrom <= on).at(-1)?.goals[goal]?.measure;

function evolve(state: ObservationState | undefined, { type, data, meta }: Happened<ObservationsEvent>): ObservationState | undefined {
  if (type === 'observations.observation-recorded') {
    const { observation, student, plan, goal, raw, context } = data;
    const { actor: author, recordedAt } = meta;
    const content = { raw, context };
    const on = localDateOf(meta.occurredAt);
    return { observation, student, plan, goal, on, author, recordedAt, status: 'recorded', original: content, content };
  }
  if (!state) return state;
  switch (type) {
    case 'observations.observation-corrected':
      return { ...state, content: { raw: data.raw, context: data.context } };
    case 'observations.observation-voided':
      return { ...state, status: 'voided' };
    case 'observations.observation-disputed':
      return state;
  }
}

/** Of one record; also the fold for `runner.load(observationDecider, observationStream(id))`. */
export const observationDecider: Decider<ObservationCommand, ObservationState | undefined, ObservationsEvent> = {
  initial: undefined,
  evolve,
  decide,
};
