import type { Logger } from 'pino';
import type { EventStore } from '@foundation/event-store';
import { type JobQueue, PolicyRunner, type Turns } from '@foundation/jobs';
import type { Digests } from '@exchange/digest';
import type { RecordExports } from '@exchange/exports';

export interface WorkParts {
  readonly queue: JobQueue;
  /** The node's own log. */
  readonly log: Pick<EventStore, 'logId' | 'head' | 'readAll' | 'readStream'>;
  readonly turns: Turns;
  readonly exports: RecordExports;
  readonly digests: Digests;
  readonly logger: Logger;
}

const SWEEP_MS = 600_000;

/** What happens in the background of a district: jobs are worked on, policies read the log, what is over is dropped. The same in both shapes. */
export class JobsAndPolicies {
  private readonly policies: PolicyRunner;
  private sweeping: NodeJS.Timeout | undefined;

  constructor(private readonly parts: WorkParts) {
    const { log, turns, exports, digests, logger } = parts;
    const onError = (policy: string, error: unknown): void => logger.error({ policy, error: nameOf(error) }, 'a policy tries again');
    this.policies = new PolicyRunner({ log, turns, policies: [exports.work(), digests.work()], onError });
  }

  /** @throws HandlersWrong, QueueUnavailable, RedisUnfit */
  async start(): Promise<void> {
    await this.parts.queue.start();
    this.policies.start();
    this.sweeping = setInterval(() => void this.sweep(), SWEEP_MS);
    this.sweeping.unref();
    await this.sweep();
  }

  /** Policies first, for they enqueue; then the jobs under way, for so long as the queue gives them. */
  async stop(): Promise<void> {
    clearInterval(this.sweeping);
    await this.policies.stop();
    await this.parts.queue.close();
  }

  private async sweep(): Promise<void> {
    const { exports, digests, logger } = this.parts;
    for (const [what, sweep] of [
      ['exports', () => exports.sweep()],
      ['digests', () => digests.sweep()],
    ] as const) {
      await sweep().catch((error: unknown) => logger.error({ what, error: nameOf(error) }, 'a sweep failed; the next one tries again'));
    }
  }
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.constructor.name : 'Error');
