import { join } from 'node:path';
import { type ResourceLimits, Worker } from 'node:worker_threads';
import type { Database, Statement } from 'better-sqlite3';
import { LRUCache } from 'lru-cache';
import { type Position, START } from '@foundation/kernel';
import type { EventSource } from './event-source';
import { type Fingerprint, fingerprintOf } from './fingerprint';
import { lowest, type ViewState } from './projector';
import { isDamage, nameOf, openForReading } from './sqlite';
import { type View, ViewHalted, type ViewReader, ViewsBehind } from './view';
import { type Building, type Pace, type Progress, ViewRuntime } from './view-runtime';

export type ProjectorHealth = 'stopped' | 'starting' | 'running' | 'restarting';

export interface ViewsStatus {
  readonly projector: ProjectorHealth;
  /** How often the projector has died since the start, and of what (an error's class, no data). */
  readonly restarts: number;
  readonly lastError?: string;
  /** True when views are served, none has halted and the projector runs. */
  readonly ready: boolean;
  readonly file?: string;
  readonly head: Position;
  readonly purged: Position;
  readonly views: readonly ViewState[];
  readonly building?: Building;
}

interface Waiter {
  /** True when it has been answered. */
  readonly settle: () => boolean;
}

const WAIT_MS = 2000;

/** The reading side of the views, whichever way the projector runs: a read-only connection on the serving file, and what was reported of it. */
export abstract class ViewHost implements ViewReader {
  protected health: ProjectorHealth = 'stopped';
  protected restarts = 0;
  protected lastError: string | undefined;
  protected progress: Progress = { head: START, views: [], purged: START };
  private db: Database | undefined;
  private reading: string | undefined;
  private readonly statements = new LRUCache<string, Statement<unknown[]>>({ max: 500 });
  private readonly waiters = new Set<Waiter>();

  protected constructor(private readonly folder: string) {}

  /** Resolves when the projector has opened or begun a file (whether the views are level, `waitFor` tells); rejects when it cannot. */
  abstract start(): Promise<void>;
  /** Ends the current batch, then stops. */
  abstract stop(): Promise<void>;
  /** The log has grown: cheap, call it on every commit. */
  abstract wake(): void;
  /** Readers have left every file but this. */
  protected abstract moved(file: string): void;
  protected abstract damaged(file: string): void;
  /** Somebody waits for the views. */
  protected hurry(): void {}
  protected get awaited(): boolean {
    return this.waiters.size > 0;
  }

  get<R>(sql: string, ...parameters: readonly unknown[]): R | undefined {
    return this.read((statement) => statement.get(...parameters) as R | undefined, sql);
  }

  all<R>(sql: string, ...parameters: readonly unknown[]): R[] {
    return this.read((statement) => statement.all(...parameters) as R[], sql);
  }

  position(view?: string): Position {
    if (view === undefined) return lowest(this.progress.views);
    const state = this.progress.views.find((candidate) => candidate.view === view);
    if (!state) throw new TypeError(`There is no view ${view}`);
    return state.position;
  }

  waitFor(position: Position, timeoutMs = WAIT_MS): Promise<void> {
    return this.until(() => {
      if (this.progress.file === undefined) return false;
      const behind = this.progress.views.filter((view) => view.position < position);
      const halted = behind.find((view) => view.halted);
      if (halted) throw new ViewHalted(halted.view);
      return behind.length === 0;
    }, timeoutMs);
  }

  /**
   * Waits until the erasures up to this position have left no clear text in any views file.
   * @throws ViewsBehind after `timeoutMs`: a halted view, a rebuild or a long-running reader holds it up.
   */
  purged(position: Position, timeoutMs = 10_000): Promise<void> {
    return this.until(() => this.progress.purged >= position, timeoutMs);
  }

  /** Waits until this file is read from. @throws ViewsBehind after `timeoutMs` */
  switchedTo(file: string, timeoutMs = 10_000): Promise<void> {
    return this.until(() => this.progress.file === file, timeoutMs);
  }

  status(): ViewsStatus {
    const { file, head, views, purged, building } = this.progress;
    return {
      projector: this.health,
      restarts: this.restarts,
      ...(this.lastError === undefined ? {} : { lastError: this.lastError }),
      ready: this.health === 'running' && file !== undefined && !views.some((view) => view.halted),
      ...(file === undefined ? {} : { file }),
      head,
      purged,
      views,
      ...(building ? { building } : {}),
    };
  }

  protected progressed(progress: Progress): void {
    this.progress = progress;
    if (progress.file !== this.reading) {
      this.closeReader();
      if (progress.file !== undefined) this.openReader(progress.file);
      this.moved(progress.file ?? '');
    }
    for (const waiter of this.waiters) if (waiter.settle()) this.waiters.delete(waiter);
  }

  protected closeReader(): void {
    this.statements.clear();
    this.db?.close();
    this.db = this.reading = undefined;
  }

  private openReader(file: string): void {
    this.reading = file;
    try {
      this.db = openForReading(join(this.folder, file));
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.damaged(file);
    }
  }

  private read<T>(run: (statement: Statement<unknown[]>) => T, sql: string): T {
    const { db, reading } = this;
    if (!db || reading === undefined) throw new ViewsBehind('The views are being built');
    try {
      const known = this.statements.get(sql);
      if (known) return run(known);
      const statement = db.prepare<unknown[]>(sql);
      this.statements.set(sql, statement);
      return run(statement);
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.closeReader();
      this.progress = { head: this.progress.head, purged: this.progress.purged, views: [] };
      this.damaged(reading);
      throw new ViewsBehind('The views file is damaged and is being built anew');
    }
  }

  private until(reached: () => boolean, timeoutMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (): boolean => {
        try {
          if (!reached()) return false;
          resolve();
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
        clearTimeout(timer);
        return true;
      };
      const waiter = { settle };
      const timer = setTimeout(() => {
        this.waiters.delete(waiter);
        reject(new ViewsBehind('The views have not caught up yet'));
      }, timeoutMs);
      if (settle()) return;
      this.waiters.add(waiter);
      this.hurry();
    });
  }
}

export interface InlineOptions {
  readonly folder: string;
  readonly views: readonly View[];
  readonly source: EventSource;
  /** As in ViewSet; none when left out. */
  readonly code?: readonly string[];
}

/** Projects in this thread, level with the log after every `wake`: for specs and small tools. */
export class InlineViewHost extends ViewHost {
  private runtime: ViewRuntime | undefined;
  private retry: NodeJS.Timeout | undefined;
  private readonly wanted: Fingerprint;

  constructor(private readonly options: InlineOptions) {
    super(options.folder);
    this.wanted = fingerprintOf(options.views, options.code ?? []);
  }

  async start(): Promise<void> {
    const { folder, views, source } = this.options;
    this.runtime = new ViewRuntime(folder, views, this.wanted, source);
    this.health = 'running';
    this.wake();
  }

  async stop(): Promise<void> {
    clearTimeout(this.retry);
    this.closeReader();
    this.runtime?.close();
    this.runtime = undefined;
    this.health = 'stopped';
  }

  /** @throws what reading the log or writing the file throws. */
  wake(): void {
    clearTimeout(this.retry);
    const pace = this.advance();
    if (pace === 'soon') this.retry = setTimeout(() => this.wake(), SOON_MS).unref();
  }

  protected override moved(file: string): void {
    this.runtime?.moved(file);
  }

  protected override damaged(file: string): void {
    this.runtime?.damaged(file);
    this.retry = setTimeout(() => this.wake(), 0).unref();
  }

  private advance(): Pace {
    const { runtime } = this;
    if (!runtime) return 'idle';
    let pace: Pace;
    do {
      pace = runtime.advance(true);
      this.progressed(runtime.progress);
    } while (pace === 'busy');
    this.progressed(runtime.progress);
    return pace;
  }
}

/** Until an erasure tries again to empty a file that a reader holds. */
export const SOON_MS = 50;

/** What the projecting thread is started with. */
export interface ThreadSetup {
  readonly folder: string;
  readonly masterKey: Uint8Array;
}

export type ToThread =
  | { readonly kind: 'wake' }
  | { readonly kind: 'stop' }
  | { readonly kind: 'moved'; readonly file: string }
  | { readonly kind: 'damaged'; readonly file: string };

export type FromThread =
  { readonly kind: 'progress'; readonly progress: Progress } | { readonly kind: 'failed'; /** Its class. */ readonly error: string };

export interface ThreadOptions extends ThreadSetup {
  /** Path of the compiled module that calls `projectOnThread`. */
  readonly thread: string;
  /** Told of every death of the projector: the error's class and in how many milliseconds it starts again. */
  readonly onCrash?: (error: string, restartMs: number) => void;
}

/** Between two turns that nobody waits for: under load, one turn for many commits costs a fraction of a turn for each. */
const PACE_MS = 5;
/** Rows come and go: a young generation of the usual 48 MB would only be filled, not used; and a limit makes V8 collect the old one sooner. */
const LIMITS: ResourceLimits = { maxYoungGenerationSizeMb: 12, maxOldGenerationSizeMb: 512 };
const FIRST_RESTART_MS = 100;
const LAST_RESTART_MS = 30_000;
const STOP_MS = 5000;

/** Projects on a worker thread; a projector that dies is started again, later each time until it has caught up once. */
export class ThreadedViewHost extends ViewHost {
  private worker: Worker | undefined;
  private restart: NodeJS.Timeout | undefined;
  private restartMs = FIRST_RESTART_MS;
  private paced: NodeJS.Timeout | undefined;
  /** A wake is on its way: until the thread has reported, another says nothing new. */
  private asked = false;
  /** The log has grown since the thread was last woken. */
  private due = false;

  constructor(private readonly options: ThreadOptions) {
    super(options.folder);
  }

  async start(): Promise<void> {
    this.health = 'starting';
    await new Promise<void>((resolve, reject) => this.launch(resolve, reject));
  }

  async stop(): Promise<void> {
    const { worker } = this;
    this.health = 'stopped';
    clearTimeout(this.restart);
    clearTimeout(this.paced);
    this.worker = undefined;
    this.closeReader();
    if (worker) {
      const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
      const timer = setTimeout(() => void worker.terminate(), STOP_MS);
      worker.postMessage({ kind: 'stop' } satisfies ToThread);
      await ended;
      clearTimeout(timer);
    }
  }

  wake(): void {
    this.due = true;
    if (!this.asked && (!this.paced || this.awaited)) this.ask();
  }

  protected override hurry(): void {
    if (this.due && !this.asked) this.ask();
  }

  private ask(): void {
    clearTimeout(this.paced);
    this.paced = undefined;
    this.asked = true;
    this.due = false;
    this.send({ kind: 'wake' });
  }

  /** The thread has reported: the next turn comes now for those who wait, else after a little. */
  private pace(): void {
    this.asked = false;
    clearTimeout(this.paced);
    this.paced = setTimeout(() => {
      this.paced = undefined;
      this.hurry();
    }, PACE_MS).unref();
    if (this.awaited) this.hurry();
  }

  protected override moved(file: string): void {
    this.send({ kind: 'moved', file });
  }

  protected override damaged(file: string): void {
    this.send({ kind: 'damaged', file });
  }

  private send(message: ToThread): void {
    this.worker?.postMessage(message);
  }

  private launch(started?: () => void, failed?: (error: Error) => void): void {
    const { folder, masterKey, thread } = this.options;
    const worker = new Worker(thread, { workerData: { folder, masterKey } satisfies ThreadSetup, resourceLimits: LIMITS });
    this.worker = worker;
    this.asked = false;
    let lastError = 'Error';
    worker.on('message', (message: FromThread) => {
      if (this.worker !== worker) return;
      if (message.kind === 'failed') {
        lastError = message.error;
        return;
      }
      const { progress } = message;
      this.health = 'running';
      this.progressed(progress);
      this.pace();
      if (this.position() >= progress.head) this.restartMs = FIRST_RESTART_MS;
      started?.();
    });
    worker.on('error', (error) => (lastError = lastError === 'Error' ? nameOf(error) : lastError));
    worker.on('exit', () => {
      if (this.worker !== worker) return;
      this.worker = undefined;
      if (this.health === 'starting') {
        this.health = 'stopped';
        this.lastError = lastError;
        failed?.(new Error(`The projector did not start: ${lastError}`));
      } else this.crashed(lastError);
    });
  }

  private crashed(error: string): void {
    this.health = 'restarting';
    this.restarts++;
    this.lastError = error;
    this.options.onCrash?.(error, this.restartMs);
    this.restart = setTimeout(() => this.launch(), this.restartMs);
    this.restartMs = Math.min(this.restartMs * 2, LAST_RESTART_MS);
  }
}
