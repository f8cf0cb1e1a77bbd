import { join } from 'node:path';
import type { Database, Statement } from 'better-sqlite3';
import { AnotherPast, type Position, START } from '@foundation/kernel';
import { FolderLock } from '../folder-lock';
import type { StoredEvent, Written } from '../port';
import { checkEnd } from '../sqlite/log-check';
import { LOG_FILE, openLogFile, unavailable, WalPurge } from '../sqlite/log-file';
import { rowOf } from '../sqlite/prepared';
import { identify } from '../sqlite/schema';

/** The folder holds a copy of another log than the cluster's. */
export class ForeignLog extends AnotherPast {
  constructor(
    readonly folder: string,
    readonly here: string,
    readonly there: string,
  ) {
    super(
      `The folder ${folder} holds a copy of log ${here}, but this cluster keeps log ${there}. Name the right cluster ` +
        '(THROUGHLINE_EVENTSTORE), or another folder (THROUGHLINE_DATA). Nothing was changed.',
    );
  }
}

/** Where an event stands in the log, and which it is: two logs that agree on it share their past. */
export interface Place {
  readonly position: Position;
  readonly id: string;
}

/** An event, and how it is written in the log where that is known. */
export interface Arrived {
  readonly event: StoredEvent;
  readonly written?: Written;
}

/**
 * A node's own copy of the cluster's log: the file of the standalone log, each event at the cluster's position. Only one process writes to a
 * folder. Every event of a key stream replaces those before it, so they are dropped here, whatever the server still hands out.
 */
export class MirrorLog {
  readonly logId: string;
  private readonly begin: Statement;
  private readonly commit: Statement;
  private readonly rollback: Statement;
  private readonly insert: Statement;
  private readonly drop: Statement<[string, number]>;
  private readonly newest: Statement<[], { position: number; id: string }>;
  private readonly wal: WalPurge;
  private closed = false;

  private constructor(
    private readonly db: Database,
    private readonly lock: FolderLock,
  ) {
    this.logId = identify(db);
    this.begin = db.prepare('BEGIN IMMEDIATE');
    this.commit = db.prepare('COMMIT');
    this.rollback = db.prepare('ROLLBACK');
    this.insert = db.prepare(
      'INSERT INTO events (position, stream, revision, id, type, version, student, data, meta, sum) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    );
    this.drop = db.prepare('DELETE FROM events WHERE stream = ? AND revision < ?');
    this.newest = db.prepare('SELECT position, id FROM events ORDER BY position DESC LIMIT 1');
    this.wal = new WalPurge(db);
    this.wal.purge();
  }

  /**
   * Opens the copy in a folder, or begins one of the log with this id.
   * @throws FolderInUse when another process mirrors there, ForeignLog, NewerLog, DamagedLog
   */
  static open(folder: string, logId: string): MirrorLog {
    const lock = FolderLock.take(folder);
    let db: Database | undefined;
    try {
      db = openLogFile(join(folder, LOG_FILE), 'write', logId);
      // Nobody records here: what waits longer in the WAL is copied fewer times.
      db.pragma('wal_autocheckpoint = 4000');
      const here = identify(db);
      if (here !== logId) throw new ForeignLog(folder, here, logId);
      checkEnd(db);
      return new MirrorLog(db, lock);
    } catch (error) {
      db?.close();
      lock.release();
      throw error;
    }
  }

  /** The last event here; undefined while there is none. */
  last(): Place | undefined {
    const row = this.newest.get();
    return row && { position: BigInt(row.position), id: row.id };
  }

  get head(): Position {
    return this.last()?.position ?? START;
  }

  /** Writes events that follow the last one, all or none, on disk when it returns. @throws StoreUnavailable when the disk refuses; TypeError for events out of order */
  write(arrived: readonly Arrived[]): void {
    let last = this.head;
    try {
      this.begin.run();
      for (const { event, written } of arrived) {
        if (event.position <= last) throw new TypeError(`Position ${event.position} does not follow ${last}`);
        last = event.position;
        this.insert.run(last, event.stream, event.revision, ...rowOf(event.stream, event.revision, event, written));
        if (event.revision > 0 && event.stream.startsWith('key-') && this.drop.run(event.stream, event.revision).changes > 0)
          this.wal.due();
      }
      this.commit.run();
    } catch (error) {
      if (this.db.inTransaction) this.rollback.run();
      throw unavailable(error);
    }
    this.wal.purge();
  }

  /** Releases the folder. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.wal.purge();
    this.db.close();
    this.lock.release();
  }
}
