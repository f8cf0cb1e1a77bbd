import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { systemClock as clock, VIEW_WORK_THREAD } from '@apps/shared';
import { openViewQueue, viewJobBookOf } from '@apps/shared/src/view-queues';
import type { ClusterSettings } from '@config/cluster-settings';
import type { BullMqJobQueue } from '@foundation/jobs/bullmq';
import type { NodeId } from '@foundation/kernel';
import type { MasterKey } from '@foundation/privacy';
import { type ViewJobBook, ViewJobWorker } from '@foundation/view-jobs';
import { type ViewHost, workOnViewsInThread } from '@foundation/view-store';

const FIRST_WAIT_MS = 1000;
const LAST_WAIT_MS = 30_000;
const HEARD_MS = 5000;

/** Rebuilds and verifications of this node's views, when somebody asks for them. The node serves without it: Redis may be away. */
export class ViewWork {
  private readonly stopping = new AbortController();
  private readonly book: ViewJobBook;
  private readonly going: Promise<void>;

  constructor(
    private readonly settings: ClusterSettings,
    private readonly node: NodeId,
    private readonly master: MasterKey,
    private readonly views: ViewHost,
    private readonly logger: Logger,
  ) {
    this.book = viewJobBookOf(settings);
    this.going = settings.redis === undefined ? Promise.resolve() : this.work();
  }

  /** What runs is stopped, and begins anew at the next start. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.going;
  }

  private async work(): Promise<void> {
    const { signal } = this.stopping;
    const queue = await this.queue();
    if (!queue) return;
    while (!signal.aborted) {
      await this.book.heard(this.node, clock.now()).catch(() => undefined);
      await pause(HEARD_MS, undefined, { signal }).catch(() => undefined);
    }
    await queue.close();
  }

  /** Asks until Redis answers; undefined when this process ends first. */
  private async queue(): Promise<BullMqJobQueue | undefined> {
    const { signal } = this.stopping;
    for (let waitMs = FIRST_WAIT_MS; !signal.aborted; waitMs = Math.min(2 * waitMs, LAST_WAIT_MS)) {
      let queue: BullMqJobQueue | undefined;
      try {
        const { node } = this;
        queue = await openViewQueue(this.settings, node, this.logger);
        const setup = { folder: this.settings.data, thread: VIEW_WORK_THREAD, masterKey: this.master.secret.export() };
        new ViewJobWorker({
          book: this.book,
          node,
          queue,
          clock,
          work: (work, onStep, stopped) => workOnViewsInThread({ ...setup, work }, onStep, stopped),
          switchedTo: (file) => this.views.switchedTo(file),
        }).register();
        await queue.start();
        return queue;
      } catch (error) {
        await queue?.close();
        this.logger.warn({ waitMs, error: error instanceof Error ? error.name : 'Error' }, 'no jobs about the views are taken yet');
        await pause(waitMs, undefined, { signal }).catch(() => undefined);
      }
    }
    return undefined;
  }
}
