import { jobIdOf, type JobQueue, type JobStatus, QueueUnavailable } from '@foundation/jobs';
import type { ActorId, Clock, NodeId } from '@foundation/kernel';
import type { ViewsWork } from '@foundation/view-store';
import type { KnownNode, ViewJobBook } from './job-book';
import { isEnded, type ViewJob, type ViewJobId, viewJobOn } from './view-job';

/** No node of this name takes jobs. */
export class UnknownNode extends Error {}

export interface ViewJobsParts {
  readonly book: ViewJobBook;
  /** The node that is meant when none is named: whose process this is. */
  readonly node: NodeId;
  /** Where that node takes its jobs from. @throws QueueUnavailable */
  readonly queueOf: (node: NodeId) => Promise<Pick<JobQueue, 'enqueue' | 'status'>>;
  /** Those that can take jobs; the book's, or this process alone. */
  readonly nodes: () => Promise<readonly KnownNode[]>;
  readonly clock: Clock;
}

export interface ViewJobRequest {
  readonly job: ViewJobId;
  readonly work: ViewsWork;
  readonly by: ActorId;
  readonly node?: NodeId;
}

/** How long a node may say nothing. */
const SILENT_MS = 30_000;
const CUT_SHORT = 'It was cut short before it was done. The views that served serve on, and nothing is lost: ask again.';
const DEAD = 'Every try was cut short or failed. The views that served serve on, and nothing is lost: ask again.';
const AGAIN = 'It was cut short and begins anew by itself.';
const SILENT =
  'This node takes no jobs now, and begins this one when it does. Look whether its projector runs, and has THROUGHLINE_REDIS and ' +
  'THROUGHLINE_EXPORTS as the others.';

/** Takes rebuilds and verifications in, for the node that is to do them, and tells how each stands. */
export class ViewJobs {
  constructor(private readonly parts: ViewJobsParts) {}

  get node(): NodeId {
    return this.parts.node;
  }

  nodes(): Promise<readonly KnownNode[]> {
    return this.parts.nodes();
  }

  /**
   * Begins it; while one of the node's is open, that one is the answer. Of two that are asked for at the same instant the second may wait
   * for the first: a rebuild too many costs some time, nothing else.
   * @throws UnknownNode, QueueUnavailable
   */
  async begin({ job, work, by, node = this.parts.node }: ViewJobRequest): Promise<ViewJob> {
    const { book, clock, queueOf } = this.parts;
    const known = await this.status(job);
    if (known) return known;
    if (node !== this.parts.node && !(await this.nodes()).some((one) => one.node === node)) throw new UnknownNode();
    const queue = await queueOf(node);
    const open = (await this.list()).find((one) => one.node === node && !isEnded(one));
    if (open) return open;
    const asked: ViewJob = { job, node, work, by, askedAt: clock.now(), status: 'waiting', done: 0, total: 0, events: 0 };
    await book.write(asked);
    try {
      const kind = viewJobOn(node);
      await queue.enqueue(kind, jobIdOf(kind, job), { job });
    } catch (error) {
      await book.drop(job);
      throw error;
    }
    await book.sweep();
    return asked;
  }

  async status(job: ViewJobId): Promise<ViewJob | undefined> {
    const known = await this.parts.book.read(job);
    return known && this.standing(known, await this.nodes());
  }

  /** The last ones of all nodes, newest first. */
  async list(): Promise<readonly ViewJob[]> {
    const nodes = await this.nodes();
    return Promise.all((await this.parts.book.list()).map((job) => this.standing(job, nodes)));
  }

  /** What was last told of it, unless the queue knows better. */
  private async standing(told: ViewJob, nodes: readonly KnownNode[]): Promise<ViewJob> {
    if (isEnded(told)) return told;
    const state = await this.stateOf(told);
    if (state === 'unknown') return told;
    if (state === undefined || state === 'done' || state === 'dead') {
      // It may have ended between the two looks.
      const now = (await this.parts.book.read(told.job)) ?? told;
      if (isEnded(now)) return now;
      return state === 'dead' ? { ...now, status: 'failed', note: DEAD } : { ...now, status: 'interrupted', note: CUT_SHORT };
    }
    if (this.isSilent(told.node, nodes)) return { ...told, status: 'waiting', note: SILENT };
    return state === 'waiting' && told.startedAt !== undefined ? { ...told, status: 'waiting', note: AGAIN } : told;
  }

  private async stateOf({ job, node }: ViewJob): Promise<JobStatus['state'] | 'unknown' | undefined> {
    try {
      const kind = viewJobOn(node);
      return (await (await this.parts.queueOf(node)).status(kind, jobIdOf(kind, job)))?.state;
    } catch (error) {
      if (error instanceof QueueUnavailable) return 'unknown';
      throw error;
    }
  }

  private isSilent(node: NodeId, nodes: readonly KnownNode[]): boolean {
    const heardAt = nodes.find((one) => one.node === node)?.heardAt;
    return heardAt === undefined || Date.parse(this.parts.clock.now()) - Date.parse(heardAt) > SILENT_MS;
  }
}
