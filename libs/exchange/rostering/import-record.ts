import { type Decider, type Happened, type ImportId } from '@foundation/kernel';
import type { EventOf } from '@foundation/kernel';
import { type ImportCounts, importFinished, importStarted, type RosteringEvent } from './events';

/** `rosterImport-<id>`: that an import ran, and how it ended; one that has started and not finished was interrupted. */
export type ImportRecord =
  | { readonly status: 'unknown' }
  | { readonly status: 'started'; readonly started: EventOf<typeof importStarted>['data'] }
  | { readonly status: 'finished'; readonly started: EventOf<typeof importStarted>['data']; readonly counts: ImportCounts };

export type ImportRecordCommand =
  | { readonly kind: 'start'; readonly started: EventOf<typeof importStarted>['data'] }
  | { readonly kind: 'finish'; readonly import: ImportId; readonly counts: ImportCounts };

export const importStream = (id: ImportId): string => `rosterImport-${id}`;

export const importRecordDecider: Decider<ImportRecordCommand, ImportRecord, RosteringEvent> = {
  initial: { status: 'unknown' },
  evolve(state, event: Happened<RosteringEvent>) {
    if (event.type === 'rostering.import-started') return { status: 'started', started: event.data };
    return state.status === 'unknown' ? state : { status: 'finished', started: state.started, counts: event.data.counts };
  },
  decide(command, state) {
    if (command.kind === 'start') return state.status === 'unknown' ? [importStarted.of(command.started)] : [];
    return state.status === 'started' ? [importFinished.of({ import: command.import, counts: command.counts })] : [];
  },
};
