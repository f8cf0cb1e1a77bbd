import { addDays } from '@foundation/calendar';
import {
  type ActorId,
  type Decider,
  type EventOf,
  type ExportId,
  type Instant,
  type LocalDate,
  refusalsOf,
  type StudentId,
} from '@foundation/kernel';
import { exportProduced, exportRequested, type ExportsEvent } from './events';

export const exportsRefusals = {
  'export-not-found': { kind: 'not-found', title: 'There is no such export' },
  'export-exists': { kind: 'conflict', title: 'The export was asked for before, with other days' },
  'export-not-ready': { kind: 'conflict', title: 'The export is not ready yet' },
  'export-dropped': { kind: 'conflict', title: 'The export was kept for its days and is gone' },
  'asked-in-the-future': { kind: 'invalid', title: 'Nobody has asked yet' },
} as const;
export const refuse = refusalsOf(exportsRefusals);

/** FERPA, 34 CFR 99.10(b): a family may inspect within 45 days of asking. */
export const INSPECTION_DAYS = 45;

type Requested = EventOf<typeof exportRequested>['data'];
type Produced = EventOf<typeof exportProduced>['data'];

/** `export-<id>`: one copy of a record, asked for and produced. */
export type ExportState =
  (Requested & { readonly by: ActorId; readonly at: Instant; readonly produced?: Produced & { at: Instant } }) | undefined;

export type ExportCommand =
  | {
      readonly kind: 'request';
      readonly export: ExportId;
      readonly student: StudentId;
      readonly askedOn: LocalDate;
      readonly today: LocalDate;
    }
  | ({ readonly kind: 'produced' } & Produced);

export const exportStream = (id: ExportId): string => `export-${id}`;

export const exportDecider: Decider<ExportCommand, ExportState, ExportsEvent> = {
  initial: undefined,
  evolve(state, { type, data, meta }) {
    if (type === 'exports.export-requested') return { ...data, by: meta.actor, at: meta.recordedAt };
    return state && { ...state, produced: { ...data, at: meta.recordedAt } };
  },
  decide(command, state) {
    if (command.kind === 'request') return requested(command, state);
    if (!state || state.student !== command.student) return refuse('export-not-found', 'Ask for it first.');
    const { kind: _, ...produced } = command;
    return state.produced ? [] : [exportProduced.of(produced)];
  },
};

function requested({ student, askedOn, today, export: id }: ExportCommand & { kind: 'request' }, state: ExportState) {
  if (state) {
    const same = state.student === student && state.askedOn === askedOn;
    return same ? [] : refuse('export-exists', 'Ask for another copy under an id of its own.');
  }
  if (askedOn > today) {
    return refuse('asked-in-the-future', 'Give the day on which the family asked.', [{ pointer: '/askedOn', detail: 'is in the future' }]);
  }
  return [exportRequested.of({ export: id, student, askedOn, dueOn: addDays(askedOn, INSPECTION_DAYS) })];
}
