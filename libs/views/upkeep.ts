import type { Database } from 'better-sqlite3';
import type { DomainEvent, RecordedEvent, StaffId, StudentId } from '@foundation/kernel';
import type { PrivacyEvent } from '@foundation/privacy/events';
import type { Handler, Projection } from '@foundation/view-store/view';

type KeyDestroyed = RecordedEvent<Extract<PrivacyEvent, { type: 'privacy.key-destroyed' }>>;

/** Who was erased: an event about a child that was on its way while the key was destroyed leaves no row. Holds ids only. */
export const erasedTable = (view: string): string => `CREATE TABLE ${view}_erased (student TEXT PRIMARY KEY) WITHOUT ROWID;`;
/** How far each stream was applied: an event delivered again changes nothing. For streams with few events. */
export const seenTable = (view: string): string =>
  `CREATE TABLE ${view}_seen (stream TEXT PRIMARY KEY, revision INTEGER NOT NULL) WITHOUT ROWID;`;

export interface Purge {
  student(student: StudentId, event: KeyDestroyed): void;
  staff?(staff: StaffId, event: KeyDestroyed): void;
}

/** The handler that every view with rows about people owes: a destroyed key takes their rows with it. */
export function erasure(db: Database, view: string, purge: Purge): { 'privacy.key-destroyed': Handler<KeyDestroyedEvent> } {
  const mark = db.prepare(`INSERT OR IGNORE INTO ${view}_erased (student) VALUES (?)`);
  return {
    'privacy.key-destroyed': (event) => {
      const { subject, kind } = event.data;
      if (kind === 'student') {
        mark.run(subject);
        purge.student(subject as StudentId, event);
      } else purge.staff?.(subject as StaffId, event);
    },
  };
}
type KeyDestroyedEvent = Extract<PrivacyEvent, { type: 'privacy.key-destroyed' }>;

/** Lets each event of a stream through once and in order, and none about an erased child. Needs `seenTable` and `erasedTable`. */
export function once<E extends DomainEvent>(db: Database, view: string, handlers: Projection<E>): Projection<E> {
  const seen = db.prepare(
    `INSERT INTO ${view}_seen (stream, revision) VALUES (?, ?)
     ON CONFLICT (stream) DO UPDATE SET revision = excluded.revision WHERE excluded.revision > revision`,
  );
  const erased = db.prepare(`SELECT 1 FROM ${view}_erased WHERE student = ?`);
  const guard = (handle: Handler): Handler => {
    return (event) => {
      const { student } = event.meta;
      if (seen.run(event.stream, event.revision).changes === 1 && !(student && erased.get(student))) handle(event);
    };
  };
  const guarded = Object.entries<Handler | undefined>(handlers).flatMap(([type, handle]) => (handle ? [[type, guard(handle)]] : []));
  return Object.fromEntries(guarded) as Projection<E>;
}
