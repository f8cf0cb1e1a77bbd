import type { Database, Statement } from 'better-sqlite3';
import { type Position, type RecordedEvent, START } from '@foundation/kernel';
import { keyDestroyed } from '@foundation/privacy/events';
import type { EventSource } from './event-source';
import { isEnvironment, nameOf } from './sqlite';
import type { Handler, View } from './view';

/** Events per transaction: large enough to spread the commit, small enough that live readers wait some milliseconds at most. */
export const BATCH = 1000;
/** While a file is built nobody reads it, and each commit writes the same index pages again: fewer of them cost a fraction. */
export const BUILD_BATCH = 8000;

/** Where and on what a view stopped; `reason` is the error's class only, for messages may quote a child's data. */
export interface Halt {
  readonly at: Position;
  readonly type: string;
  readonly reason: string;
}

export interface ViewState {
  readonly view: string;
  /** The last event whose rows are in the file (and every one before it). */
  readonly position: Position;
  readonly halted?: Halt;
}

/** One view on its way through the log. */
interface Lane {
  readonly view: string;
  readonly handlers: ReadonlyMap<string, Handler>;
  position: Position;
  halted: Halt | undefined;
  /** Goes no further than this. */
  until: Position | undefined;
}

interface Outcome {
  readonly lane: Lane;
  readonly position: Position;
  readonly halted: Halt | undefined;
}

/** Largest file that is compacted in place after an erasure (it is held in memory meanwhile); a larger one is built anew. */
export const COMPACT_LIMIT = 256 * 1024 * 1024;

export interface ProjectorOptions {
  /** Keys destroyed up to here were gone before the file was begun: it never held what they sealed. */
  readonly erasedBefore?: Position;
  /** Sees the error itself, which may quote data: for tests and debuggers, never for a log. */
  readonly onHalt?: (view: string, event: RecordedEvent, error: unknown) => void;
}

const CHECKPOINTS = `CREATE TABLE IF NOT EXISTS view_checkpoints (
  view TEXT PRIMARY KEY, position INTEGER NOT NULL, event TEXT,
  halted_at INTEGER, halted_type TEXT, halted_reason TEXT
) WITHOUT ROWID`;

/** Makes the checkpoints and every view's tables in an empty file, or nothing in a file that has them. */
export function createTables(db: Database, views: readonly View[]): void {
  for (const { name } of views) {
    const clash = views.find((other) => other.name !== name && other.name.startsWith(`${name}_`));
    if (clash) throw new TypeError(`The tables of view ${clash.name} would count as ${name}'s: rename one`);
  }
  db.transaction(() => {
    db.exec(CHECKPOINTS);
    const known = new Set(db.prepare('SELECT view FROM view_checkpoints').pluck().all());
    const insert = db.prepare('INSERT INTO view_checkpoints (view, position) VALUES (?, ?)');
    for (const view of views) {
      if (known.has(view.name)) continue;
      db.exec(view.tables);
      insert.run(view.name, START);
    }
  })();
}

/** What a file says of its views. */
export function readStates(db: Database): ViewState[] {
  const rows = db
    .prepare<[], CheckpointRow>('SELECT view, position, halted_at, halted_type, halted_reason FROM view_checkpoints ORDER BY view')
    .safeIntegers()
    .all();
  return rows.map((row) => ({
    view: row.view,
    position: row.position,
    ...(row.halted_at === null ? {} : { halted: { at: row.halted_at, type: row.halted_type, reason: row.halted_reason } }),
  }));
}

interface CheckpointRow {
  readonly view: string;
  readonly position: Position;
  readonly halted_at: Position | null;
  readonly halted_type: string;
  readonly halted_reason: string;
}

export function lowest(states: readonly { readonly position: Position }[]): Position {
  return (
    states.reduce<Position | undefined>((low, { position }) => (low === undefined || position < low ? position : low), undefined) ?? START
  );
}

/**
 * Brings the views of one file forward: each batch's rows and checkpoints are one transaction. A projection that throws halts its view
 * just before the failing event and the others go on. A halted view is tried again when the file is next opened.
 * The only writer of its file.
 */
export class Projector {
  private readonly lanes: readonly Lane[];
  private readonly begin: Statement;
  private readonly commit: Statement;
  private readonly rollback: Statement;
  private readonly savepoint: Statement;
  private readonly back: Statement;
  private readonly release: Statement;
  private readonly checkpoint: Statement;
  private readonly erasedBefore: Position;
  private cleanTo: Position = START;
  private compacted = false;

  constructor(
    private readonly db: Database,
    views: readonly View[],
    private readonly source: EventSource,
    private readonly options: ProjectorOptions = {},
  ) {
    this.erasedBefore = options.erasedBefore ?? START;
    createTables(db, views);
    const positions = new Map(readStates(db).map((state) => [state.view, state.position]));
    this.lanes = views.map((view) => ({
      view: view.name,
      handlers: handlersOf(view, db),
      position: positions.get(view.name) ?? START,
      halted: undefined,
      until: undefined,
    }));
    this.begin = db.prepare('BEGIN IMMEDIATE');
    this.commit = db.prepare('COMMIT');
    this.rollback = db.prepare('ROLLBACK');
    this.savepoint = db.prepare('SAVEPOINT view');
    this.back = db.prepare('ROLLBACK TO view');
    this.release = db.prepare('RELEASE view');
    this.checkpoint = db.prepare(
      'UPDATE view_checkpoints SET position = ?, event = ?, halted_at = ?, halted_type = ?, halted_reason = ? WHERE view = ?',
    );
    this.noteClean();
  }

  /** Applies one batch to every view that is not halted; answers how many events it read, fewer than `limit` at the end of the log. */
  step(limit = BATCH): number {
    const lanes = this.lanes.filter((lane) => !lane.halted && (lane.until === undefined || lane.position < lane.until));
    if (lanes.length === 0) return 0;
    const events = this.source.readAfter(lowest(lanes), limit);
    if (events.length === 0) return 0;
    this.begin.run();
    let outcomes: Outcome[];
    try {
      outcomes = lanes.map((lane) => this.apply(lane, events));
      // In the same transaction, so that a kill between rows and clearing is remembered by the file.
      if (events.some((event) => event.type === keyDestroyed.type && event.position > this.erasedBefore)) {
        this.db.pragma('user_version = 1');
        this.compacted = false;
      }
      this.commit.run();
    } catch (error) {
      if (this.db.inTransaction) this.rollback.run();
      throw error;
    }
    for (const { lane, position, halted } of outcomes) Object.assign(lane, { position, halted });
    this.noteClean();
    return events.length;
  }

  /** How far each view may go; views that are not named go on to the end of the log. */
  until(ends: ReadonlyMap<string, Position>): void {
    for (const lane of this.lanes) lane.until = ends.get(lane.view);
  }

  /** Steps to the end of the log, or of each view's way. */
  catchUp(ends: ReadonlyMap<string, Position> = new Map()): void {
    this.until(ends);
    while (this.step() > 0);
  }

  /** An erasure was applied, and bytes of the deleted rows may still lie in the file or its WAL. */
  get clearingDue(): boolean {
    return this.db.pragma('user_version', { simple: true }) === 1;
  }

  /**
   * Clears the bytes of erased rows: `secure_delete` misses copies that page splits leave behind, so the file is compacted, and its WAL
   * emptied. False while a reader is in the way (call again) or when the file is over COMPACT_LIMIT (build it anew).
   */
  clear(): boolean {
    if (!this.clearingDue) return true;
    if (this.bytes > COMPACT_LIMIT) return false;
    if (!this.compacted) this.db.exec('VACUUM');
    this.compacted = true;
    // Queries end within this; whoever reads longer is waited for between batches, not here.
    const timeout = this.db.pragma('busy_timeout', { simple: true });
    this.db.pragma('busy_timeout = 20');
    const [result] = this.db.pragma('wal_checkpoint(TRUNCATE)') as [{ busy: number }];
    this.db.pragma(`busy_timeout = ${String(timeout)}`);
    if (result.busy !== 0) return false;
    this.db.pragma('user_version = 0');
    this.noteClean();
    return true;
  }

  /** Every erasure up to here has left no clear text in the file. A halted view holds it back: its rows are not purged yet. */
  get clearedTo(): Position {
    return this.cleanTo > this.erasedBefore ? this.cleanTo : this.erasedBefore;
  }

  /** Size of the file, in bytes. */
  get bytes(): number {
    return Number(this.db.pragma('page_count', { simple: true })) * Number(this.db.pragma('page_size', { simple: true }));
  }

  /** False when the checkpoints are of another log, or of a longer past of it: a backup was put back under the views. */
  follows(source: EventSource): boolean {
    const checkpoints = this.db
      .prepare<[], { position: Position; event: string | null }>('SELECT position, event FROM view_checkpoints')
      .safeIntegers()
      .all();
    const head = source.head();
    return checkpoints.every(({ position, event }) => {
      if (position > head) return false;
      const [there] = event === null ? [] : source.readAfter(position - 1n, 1);
      // Nothing there: a key stream was truncated.
      return there === undefined || there.position !== position || there.id === event;
    });
  }

  get states(): readonly ViewState[] {
    return this.lanes.map(({ view, position, halted }) => ({ view, position, ...(halted ? { halted } : {}) }));
  }

  /** What every view that still goes on has reached. */
  get position(): Position {
    const going = this.lanes.filter((lane) => !lane.halted);
    return lowest(going.length > 0 ? going : this.lanes);
  }

  private noteClean(): void {
    if (!this.clearingDue) this.cleanTo = lowest(this.lanes);
  }

  private apply(lane: Lane, events: readonly RecordedEvent[]): Outcome {
    const { until } = lane;
    let batch = events.filter(({ position }) => position > lane.position && (until === undefined || position <= until));
    let halted: Halt | undefined;
    this.savepoint.run();
    // Rows of a handler that threw half-way cannot be told from others: take the view's part back and go up to the failing event.
    for (let failed = this.deliver(lane, batch); failed; failed = this.deliver(lane, batch)) {
      const { event, error } = failed;
      this.back.run();
      batch = batch.slice(0, batch.indexOf(event));
      halted = { at: event.position, type: event.type, reason: nameOf(error) };
      this.options.onHalt?.(lane.view, event, error);
    }
    this.release.run();
    const last = batch.at(-1);
    const position = last?.position ?? lane.position;
    if (last || halted) {
      this.checkpoint.run(position, last?.id ?? null, halted?.at ?? null, halted?.type ?? null, halted?.reason ?? null, lane.view);
    }
    // The event at `until` may be gone (a truncated key stream): what lies beyond it says that it is reached.
    const reached = !halted && until !== undefined && (events.at(-1)?.position ?? START) >= until;
    return { lane, position: reached ? until : position, halted };
  }

  private deliver(lane: Lane, events: readonly RecordedEvent[]): { event: RecordedEvent; error: unknown } | undefined {
    for (const event of events) {
      const handle = lane.handlers.get(event.type);
      if (!handle) continue;
      try {
        handle(event);
      } catch (error) {
        if (isEnvironment(error)) throw error;
        return { event, error };
      }
    }
    return undefined;
  }
}

function handlersOf(view: View, db: Database): ReadonlyMap<string, Handler> {
  return new Map(Object.entries(view.project(db)).flatMap(([type, handle]) => (handle ? [[type, handle] as const] : [])));
}
