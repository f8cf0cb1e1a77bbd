import Sqlite, { type Database } from 'better-sqlite3';
import { sqliteCode } from '@foundation/event-store/sqlite/error-code';

/** Opens a views file for its one writer. Views can be rebuilt, so commits need no fsync; rows and checkpoint stay atomic. */
export function openForWriting(file: string, exclusive = false, timeout = exclusive ? 0 : 5000): Database {
  const db = new Sqlite(file, { timeout });
  try {
    if (exclusive) db.pragma('locking_mode = EXCLUSIVE');
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = NORMAL');
    db.pragma('secure_delete = ON');
    // Sorting in memory: no clear text in temporary files.
    db.pragma('temp_store = MEMORY');
    // Children come one after another; only a build meets them all again and again.
    db.pragma(`cache_size = -${exclusive ? 16_384 : 4096}`);
    db.pragma('journal_size_limit = 67108864');
    // Random keys touch the same pages again and again: the longer a page waits in the WAL (64 MB), the fewer times it is copied out. While the
    // file is served, what is copied at once holds up those who flush the log: a little at a time.
    db.pragma(`wal_autocheckpoint = ${exclusive ? 16_000 : 500}`);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** @throws SqliteError when the file is missing or not a database. */
export function openForReading(file: string): Database {
  const db = new Sqlite(file, { readonly: true, fileMustExist: true, timeout: 5000 });
  db.pragma('temp_store = MEMORY');
  return db;
}

/** The file itself is broken: build it again. */
export function isDamage(error: unknown): boolean {
  return /^SQLITE_(CORRUPT|NOTADB|IOERR_SHORT_READ|IOERR_FSTAT|CANTOPEN)/.test(sqliteCode(error));
}

export function isBusy(error: unknown): boolean {
  return sqliteCode(error).startsWith('SQLITE_BUSY');
}

/** The machine failed (disk full, unreadable, locked), not the projection. */
export function isEnvironment(error: unknown): boolean {
  return isDamage(error) || /^SQLITE_(FULL|IOERR|BUSY|LOCKED|NOMEM|READONLY|PROTOCOL)/.test(sqliteCode(error));
}

/** What may be said about an error where no personal data may go: its class and, of SQLite, its code. */
export function nameOf(error: unknown): string {
  const name = error instanceof Error ? error.name : 'Error';
  const said = [name, sqliteCode(error)].filter((word) => /^\w{1,60}$/.test(word)).join(' ');
  return said || 'Error';
}
