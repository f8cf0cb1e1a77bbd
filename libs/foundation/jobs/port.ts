import { type Branded, derivedId, isUuid, Mendable } from '@foundation/kernel';

export type JobId = Branded<string, 'JobId'>;

/** What a job carries: ids and days, never a name. The queue keeps it in clear text. */
export type JobPayload = Readonly<Record<string, Branded<string, string>>>;

/** Declares a kind of job once. A changed payload is a new kind: nodes of two versions share a queue while one follows the other. */
export interface JobKind<P extends JobPayload = JobPayload> {
  /** Stable: `exports.produce-export`. */
  readonly name: string;
  /** Kinds of one queue share its workers. */
  readonly queue: string;
  /** How often it is tried before it lies among the dead. */
  readonly attempts: number;
  /** Wait before the second try, in milliseconds; doubled before each further one. */
  readonly backoffMs: number;
  /** Jobs of this kind's queue at one time in one process; the largest of a queue's kinds counts. */
  readonly concurrency: number;
  /** Only for the type of the payload. */
  readonly payload?: P;
}

export const defineJob = <P extends JobPayload>(kind: Omit<JobKind<P>, 'payload'>): JobKind<P> => kind;

/** The job that follows from a cause (an event's id, mostly): the same on every node and every time the log is read again. */
export const jobIdOf = (kind: Pick<JobKind, 'name'>, cause: string): JobId => derivedId<JobId>(cause, `job ${kind.name}`);

export interface Progress {
  readonly done: number;
  /** 0 while unknown. */
  readonly total: number;
}

/** A job as its handler sees it. A job can come twice: handlers give the same result again. */
export interface RunningJob<P extends JobPayload = JobPayload> {
  readonly id: JobId;
  readonly payload: P;
  /** From 1. */
  readonly attempt: number;
  /** Aborted when the process ends: stop where it can be taken up again. */
  readonly signal: AbortSignal;
  /** May be called for every row: it is passed on a few times a second. */
  readonly progress: (progress: Progress) => void;
}

export type JobHandler<P extends JobPayload> = (job: RunningJob<P>) => Promise<void>;

export interface JobStatus {
  /** `dead`: every try has failed, and it waits for `retry` or `drop`. */
  readonly state: 'waiting' | 'running' | 'done' | 'dead';
  readonly progress: Progress;
  /** Tries begun. */
  readonly attempts: number;
}

export interface DeadJob {
  readonly kind: string;
  readonly id: JobId;
  readonly payload: JobPayload;
  readonly attempts: number;
  /** Class of the last error, perhaps with its code; never its message, which may quote a record. */
  readonly reason: string;
  readonly diedAt: string;
}

/**
 * Delivers jobs, at least once each, to the handlers of whichever process works; what must happen is in the log and is found again when
 * a queue is lost. Two adapters pass one contract suite (test/contract/job-queue.contract.ts).
 */
export interface JobQueue {
  /** Before `start`; one handler for each kind. */
  handle<P extends JobPayload>(kind: JobKind<P>, handler: JobHandler<P>): void;
  /** Begins to work. A process that only enqueues does not call it. @throws HandlersWrong, QueueUnavailable, RedisUnfit */
  start(): Promise<void>;
  /** Again under an id that is still known: nothing happens, whatever became of the job. @throws QueueUnavailable, WrongJob */
  enqueue<P extends JobPayload>(kind: JobKind<P>, id: JobId, payload: P): Promise<void>;
  /** Undefined for a job that is unknown or was done long ago. */
  status(kind: JobKind, id: JobId): Promise<JobStatus | undefined>;
  /** Jobs whose every try has failed, newest first, at most `limit`. */
  dead(limit?: number): Promise<readonly DeadJob[]>;
  /** Tries a dead job again, from its first try on. False when there is no such dead job. */
  retry(id: JobId): Promise<boolean>;
  /** Forgets a dead job. False when there is no such dead job. */
  drop(id: JobId): Promise<boolean>;
  /** Takes no more, lets running jobs end for at most `withinMs` (10,000), then leaves them to be delivered again. */
  close(withinMs?: number): Promise<void>;
}

/** Nest injection token. */
export const JOB_QUEUE = Symbol('JOB_QUEUE');

export const CLOSE_WITHIN_MS = 10_000;
export const DEAD_LISTED = 200;

/** The job can never succeed (its subject was erased, its request withdrawn): it is dead at once. */
export class Hopeless extends Error {}
/** A kind has two handlers, or none. */
export class HandlersWrong extends TypeError {}
/** A kind that the queue does not know, or a payload that holds more than ids and days. */
export class WrongJob extends TypeError {}
/** The queue cannot be reached or is closed; what must happen stays in the log. */
export class QueueUnavailable extends Mendable {}
/** Redis answers, and jobs would not be safe in it: one line says what is wrong and how to mend it. */
export class RedisUnfit extends Mendable {}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** @throws WrongJob */
export function checkJob(kinds: readonly JobKind[], kind: JobKind, id: JobId, payload: JobPayload): void {
  if (!kinds.includes(kind)) throw new WrongJob(`${kind.name} is no kind of this queue`);
  if (!isUuid(id)) throw new WrongJob(`${kind.name}: the id of a job is derived with jobIdOf`);
  const wrong = Object.entries(payload).filter(([, value]) => !isUuid(value) && !DAY.test(value));
  if (wrong.length > 0) throw new WrongJob(`${kind.name}: ${wrong.map(([field]) => field).join(', ')} must be an id or a day`);
}

/** The handlers of a process: one for each kind. */
export class Handlers {
  private readonly byName = new Map<string, JobHandler<JobPayload>>();
  private readonly twice = new Set<string>();

  constructor(readonly kinds: readonly JobKind[]) {
    const names = kinds.map(({ name }) => name);
    if (new Set(names).size < names.length) throw new HandlersWrong(`Two kinds of jobs have one name: ${names.join(', ')}`);
  }

  add<P extends JobPayload>(kind: JobKind<P>, handler: JobHandler<P>): void {
    if (this.byName.has(kind.name)) this.twice.add(kind.name);
    this.byName.set(kind.name, handler as JobHandler<JobPayload>);
  }

  /** @throws HandlersWrong */
  check(): void {
    const names = this.kinds.map(({ name }) => name);
    const without = names.filter((name) => !this.byName.has(name));
    const unknown = [...this.byName.keys()].filter((name) => !names.includes(name));
    const wrong = [
      ...(this.twice.size > 0 ? [`two handlers for ${[...this.twice].join(', ')}`] : []),
      ...(without.length > 0 ? [`no handler for ${without.join(', ')}`] : []),
      ...(unknown.length > 0 ? [`a handler for ${unknown.join(', ')}, which is no kind of this queue`] : []),
    ];
    if (wrong.length > 0) throw new HandlersWrong(`Jobs cannot start: ${wrong.join('; ')}`);
  }

  of(name: string): JobHandler<JobPayload> | undefined {
    return this.byName.get(name);
  }
}

/** An error as a dead job may tell it: its class and code. */
export function reasonOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'Error';
  const { code } = error as Partial<NodeJS.ErrnoException>;
  const name = error.constructor?.name || 'Error';
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,40}$/.test(code) ? `${name} ${code}` : name;
}

/** The queues of some kinds, each with how many jobs it works on at a time. */
export function queuesOf(kinds: readonly JobKind[]): ReadonlyMap<string, number> {
  const queues = new Map<string, number>();
  for (const { queue, concurrency } of kinds) queues.set(queue, Math.max(concurrency, queues.get(queue) ?? 1));
  return queues;
}
