import { LRUCache } from 'lru-cache';
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
} from './port';
import { within } from './within';

interface Job {
  readonly kind: JobKind;
  readonly id: JobId;
  readonly payload: JobPayload;
  attempts: number;
  progress: Progress;
  state: JobStatus['state'];
  reason?: string;
  diedAt?: string;
}

const DONE_KNOWN = 1000;
const NOTHING: Progress = { done: 0, total: 0 };

/** Jobs in this process's memory: nothing is kept, and after a restart the policies find in the log what is still to be done. */
export class InProcessJobQueue implements JobQueue {
  private readonly handlers: Handlers;
  private readonly room: Map<string, number>;
  private readonly waiting: Job[] = [];
  /** Waiting, running and dead. */
  private readonly jobs = new Map<JobId, Job>();
  private readonly done = new LRUCache<JobId, Job>({ max: DONE_KNOWN });
  private readonly running = new Set<Promise<void>>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly ending = new AbortController();
  private started = false;

  constructor(
    private readonly kinds: readonly JobKind[],
    private readonly failed: (job: Pick<DeadJob, 'kind' | 'id' | 'reason'>, dead: boolean) => void = () => undefined,
  ) {
    this.handlers = new Handlers(kinds);
    this.room = new Map(queuesOf(kinds));
  }

  handle<P extends JobPayload>(kind: JobKind<P>, handler: JobHandler<P>): void {
    this.handlers.add(kind, handler);
  }

  async start(): Promise<void> {
    this.handlers.check();
    this.started = true;
    this.next();
  }

  async enqueue<P extends JobPayload>(kind: JobKind<P>, id: JobId, payload: P): Promise<void> {
    checkJob(this.kinds, kind, id, payload);
    if (this.ending.signal.aborted) throw new QueueUnavailable('The service is ending');
    if (this.jobs.has(id) || this.done.has(id)) return;
    const job: Job = { kind, id, payload, attempts: 0, progress: NOTHING, state: 'waiting' };
    this.jobs.set(id, job);
    this.waiting.push(job);
    this.next();
  }

  async status(_kind: JobKind, id: JobId): Promise<JobStatus | undefined> {
    const job = this.jobs.get(id) ?? this.done.get(id);
    return job && { state: job.state, progress: job.progress, attempts: job.attempts };
  }

  async dead(limit = DEAD_LISTED): Promise<readonly DeadJob[]> {
    const dead = [...this.jobs.values()].filter(({ state }) => state === 'dead');
    const listed = dead.map(({ kind, id, payload, attempts, reason = '', diedAt = '' }) => {
      return { kind: kind.name, id, payload, attempts, reason, diedAt };
    });
    return listed.sort((a, b) => (a.diedAt < b.diedAt ? 1 : -1)).slice(0, limit);
  }

  async retry(id: JobId): Promise<boolean> {
    const job = this.deadOne(id);
    if (!job) return false;
    Object.assign(job, { attempts: 0, state: 'waiting', progress: NOTHING });
    this.waiting.push(job);
    this.next();
    return true;
  }

  async drop(id: JobId): Promise<boolean> {
    return this.deadOne(id) !== undefined && this.jobs.delete(id);
  }

  /** Jobs that wait, for a figure. */
  get unfinished(): number {
    return [...this.jobs.values()].filter(({ state }) => state !== 'dead').length;
  }

  async close(withinMs = CLOSE_WITHIN_MS): Promise<void> {
    this.ending.abort();
    for (const timer of this.timers) clearTimeout(timer);
    this.waiting.length = 0;
    await within(withinMs, Promise.allSettled(this.running));
  }

  private deadOne(id: JobId): Job | undefined {
    const job = this.jobs.get(id);
    return job?.state === 'dead' ? job : undefined;
  }

  private next(): void {
    if (!this.started || this.ending.signal.aborted) return;
    for (let index = 0; index < this.waiting.length;) {
      const job = this.waiting[index];
      const free = job ? (this.room.get(job.kind.queue) ?? 0) : 0;
      if (!job || free === 0) {
        index++;
        continue;
      }
      this.waiting.splice(index, 1);
      this.room.set(job.kind.queue, free - 1);
      const run = this.run(job).finally(() => {
        this.running.delete(run);
        this.room.set(job.kind.queue, (this.room.get(job.kind.queue) ?? 0) + 1);
        this.next();
      });
      this.running.add(run);
    }
  }

  private async run(job: Job): Promise<void> {
    job.state = 'running';
    job.attempts++;
    const { kind, id, payload } = job;
    try {
      const progress = (made: Progress): void => void (job.progress = made);
      await this.handlers.of(kind.name)?.({ id, payload, attempt: job.attempts, signal: this.ending.signal, progress });
      job.state = 'done';
      this.jobs.delete(id);
      this.done.set(id, job);
    } catch (error) {
      this.fail(job, error);
    }
  }

  private fail(job: Job, error: unknown): void {
    const { kind, id, attempts } = job;
    const dead = error instanceof Hopeless || attempts >= kind.attempts;
    job.reason = reasonOf(error);
    this.failed({ kind: kind.name, id, reason: job.reason }, dead);
    if (dead) {
      job.state = 'dead';
      job.diedAt = new Date().toISOString();
      return;
    }
    job.state = 'waiting';
    const timer = setTimeout(
      () => {
        this.timers.delete(timer);
        this.waiting.push(job);
        this.next();
      },
      kind.backoffMs * 2 ** (attempts - 1),
    );
    timer.unref();
    this.timers.add(timer);
  }
}
