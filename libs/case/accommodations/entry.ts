import { isLate, recordedOn } from '@foundation/calendar';
import {
  type AccommodationId,
  type ClassId,
  correctRecord,
  type Decider,
  disputeRecord,
  type EntryId,
  type Happened,
  type Instant,
  type LocalDate,
  noRecord,
  notYet,
  type PlanId,
  recordAgain,
  type RecordChange,
  type RecordState,
  type Refusal,
  sameContent,
  type StudentId,
  voidRecord,
} from '@foundation/kernel';
import { daysPromised, type PlanPromise, type PlanVersion, versionOn } from '@case/plans/promise';
import { type AccommodationsEvent, entryCorrected, entryDisputed, entryRecorded, type EntryState, entryVoided } from './events';
import { refuse } from './refusals';

/** What became of the accommodation: a correction states it anew. */
export interface Became {
  readonly state: EntryState;
  readonly note?: string;
}

interface Expected {
  readonly student: StudentId;
  readonly plan: PlanId;
  readonly accommodation: AccommodationId;
  readonly class: ClassId;
  /** The school day. */
  readonly on: LocalDate;
}

export interface NewEntry extends Expected, Became {
  readonly entry: EntryId;
}

export interface AccommodationEntry extends RecordState<Became>, Expected {
  readonly entry: EntryId;
  /** As first recorded: tells the same entry sent again. */
  readonly original: Became;
}

/** `promise`: the plan as its events tell it now; undefined when there is none. `zone`: of the school, for the day it was recorded. */
export type EntryCommand =
  | ({ readonly kind: 'record'; readonly promise?: PlanPromise; readonly recordedAt: Instant; readonly zone: string } & NewEntry)
  | RecordChange<Became>;

type Recording = Extract<EntryCommand, { kind: 'record' }>;

function decide(command: EntryCommand, record: AccommodationEntry | undefined): readonly AccommodationsEvent[] | Refusal {
  if (command.kind === 'record') return record ? recordAgain(isSame(command, record)) : log(command);
  if (!record) return noRecord();
  const { entry, accommodation } = record;
  switch (command.kind) {
    case 'correct': {
      const { content, reason } = command;
      return correctRecord(record, command, () =>
        entryCorrected.of({ entry, accommodation, state: content.state, note: content.note, reason }),
      );
    }
    case 'void':
      return voidRecord(record.status === 'voided', command.reason, () => entryVoided.of({ entry, accommodation, reason: command.reason }));
    case 'dispute':
      return disputeRecord(command.statement, () =>
        entryDisputed.of({ entry, accommodation, by: command.by, statement: command.statement }),
      );
  }
}

const expectedOf = ({ student, plan, accommodation, class: taught, on }: Expected): Expected => ({
  student,
  plan,
  accommodation,
  class: taught,
  on,
});

const isSame = (command: Recording, { original, ...record }: AccommodationEntry): boolean =>
  sameContent({ ...expectedOf(command), state: command.state, note: command.note }, { ...expectedOf(record), ...original });

function log(command: Recording): readonly AccommodationsEvent[] | Refusal {
  const { entry, on, state, note, recordedAt, zone } = command;
  const unpromised = promiseRefusal(command);
  if (unpromised) return unpromised;
  if (on > recordedOn(recordedAt, zone)) return notYet('/on');
  return [entryRecorded.of({ entry, ...expectedOf(command), state, note, late: isLate(on, recordedAt, zone) })];
}

/** An accommodation of another child reads like one that does not exist. */
function promiseRefusal({ promise, student, accommodation, class: taught, on }: Recording): Refusal | undefined {
  const unknown = () =>
    refuse('accommodation-unknown', 'Name an accommodation of this child’s plan.', [
      { pointer: '/accommodation', detail: 'is not in the plan' },
    ]);
  if (!promise || promise.student !== student) return unknown();
  const promises = (version: PlanVersion) => version.accommodations[accommodation]?.classes.includes(taught) === true;
  const version = versionOn(promise, on);
  if (version && promises(version)) return undefined;
  if (![promise.items, ...promise.versions].some((items) => accommodation in items.accommodations)) return unknown();
  const days = daysPromised(promise, promises);
  return days
    ? refuse('not-promised', `It is promised in this class ${days}; the entry is for ${on}.`, [
        { pointer: '/on', detail: 'is a day on which it was not promised' },
      ])
    : refuse('not-promised', 'Name a class in which an activated plan promises the accommodation.', [
        { pointer: '/class', detail: 'is not one of its classes' },
      ]);
}

function evolve(
  record: AccommodationEntry | undefined,
  { type, data, meta }: Happened<AccommodationsEvent>,
): AccommodationEntry | undefined {
  if (type === 'accommodations.entry-recorded') {
    const { entry, state, note } = data;
    const { actor: author, recordedAt } = meta;
    return { entry, ...expectedOf(data), author, recordedAt, status: 'recorded', original: { state, note }, content: { state, note } };
  }
  if (!record) return record;
  switch (type) {
    case 'accommodations.entry-corrected':
      return { ...record, content: { state: data.state, note: data.note } };
    case 'accommodations.entry-voided':
      return { ...record, status: 'voided' };
    case 'accommodations.entry-disputed':
      return record;
  }
}

/** Of one entry of the daily log; also the fold for `runner.load(entryDecider, entryStream(id))`. */
export const entryDecider: Decider<EntryCommand, AccommodationEntry | undefined, AccommodationsEvent> = {
  initial: undefined,
  evolve,
  decide,
};
