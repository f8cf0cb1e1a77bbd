import { join } from 'node:path';
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises';
import type { Database, Statement } from 'better-sqlite3';
import { LRUCache } from 'lru-cache';
import { type Position, START } from '@foundation/kernel';
import { FolderLock } from '../folder-lock';
import {
  type Appended,
  type Delivery,
  type EventStore,
  type ExpectedRevision,
  type ReadAllOptions,
  type SealedEvent,
  type StoredEvent,
  StoreUnavailable,
  type Subscription,
  WrongExpectedRevision,
} from '../port';
import { checkEnd } from './log-check';
import { LOG_FILE, openLogFile, unavailable, WalPurge } from './log-file';
import { type PreparedAppend, prepareAppend, type PreparedRow } from './prepared';
import { LogReader } from './reading';
import { identify } from './schema';

/** Appends per transaction: beyond this the next turn of the loop takes the rest, so that reads get their turn. */
const MAX_GROUP = 1000;
const PAGE = 500;
/** Streams whose end is remembered. */
const ENDS = 50_000;
/** How often a reading process looks for what another one committed. */
const POLL_MS = 50;
/** A key stream, and the revision before which its events are dropped. */
export interface Truncation {
  readonly stream: string;
  readonly revision: number;
}

interface Pending extends PreparedAppend {
  /** When it was asked for, in ms of this process. */
  readonly since: number;
  readonly resolve: (appended: Appended) => void;
  readonly reject: (error: Error) => void;
}

/** Appends that were committed, or refused by the disk, together. */
export interface AppendGroup {
  /** Of each append, from the call to its answer. */
  readonly seconds: readonly number[];
  readonly failed: boolean;
}

/** `write` takes the folder's lock; `read` opens beside a writer in this or another process. */
export interface OpenOptions {
  readonly mode: 'write' | 'read';
}

/**
 * The log in one SQLite file (WAL, synchronous=FULL). Appends that arrive in the same turn of the event loop are committed together, with
 * one flush to disk, each judged on its own. Positions are row ids.
 */
export class SqliteEventStore implements EventStore {
  readonly logId: string;
  private readonly reader: LogReader;
  private readonly writer: Writer | undefined;
  /**
   * By stream, a revision from which on there is nothing yet: who asks whether more has come since need not ask the file. Kept by the
   * only writer, forgotten at each append.
   */
  private readonly ends: LRUCache<string, number> | undefined;
  private readonly subscriptions = new Set<Feed>();
  private readonly listeners = new Set<(head: Position) => void>();
  private readonly watchers = new Set<(group: AppendGroup) => void>();
  private pending: Pending[] = [];
  private closed = false;

  private constructor(
    private readonly db: Database,
    private readonly lock: FolderLock | undefined,
  ) {
    this.logId = identify(db);
    this.reader = new LogReader(db);
    this.writer = lock && new Writer(db);
    this.ends = lock && new LRUCache({ max: ENDS });
  }

  /**
   * Opens the log of a data folder; in write mode makes both when they are missing.
   * @throws FolderInUse when another process writes there, NewerLog, DamagedLog, SqliteError when a reader finds no log.
   */
  static open(folder: string, { mode }: OpenOptions): SqliteEventStore {
    const lock = mode === 'write' ? FolderLock.take(folder) : undefined;
    let db: Database | undefined;
    try {
      db = openLogFile(join(folder, LOG_FILE), mode);
      const store = new SqliteEventStore(db, lock);
      if (mode === 'write') checkEnd(db);
      return store;
    } catch (error) {
      db?.close();
      lock?.release();
      throw error;
    }
  }

  async append(stream: string, expected: ExpectedRevision, events: readonly SealedEvent[]): Promise<Appended> {
    return this.appendPrepared(prepareAppend(stream, expected, events));
  }

  /** As `append`, for what was made ready before, on this thread or another. @throws WrongExpectedRevision, StoreUnavailable */
  async appendPrepared({ stream, expected, rows }: PreparedAppend): Promise<Appended> {
    return new Promise((resolve, reject) => {
      if (!this.writer || this.closed)
        return reject(new StoreUnavailable(this.closed ? 'The log is closed' : 'The log is open for reading'));
      if (this.pending.length === 0) setImmediate(() => this.flush());
      this.pending.push({ stream, expected, rows, since: performance.now(), resolve, reject });
    });
  }

  async readStream(stream: string, from = 0): Promise<readonly StoredEvent[]> {
    return this.readStreamSync(stream, from);
  }

  /** This log is its own newest copy. */
  readonly lags = false;

  readCurrent(stream: string, from = 0): Promise<readonly StoredEvent[]> {
    return this.readStream(stream, from);
  }

  async readAll(options: ReadAllOptions): Promise<readonly StoredEvent[]> {
    return this.readAllSync(options);
  }

  async head(): Promise<Position> {
    return this.headSync();
  }

  endsBefore(stream: string, from: number): boolean {
    const end = this.ends?.get(stream);
    return end !== undefined && from >= end;
  }

  readStreamSync(stream: string, from = 0): readonly StoredEvent[] {
    if (this.endsBefore(stream, from)) return [];
    const events = this.reader.stream(stream, from);
    this.ends?.set(stream, (events.at(-1)?.revision ?? from - 1) + 1);
    return events;
  }

  readAllSync(options: ReadAllOptions): readonly StoredEvent[] {
    return this.reader.all(options);
  }

  headSync(): Position {
    return this.reader.head();
  }

  /** Every type that the log holds, however many events it has. */
  distinctTypes(): readonly string[] {
    return this.reader.distinctTypes();
  }

  subscribe(after: Position, handler: (delivery: Delivery) => void | Promise<void>): Subscription {
    const feed = new Feed(this.reader, after, handler, this.writer === undefined);
    this.subscriptions.add(feed);
    const ended = feed.run().finally(() => this.subscriptions.delete(feed));
    return { ended, stop: () => feed.stop() };
  }

  /** Calls the listener after every commit that added events, with the position reached. Answers how to end it. */
  onCommitted(listener: (head: Position) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** Calls the watcher after every group of appends. Answers how to end it. */
  onGroup(watcher: (group: AppendGroup) => void): () => void {
    this.watchers.add(watcher);
    return () => void this.watchers.delete(watcher);
  }

  /** Appends that wait for the next group. */
  get waiting(): number {
    return this.pending.length;
  }

  async truncateBefore(stream: string, revision: number): Promise<void> {
    return this.truncateAllBefore([{ stream, revision }]);
  }

  /** Truncates many key streams in one transaction. @throws TypeError for any other stream. */
  async truncateAllBefore(truncations: readonly Truncation[]): Promise<void> {
    if (!truncations.every(({ stream }) => stream.startsWith('key-'))) throw new TypeError('Only key streams are ever truncated');
    if (!this.writer || this.closed) throw new StoreUnavailable('The log cannot be written');
    while (this.pending.length > 0) this.flush();
    try {
      this.writer.truncate(truncations);
    } catch (error) {
      throw unavailable(error);
    }
    // A reader that is in the midst of a page keeps old pages in the WAL: try again a little later.
    for (let attempt = 0; attempt < 20 && !this.writer.purge(); attempt++) await pause(50);
  }

  /** Writes the file anew, so that no page keeps a copy of what was dropped. Needs room for a second log; nothing else may have it open. */
  async compact(): Promise<void> {
    if (!this.writer || this.closed) throw new StoreUnavailable('The log cannot be written');
    while (this.pending.length > 0) this.flush();
    try {
      this.writer.compact();
    } catch (error) {
      throw unavailable(error);
    }
  }

  /** Commits what waits, ends the subscriptions, releases the folder. */
  async close(): Promise<void> {
    if (this.closed) return;
    while (this.pending.length > 0) this.flush();
    this.closed = true;
    for (const feed of this.subscriptions) feed.stop();
    this.writer?.purge();
    this.db.close();
    this.lock?.release();
  }

  /** One transaction for all that waits: a conflict fails its own append only, the disk fails them all. */
  private flush(): void {
    if (!this.writer || this.pending.length === 0) return;
    const group = this.pending.slice(0, MAX_GROUP);
    this.pending = this.pending.slice(MAX_GROUP);
    if (this.pending.length > 0) setImmediate(() => this.flush());
    let answers: (Appended | WrongExpectedRevision)[];
    try {
      answers = this.writer.commit(group);
    } catch (error) {
      const reason = unavailable(error);
      for (const { reject } of group) reject(reason);
      this.tell(group, true);
      return;
    }
    let head = START;
    group.forEach(({ stream, resolve, reject }, index) => {
      this.ends?.delete(stream);
      const answer = answers[index];
      if (answer === undefined || answer instanceof Error) return reject(answer ?? new Error('Unanswered'));
      if (!answer.repeated) head = answer.position;
      resolve(answer);
    });
    this.tell(group, false);
    if (head === START) return;
    this.writer.purge();
    for (const feed of this.subscriptions) feed.wake();
    for (const listener of this.listeners) listener(head);
  }

  private tell(group: readonly Pending[], failed: boolean): void {
    if (this.watchers.size === 0) return;
    const now = performance.now();
    const seconds = group.map(({ since }) => (now - since) / 1000);
    for (const watcher of this.watchers) watcher({ seconds, failed });
  }
}

/** The statements that write, all on the one connection that may. */
class Writer {
  private readonly begin: Statement;
  private readonly end: Statement;
  private readonly rollback: Statement;
  private readonly tail: Statement<[string], number>;
  private readonly places: Statement<[string, number, number], [position: number, id: string]>;
  private readonly insert: Statement;
  private readonly drop: Statement;
  private readonly wal: WalPurge;

  constructor(private readonly db: Database) {
    this.begin = db.prepare('BEGIN IMMEDIATE');
    this.end = db.prepare('COMMIT');
    this.rollback = db.prepare('ROLLBACK');
    this.tail = db.prepare<[string], number>('SELECT revision FROM events WHERE stream = ? ORDER BY revision DESC LIMIT 1').pluck();
    this.places = db
      .prepare<[string, number, number], [number, string]>(
        'SELECT position, id FROM events WHERE stream = ? AND revision BETWEEN ? AND ? ORDER BY revision',
      )
      .raw();
    this.insert = db.prepare(
      'INSERT INTO events (stream, revision, id, type, version, student, data, meta, sum) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    );
    this.drop = db.prepare('DELETE FROM events WHERE stream = ? AND revision < ?');
    this.wal = new WalPurge(db);
    this.purge();
  }

  commit(group: readonly Pending[]): (Appended | WrongExpectedRevision)[] {
    return this.transaction(() => group.map((append) => this.apply(append)));
  }

  truncate(truncations: readonly Truncation[]): void {
    this.transaction(() => {
      for (const { stream, revision } of truncations) this.drop.run(stream, Math.min(revision, this.tail.get(stream) ?? 0));
    });
    this.wal.due();
  }

  compact(): void {
    this.db.exec('VACUUM');
    this.wal.due();
    this.purge();
  }

  /** False while a reader is in the way or the disk refuses: call again. */
  purge(): boolean {
    return this.wal.purge();
  }

  private transaction<T>(work: () => T): T {
    this.begin.run();
    try {
      const result = work();
      this.end.run();
      return result;
    } catch (error) {
      // SQLite has already rolled back after some disk errors.
      if (this.db.inTransaction) this.rollback.run();
      throw error;
    }
  }

  private apply({ stream, expected, rows }: Pending): Appended | WrongExpectedRevision {
    const tail = this.tail.get(stream) ?? -1;
    const before = expected === 'no-stream' ? -1 : expected;
    if (tail !== before) {
      return (
        (tail > before && this.repeat(stream, before, rows)) ||
        new WrongExpectedRevision(stream, expected, tail === -1 ? 'no-stream' : tail)
      );
    }
    let revision = before;
    let position: number | bigint = 0;
    for (const row of rows) position = this.insert.run(stream, ++revision, ...row).lastInsertRowid;
    return { revision, position: BigInt(position), repeated: false };
  }

  /** The first answer, when the stream holds exactly these events from there on (and perhaps others after them). */
  private repeat(stream: string, before: number, rows: readonly PreparedRow[]): Appended | undefined {
    const revision = before + rows.length;
    const places = this.places.all(stream, before + 1, revision);
    const last = places.at(-1);
    const same = places.length === rows.length && places.every(([, id], index) => id === rows[index]?.[0]);
    return same && last ? { revision, position: BigInt(last[0]), repeated: true } : undefined;
  }
}

/** One subscription on its way: pages from the log, then whatever each commit adds. */
class Feed {
  private stopped = false;
  private behind = false;
  private wakeUp: () => void = () => undefined;

  constructor(
    private readonly reader: LogReader,
    private position: Position,
    private readonly handler: (delivery: Delivery) => void | Promise<void>,
    private readonly polls: boolean,
  ) {}

  stop(): void {
    this.stopped = true;
    this.wakeUp();
  }

  wake(): void {
    this.behind = true;
    this.wakeUp();
  }

  async run(): Promise<void> {
    let caughtUp = false;
    // The subscriber has its subscription in hand before the first delivery.
    await turn();
    while (!this.stopped) {
      this.behind = false;
      const page = this.reader.all({ after: this.position, limit: PAGE });
      for (const event of page) {
        await this.handler({ kind: 'event', event });
        this.position = event.position;
        if (this.stopped) return;
      }
      if (page.length === PAGE) await turn();
      else if (!caughtUp) {
        caughtUp = true;
        await this.handler({ kind: 'caught-up', position: this.position });
      } else if (!this.behind) await this.more();
    }
  }

  private async more(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = this.polls ? setTimeout(resolve, POLL_MS) : undefined;
      this.wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
