import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import Sqlite, { type Database } from 'better-sqlite3';
import { Mendable } from '@foundation/kernel';
import { sqliteCode } from './sqlite/error-code';

/** Another process writes to this data folder. */
export class FolderInUse extends Mendable {
  constructor(
    readonly folder: string,
    /** Of the other process, when it left word. */
    readonly pid?: number,
  ) {
    super(
      `Another Throughline ${pid ? `(process ${pid}) ` : ''}is already running on the data folder ${folder}. ` +
        'Only one may write there. Stop the other one, or start this one on another folder (THROUGHLINE_DATA).',
    );
  }
}

/** The data folder cannot be written: missing rights, a read-only or a full disk. */
export class FolderUnwritable extends Mendable {
  constructor(folder: string, cause: unknown) {
    const code = sqliteCode(cause) || String((cause as NodeJS.ErrnoException).code ?? 'unknown');
    super(
      `The data folder ${folder} cannot be written (${code}). ` +
        'Make it writable for the user that runs Throughline and see that its disk has room, or name another folder (THROUGHLINE_DATA).',
      { cause },
    );
  }
}

/**
 * Keeps every other process from writing to a data folder: an open exclusive transaction on `lock.sqlite`. The system lets go of it
 * when the process ends, however it ends. Never open `lock.sqlite` by other means in the same process: closing it would drop the lock.
 */
export class FolderLock {
  private constructor(private readonly db: Database) {}

  /** Makes the folder when it is missing, readable by its owner only. @throws FolderInUse at once; FolderUnwritable. */
  static take(folder: string): FolderLock {
    const holder = join(folder, 'lock.pid');
    let db: Database | undefined;
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      db = new Sqlite(join(folder, 'lock.sqlite'), { timeout: 0 });
      db.exec('BEGIN EXCLUSIVE');
      writeFileSync(holder, `${process.pid}\n`);
      return new FolderLock(db);
    } catch (error) {
      db?.close();
      if (sqliteCode(error).startsWith('SQLITE_BUSY')) throw new FolderInUse(resolve(folder), pidIn(holder));
      throw new FolderUnwritable(resolve(folder), error);
    }
  }

  /** Who writes there now; undefined when nobody does. Takes nothing and makes nothing. */
  static holder(folder: string): { readonly pid?: number } | undefined {
    const file = join(folder, 'lock.sqlite');
    if (!existsSync(file)) return undefined;
    const db = new Sqlite(file, { readonly: true, timeout: 0 });
    try {
      // Any read waits for whoever holds the file exclusively.
      db.prepare('SELECT count(*) FROM sqlite_schema').get();
      return undefined;
    } catch (error) {
      if (!sqliteCode(error).startsWith('SQLITE_BUSY')) throw error;
      const pid = pidIn(join(folder, 'lock.pid'));
      return pid === undefined ? {} : { pid };
    } finally {
      db.close();
    }
  }

  release(): void {
    this.db.close();
  }
}

function pidIn(file: string): number | undefined {
  try {
    return Number.parseInt(readFileSync(file, 'utf8'), 10) || undefined;
  } catch {
    return undefined;
  }
}
