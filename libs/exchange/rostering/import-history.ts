import type { EventStore, StoredEvent } from '@foundation/event-store';
import { type ActorId, type Happened, type ImportId, type Instant, START } from '@foundation/kernel';
import { type ImportCounts, type RosteringEvent, rosteringEvents } from './events';
import { importRecordDecider, type ImportRecord } from './import-record';

/** One import as the log has it. */
export interface PastImport {
  readonly import: ImportId;
  readonly by: ActorId;
  readonly startedAt: Instant;
  readonly finishedAt?: Instant;
  /** `started`: it runs now, or was cut short. */
  readonly status: 'started' | 'finished';
  readonly version?: string;
  readonly confirmed: boolean;
  readonly files: Extract<ImportRecord, { status: 'started' }>['started']['files'];
  readonly counts?: ImportCounts;
}

export interface FileChange {
  readonly name: string;
  readonly change: 'same' | 'changed' | 'new' | 'gone';
  readonly rows?: number;
  readonly rowsBefore?: number;
  readonly bytes?: number;
  readonly bytesBefore?: number;
}

/** How an import differs from an earlier one. */
export interface Comparison {
  readonly import: ImportId;
  readonly before: ImportId;
  readonly files: readonly FileChange[];
  /** Absent while one of the two has not finished. */
  readonly counts?: Readonly<Record<keyof ImportCounts, { readonly before: number; readonly now: number }>>;
}

/** Every import that began to record, oldest first: some hundred in a year. */
export async function pastImports(store: EventStore): Promise<readonly PastImport[]> {
  const states = new Map<string, ImportRecord>();
  for (let after = START; ;) {
    const page = await store.readAll({ after, limit: 200, types });
    for (const event of page.filter(isRostering)) {
      const before = states.get(event.stream) ?? importRecordDecider.initial;
      states.set(event.stream, importRecordDecider.evolve(before, event));
    }
    const last = page.at(-1);
    if (!last) return [...states.values()].flatMap(pastImport);
    after = last.position;
  }
}

const types: readonly string[] = rosteringEvents.map(({ type }) => type);

/** These events hold nothing sealed and have one version: as they are stored, they are clear. */
const isRostering = (event: StoredEvent): event is StoredEvent & Happened<RosteringEvent> => types.includes(event.type);

function pastImport(state: ImportRecord): readonly PastImport[] {
  if (state.status === 'unknown') return [];
  const { started, startedAt, status } = state;
  const { by, version, files, confirmed = false } = started;
  const ended = state.status === 'finished' ? { finishedAt: state.finishedAt, counts: state.counts } : {};
  return [{ import: started.import, by, startedAt, status, version, confirmed, files, ...ended }];
}

export function compareImports(before: PastImport, now: PastImport): Comparison {
  const names = [...new Set([...before.files, ...now.files].map(({ name }) => name))].sort();
  const files = names.map((name): FileChange => {
    const old = before.files.find((file) => file.name === name);
    const own = now.files.find((file) => file.name === name);
    const change = !own ? 'gone' : !old ? 'new' : old.sha256 === own.sha256 ? 'same' : 'changed';
    return { name, change, rows: own?.rows, rowsBefore: old?.rows, bytes: own?.bytes, bytesBefore: old?.bytes };
  });
  const [old, own] = [before.counts, now.counts];
  const count = (key: keyof ImportCounts) => ({ before: old?.[key] ?? 0, now: own?.[key] ?? 0 });
  const counts = old &&
    own && {
      created: count('created'),
      changed: count('changed'),
      unchanged: count('unchanged'),
      left: count('left'),
      refused: count('refused'),
      warnings: count('warnings'),
    };
  return { import: now.import, before: before.import, files, ...(counts && { counts }) };
}
