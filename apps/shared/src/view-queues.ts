import { join } from 'node:path';
import type { Logger } from 'pino';
import type { ClusterSettings } from '@config/cluster-settings';
import { QueueUnavailable } from '@foundation/jobs';
import { BullMqJobQueue } from '@foundation/jobs/bullmq';
import { ViewJobBook, viewJobOn } from '@foundation/view-jobs';
import type { NodeId } from '@foundation/kernel';

/** Only a node's one projector works on its queue: a lock that ran out means that it has died. */
const LOCK_MS = 3000;

/** The queue of rebuilds and verifications of one node. @throws QueueUnavailable, RedisUnfit */
export function openViewQueue({ redis }: ClusterSettings, node: NodeId, logger: Logger): Promise<BullMqJobQueue> {
  if (redis === undefined) return Promise.reject(new QueueUnavailable('THROUGHLINE_REDIS is missing'));
  return BullMqJobQueue.open({
    url: redis,
    kinds: [viewJobOn(node)],
    lockMs: LOCK_MS,
    onError: (error) => logger.warn({ error: error.name }, 'Redis'),
    failed: (job, dead) => logger[dead ? 'error' : 'warn']({ ...job, dead }, 'work on the views failed'),
  });
}

/** Where all nodes keep what was asked of them, and what came of it. */
export const viewJobBookOf = ({ data, exportsFolder }: ClusterSettings): ViewJobBook =>
  new ViewJobBook(join(exportsFolder ?? data, 'view-jobs'));

/** The queues of the nodes that this process has asked, each connected to when it is first needed. */
export class ViewQueues {
  private readonly opened = new Map<NodeId, Promise<BullMqJobQueue>>();

  constructor(
    private readonly settings: ClusterSettings,
    private readonly logger: Logger,
  ) {}

  /** @throws QueueUnavailable, RedisUnfit */
  of(node: NodeId): Promise<BullMqJobQueue> {
    const known = this.opened.get(node);
    if (known) return known;
    const opening = openViewQueue(this.settings, node, this.logger);
    this.opened.set(node, opening);
    opening.catch(() => this.opened.delete(node));
    return opening;
  }

  async close(): Promise<void> {
    for (const queue of this.opened.values()) await queue.then((one) => one.close()).catch(() => undefined);
  }
}
