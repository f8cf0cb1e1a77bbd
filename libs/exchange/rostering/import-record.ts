import type { Decider, EventOf, Happened, ImportId, Instant } from '@foundation/kernel';
import { type ImportCounts, importFinished, importStarted, type RosteringEvent } from './events';

type Started = EventOf<typeof importStarted>['data'];

/** `rosterImport-<id>`: that an import ran, and how it ended; one that has started and not finished was interrupted. */
export type ImportRecord =
  | { readonly status: 'unknown' }
  | { readonly status: 'started'; readonly started: Started; readonly startedAt: Instant }
  | {
      readonly status: 'finished';
      readonly started: Started;
      readonly startedAt: Instant;
      readonly counts: ImportCounts;
      readonly finishedAt: Instant;
    };

export type ImportRecordCommand =
  | { readonly kind: 'start'; readonly started: Started }
  | { readonly kind: 'finish'; readonly import: ImportId; readonly counts: ImportCounts };

export const importStream = (id: ImportId): string => `rosterImport-${id}`;

export const importRecordDecider: Decider<ImportRecordCommand, ImportRecord, RosteringEvent> = {
  initial: { status: 'unknown' },
  evolve(state, event: Happened<RosteringEvent>) {
    const at = event.meta.recordedAt;
    if (event.type === 'rostering.import-started') return { status: 'started', started: event.data, startedAt: at };
    if (state.status === 'unknown') return state;
    const { started, startedAt } = state;
    return { status: 'finished', started, startedAt, counts: event.data.counts, finishedAt: at };
  },
  decide(command, state) {
    if (command.kind === 'start') return state.status === 'unknown' ? [importStarted.of(command.started)] : [];
    return state.status === 'started' ? [importFinished.of({ import: command.import, counts: command.counts })] : [];
  },
};
