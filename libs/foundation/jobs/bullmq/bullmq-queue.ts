import { setMaxListeners } from 'node:events';
import { DelayedError, type Job, Queue, UnrecoverableError, WaitingError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import {
  checkJob,
  CLOSE_WITHIN_MS,
  DEAD_LISTED,
  type DeadJob,
  Handlers,
  Hopeless,
  type JobHandler,
  type JobId,
  type JobKind,
  type JobPayload,
  type JobQueue,
  type JobStatus,
  type Progress,
  QueueUnavailable,
  queuesOf,
  reasonOf,
} from '../port';
import { within } from '../within';
import { checkFitness, openRedis } from './connection';
import { progressTeller } from './progress-teller';

export interface BullMqOptions {
  /** `redis://[user:password@]host:port[/db]`, `rediss://` with TLS. */
  readonly url: string;
  readonly kinds: readonly JobKind[];
  /** Redis was lost (it is connected to again by itself), or a worker could not do its work. */
  readonly onError?: (error: Error) => void;
  readonly failed?: (job: Pick<DeadJob, 'kind' | 'id' | 'reason'>, dead: boolean) => void;
  /** Keeps deployments apart that share a Redis. */
  readonly prefix?: string;
  /** How long a silent worker keeps its job, in milliseconds; another takes it over within twice that. */
  readonly lockMs?: number;
}

const PREFIX = 'throughline';
export const LOCK_MS = 5000;
/** Between two looks for silent workers: Redis takes whole milliseconds only. */
const lookMsOf = (lockMs: number): number => Math.floor(lockMs / 3);
export const LOOK_MS = lookMsOf(LOCK_MS);
/** A worker that dies mid-job again and again takes its job to the dead. */
const MOST_STALLS = 5;
const LAST_MS = 1000;
const UNKNOWN_MS = 1000;
const DONE_KEPT = { age: 24 * 3600, count: 1000 };
const DEAD_KEPT = { age: 90 * 24 * 3600, count: 10_000 };

const STATES: Readonly<Record<string, JobStatus['state']>> = { active: 'running', completed: 'done', failed: 'dead' };

/** Jobs on BullMQ. Asking and working have connections of their own: a worker waits for Redis, whoever enqueues fails at once. */
export class BullMqJobQueue implements JobQueue {
  private readonly handlers: Handlers;
  private readonly queues = new Map<string, Queue>();
  private readonly workers: Worker[] = [];
  private readonly ending = new AbortController();
  private readonly givingBack = new AbortController();
  private working: Redis | undefined;

  private constructor(
    private readonly options: BullMqOptions,
    private readonly asking: Redis,
  ) {
    // One listener for each running job.
    setMaxListeners(0, this.givingBack.signal, this.ending.signal);
    this.handlers = new Handlers(options.kinds);
    const { prefix = PREFIX } = options;
    for (const name of queuesOf(options.kinds).keys()) {
      const queue = new Queue(name, { connection: asking, prefix, skipWaitingForReady: true });
      queue.on('error', this.onError);
      this.queues.set(name, queue);
    }
  }

  /** @throws QueueUnavailable, RedisUnfit */
  static async open(options: BullMqOptions): Promise<BullMqJobQueue> {
    const asking = await openRedis(options.url, 'asking', options.onError);
    try {
      await checkFitness(asking, options.url);
    } catch (error) {
      asking.disconnect();
      throw error;
    }
    const queue = new BullMqJobQueue(options, asking);
    await Promise.all(queue.bullQueues.map((one) => one.waitUntilReady()));
    return queue;
  }

  /** The queues themselves, for Bull Board. */
  get bullQueues(): readonly Queue[] {
    return [...this.queues.values()];
  }

  handle<P extends JobPayload>(kind: JobKind<P>, handler: JobHandler<P>): void {
    this.handlers.add(kind, handler);
  }

  async start(): Promise<void> {
    this.handlers.check();
    const { url, kinds, prefix = PREFIX, lockMs = LOCK_MS } = this.options;
    this.working = await openRedis(url, 'working', this.onError);
    for (const [name, concurrency] of queuesOf(kinds)) {
      const worker = new Worker(name, (job, token) => this.run(job, token), {
        connection: this.working,
        prefix,
        concurrency,
        lockDuration: lockMs,
        stalledInterval: lookMsOf(lockMs),
        maxStalledCount: MOST_STALLS,
        removeOnComplete: DONE_KEPT,
        removeOnFail: DEAD_KEPT,
      });
      worker.on('error', this.onError);
      worker.on('failed', (job, error) => this.told(job, error));
      this.workers.push(worker);
    }
    await Promise.all(this.workers.map((worker) => worker.waitUntilReady()));
  }

  async enqueue<P extends JobPayload>(kind: JobKind<P>, id: JobId, payload: P): Promise<void> {
    checkJob(this.options.kinds, kind, id, payload);
    if (this.ending.signal.aborted) throw new QueueUnavailable('The service is ending');
    const { name, attempts, backoffMs } = kind;
    const backoff = { type: 'exponential', delay: backoffMs };
    await this.asked(() => this.queue(kind.queue).add(name, payload, { jobId: id, attempts, backoff, stackTraceLimit: 1 }));
  }

  async status(kind: JobKind, id: JobId): Promise<JobStatus | undefined> {
    return this.asked(async () => {
      const job = await this.queue(kind.queue).getJob(id);
      if (!job) return undefined;
      const state = STATES[await job.getState()] ?? 'waiting';
      return { state, progress: progressOf(job), attempts: job.attemptsStarted };
    });
  }

  async dead(limit = DEAD_LISTED): Promise<readonly DeadJob[]> {
    return this.asked(async () => {
      const failed = await Promise.all([...this.queues.values()].map((queue) => queue.getFailed(0, limit - 1)));
      const dead = failed.flat().map(deadOf);
      return dead.sort((a, b) => (a.diedAt < b.diedAt ? 1 : -1)).slice(0, limit);
    });
  }

  async retry(id: JobId): Promise<boolean> {
    return this.withDead(id, (job) => job.retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true }));
  }

  async drop(id: JobId): Promise<boolean> {
    return this.withDead(id, (job) => job.remove());
  }

  async close(withinMs = CLOSE_WITHIN_MS): Promise<void> {
    this.ending.abort();
    const closed = Promise.allSettled(this.workers.map((worker) => worker.close()));
    if (!(await within(withinMs, closed))) {
      // A second close, even a forced one, waits for the first: what still runs is given back instead.
      this.givingBack.abort();
      if (!(await within(LAST_MS, closed))) await within(LAST_MS, Promise.allSettled(this.workers.map((worker) => worker.disconnect())));
    }
    await within(LAST_MS, Promise.allSettled([...this.queues.values()].map((queue) => queue.close())));
    this.working?.disconnect();
    this.asking.disconnect();
  }

  private queue(name: string): Queue {
    const queue = this.queues.get(name);
    if (!queue) throw new TypeError(`There is no queue ${name}`);
    return queue;
  }

  private async withDead(id: JobId, act: (job: Job) => Promise<unknown>): Promise<boolean> {
    return this.asked(async () => {
      for (const queue of this.queues.values()) {
        const job = await queue.getJob(id);
        if (!job || (await job.getState()) !== 'failed') continue;
        await act(job);
        return true;
      }
      return false;
    });
  }

  /** What Redis says when it is away becomes one error. */
  private async asked<T>(ask: () => Promise<T>): Promise<T> {
    if (this.asking.status !== 'ready') throw new QueueUnavailable('Redis does not answer');
    try {
      return await ask();
    } catch (error) {
      if (this.asking.status === 'ready' && !isLost(error)) throw error;
      throw new QueueUnavailable('Redis does not answer', { cause: error });
    }
  }

  private async run(job: Job, token: string | undefined): Promise<void> {
    const handler = this.handlers.of(job.name);
    if (!handler) {
      // Made by a node of another version: it waits for a worker of that one, and no try is spent.
      await job.moveToDelayed(Date.now() + UNKNOWN_MS, token);
      throw new DelayedError();
    }
    const teller = progressTeller(async (progress) => job.updateProgress(progress));
    const { signal } = this.ending;
    try {
      const id = job.id as unknown as JobId;
      const progress = (made: Progress): void => teller.tell(made);
      const work = handler({ id, payload: job.data as JobPayload, attempt: job.attemptsMade + 1, signal, progress });
      await unlessAborted(work, this.givingBack.signal);
    } catch (error) {
      if (error instanceof GivenBack) {
        await job.moveToWait(token);
        throw new WaitingError();
      }
      // BullMQ writes an error's message and stack into Redis: only its class may go there.
      const reason = reasonOf(error);
      throw error instanceof Hopeless ? new UnrecoverableError(reason) : new Error(reason);
    } finally {
      await teller.end();
    }
  }

  private told(job: Job | undefined, error: Error): void {
    if (!job) return;
    const dead = error instanceof UnrecoverableError || job.attemptsMade >= (job.opts.attempts ?? 1);
    this.options.failed?.({ kind: job.name, id: job.id as unknown as JobId, reason: error.message }, dead);
  }

  private readonly onError = (error: Error): void => this.options.onError?.(error);
}

class GivenBack extends Error {}

/** The work, or GivenBack once the signal is aborted. The listener goes with the work: a worker does millions of jobs. */
function unlessAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const giveBack = (): void => reject(new GivenBack());
    signal.addEventListener('abort', giveBack, { once: true });
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveBack));
  });
}

const isLost = (error: unknown): boolean =>
  error instanceof Error &&
  /MaxRetriesPerRequest|Connection is closed|Stream isn't writeable|ECONN|EPIPE/.test(`${error.name} ${error.message}`);

function progressOf({ progress }: Job): Progress {
  const { done, total } = (typeof progress === 'object' ? progress : {}) as Partial<Progress>;
  return { done: done ?? 0, total: total ?? 0 };
}

function deadOf(job: Job): DeadJob {
  const { name: kind, attemptsMade: attempts, failedReason: reason, finishedOn = 0 } = job;
  return {
    kind,
    id: job.id as unknown as JobId,
    payload: job.data as JobPayload,
    attempts,
    reason,
    diedAt: new Date(finishedOn).toISOString(),
  };
}
