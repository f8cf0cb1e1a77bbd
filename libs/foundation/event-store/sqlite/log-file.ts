import Sqlite, { type Database } from 'better-sqlite3';
import { StoreUnavailable } from '../port';
import { sqliteCode } from './error-code';
import { createLog } from './schema';

/** Name of the log's file in the data folder. */
export const LOG_FILE = 'log.sqlite';
/** How long a write waits for a foreign writer of the file before it is refused. */
const BUSY_MS = 2000;

/** Opens the file of a log; for writing it is made when missing, with the id given or one of its own. */
export function openLogFile(file: string, mode: 'write' | 'read', logId?: string): Database {
  const db =
    mode === 'write' ? new Sqlite(file, { timeout: BUSY_MS }) : new Sqlite(file, { readonly: true, fileMustExist: true, timeout: 5000 });
  // Sorting stays in memory: nothing is left in temporary files.
  db.pragma('temp_store = MEMORY');
  // A reader reads on and on, or here and there: the system's own cache serves it.
  db.pragma(`cache_size = -${mode === 'write' ? 4096 : 2048}`);
  if (mode === 'write') {
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    db.pragma('secure_delete = ON');
    // Copied into the file a little at a time: whoever records meanwhile waits for the disk (decision 0005).
    db.pragma('wal_autocheckpoint = 500');
    db.pragma('journal_size_limit = 67108864');
    createLog(db, logId);
  }
  return db;
}

/** Empties the WAL into the file after events were dropped: until then their bytes lie in it. */
export class WalPurge {
  /** After a start too, which may follow a kill. */
  private isDue = true;

  constructor(private readonly db: Database) {}

  due(): void {
    this.isDue = true;
  }

  /** False while a reader is in the way or the disk refuses: call again. */
  purge(): boolean {
    if (!this.isDue) return true;
    try {
      // Without waiting: this is the thread that serves requests.
      this.db.pragma('busy_timeout = 0');
      const [result] = this.db.pragma('wal_checkpoint(TRUNCATE)') as [{ busy: number }];
      this.isDue = result.busy !== 0;
    } catch (error) {
      if (!isUnavailable(error)) throw error;
    } finally {
      this.db.pragma(`busy_timeout = ${BUSY_MS}`);
    }
    return !this.isDue;
  }
}

/** What the disk says now and may not say later. */
function isUnavailable(error: unknown): boolean {
  return /^SQLITE_(FULL|IOERR|READONLY|CANTOPEN|BUSY|LOCKED|PROTOCOL|NOMEM)/.test(sqliteCode(error));
}

/** The error as the port has it; what is not the disk's doing, as it is. */
export function unavailable(error: unknown): Error {
  if (isUnavailable(error)) return new StoreUnavailable(`The log cannot be written now: ${sqliteCode(error)}`, { cause: error });
  return error instanceof Error ? error : new Error(String(error));
}
