import Database from 'better-sqlite3';
import type { Instant, Role, StaffId, StudentId } from '@foundation/kernel';

/** Somebody was shown something of a child's record. Ids only: this file outlives an erasure and tells nothing of the child. */
export interface ReadEntry {
  readonly at: Instant;
  readonly staff: StaffId;
  readonly role: Role;
  readonly student: StudentId;
  /** What was shown, as the action that allowed it: `timeline.read`. */
  readonly what: string;
  readonly correlationId: string;
}

export interface ReadsPage {
  /** Newest first. */
  readonly reads: readonly ReadEntry[];
  /** Give it as `before` for the entries that are older; absent on the last page. */
  readonly next?: number;
}

interface Waiting {
  readonly entries: readonly ReadEntry[];
  done(): void;
  failed(error: unknown): void;
}

const LONGEST_PAGE = 500;

const TABLES = `
  CREATE TABLE IF NOT EXISTS reads (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    staff TEXT NOT NULL,
    role TEXT NOT NULL,
    student TEXT NOT NULL,
    what TEXT NOT NULL,
    correlation_id TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS reads_by_student ON reads (student, id);
  CREATE TRIGGER IF NOT EXISTS reads_are_not_changed BEFORE UPDATE ON reads BEGIN SELECT RAISE(ABORT, 'reads are not changed'); END;
  CREATE TRIGGER IF NOT EXISTS reads_are_not_deleted BEFORE DELETE ON reads BEGIN SELECT RAISE(ABORT, 'reads are not deleted'); END;
`;

/**
 * The record of reads (FERPA 34 CFR 99.32; IDEA 34 CFR 300.614): who was shown what of which child, when. An append-only file of this
 * node, outside the event log (config/decisions/0003-read-audit.md). Entries of one turn of the event loop are committed together.
 */
export class ReadAudit {
  private readonly db: Database.Database;
  private readonly insert: Database.Statement<[string, string, string, string, string, string]>;
  private waiting: Waiting[] = [];

  /** @param file `reads.sqlite` in the data folder; made when it is missing. */
  constructor(file: string) {
    this.db = new Database(file);
    this.db.pragma('journal_mode = WAL');
    this.db.pragma('synchronous = FULL');
    this.db.exec(TABLES);
    this.insert = this.db.prepare('INSERT INTO reads (at, staff, role, student, what, correlation_id) VALUES (?, ?, ?, ?, ?, ?)');
  }

  /** Resolves once the entries are on the disk; only then may the answer be sent. Rejects when they cannot be written. */
  record(...entries: readonly ReadEntry[]): Promise<void> {
    if (entries.length === 0) return Promise.resolve();
    return new Promise((done, failed) => {
      this.waiting.push({ entries, done, failed });
      if (this.waiting.length === 1) setImmediate(() => this.commit());
    });
  }

  /** Reads of one child's record, newest first. `limit` is 1 to 500. */
  readsOf(student: StudentId, options: { readonly limit: number; readonly before?: number }): ReadsPage {
    const limit = Math.max(1, Math.min(options.limit, LONGEST_PAGE));
    const rows = this.db
      .prepare<[string, number, number], ReadEntry & { id: number }>(
        `SELECT id, at, staff, role, student, what, correlation_id AS correlationId
         FROM reads WHERE student = ? AND id < ? ORDER BY id DESC LIMIT ?`,
      )
      .all(student, options.before ?? Number.MAX_SAFE_INTEGER, limit + 1);
    const page = rows.slice(0, limit);
    const next = rows.length > limit ? page.at(-1)?.id : undefined;
    return { reads: page.map(({ id: _, ...entry }) => entry), ...(next !== undefined && { next }) };
  }

  /** Commits what waits and closes the file. */
  close(): void {
    if (this.waiting.length > 0) this.commit();
    this.db.close();
  }

  private commit(): void {
    const waiting = this.waiting;
    this.waiting = [];
    if (waiting.length === 0) return;
    try {
      this.db.transaction(() => {
        for (const { at, staff, role, student, what, correlationId } of waiting.flatMap((one) => one.entries)) {
          this.insert.run(at, staff, role, student, what, correlationId);
        }
      })();
    } catch (error) {
      for (const one of waiting) one.failed(error);
      return;
    }
    for (const one of waiting) one.done();
  }
}
