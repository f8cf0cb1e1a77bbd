import { setTimeout as pause } from 'node:timers/promises';
import { AnotherPast, type Position } from '@foundation/kernel';
import type { EventStore, StoredEvent, Subscription } from '../port';
import type { Arrived, MirrorLog } from './mirror-log';

/** The cluster's log, as a mirror needs it. */
export interface ClusterLog extends EventStore {
  /** The event at exactly this position; undefined when there is none. */
  eventAt(position: Position): Promise<Pick<StoredEvent, 'id'> | undefined>;
}

/** The server does not hold what this node has copied from it: it is another log, or it was restored to an earlier point. */
export class LineageBroken extends AnotherPast {
  constructor(
    readonly position: Position,
    readonly here: string,
    readonly there: string | undefined,
  ) {
    super(
      `This node holds event ${here} at position ${position}; the server holds ${there ?? 'nothing'} there. It is another log, or it was restored to an ` +
        'earlier point. This node has stopped, so that nothing is served or overwritten. Look at what only this node has (npm run node -- reconcile), ' +
        'and follow "Lineage" in docker/README.md.',
    );
  }
}

export interface MirrorStatus {
  readonly position: Position;
  /** True once everything that was there at the start, or after an interruption, is here. */
  readonly caughtUp: boolean;
  /** Events copied since the start. */
  readonly events: number;
}

export interface MirrorOptions {
  /** Events were written up to this position. */
  readonly onWritten?: (head: Position) => void;
  readonly onCaughtUp?: () => void;
  /** The lineage could not be looked at: the server does not answer. It is looked at again. */
  readonly onUnanswered?: (error: unknown) => void;
  /** Between two looks at the lineage. */
  readonly lineageMs?: number;
}

/** Events per transaction at most: others wait for the thread meanwhile. */
const BATCH = 1000;
/** While it catches up, a transaction takes what arrives in such a moment: a flush to disk for each turn of the loop would be dear. */
const GATHER_MS = 20;
const LINEAGE_MS = 5000;

/**
 * Copies the cluster's log into a node's own, position by position, until stopped. Before anything is copied, and again and again while it
 * runs, the server is asked for the event at the node's own position: a server that was put back says "caught up" to a node that is ahead of it.
 */
export class Mirror {
  private readonly subscription: Subscription;
  private readonly arrived: Arrived[] = [];
  private due: { cancel: () => void } | undefined;
  private caughtUp = false;
  private events = 0;
  private fail: (error: unknown) => void = () => undefined;
  private stopped = false;
  private failed = false;
  /** Rejects with what ended the mirror; resolves after `stop`. */
  readonly ended: Promise<void>;

  private constructor(
    private readonly cluster: ClusterLog,
    private readonly log: MirrorLog,
    private readonly options: MirrorOptions,
  ) {
    this.subscription = cluster.subscribe(log.head, (delivery) => {
      if (delivery.kind === 'event') this.take(delivery);
      else this.reached();
    });
    const failed = new Promise<never>((_, reject) => (this.fail = reject));
    this.ended = Promise.race([this.subscription.ended, failed, this.watchLineage()]).finally(() => this.halt());
    this.ended.catch(() => undefined);
  }

  /** @throws LineageBroken, and what asking the server throws */
  static async start(cluster: ClusterLog, log: MirrorLog, options: MirrorOptions = {}): Promise<Mirror> {
    await checkLineage(cluster, log);
    return new Mirror(cluster, log, options);
  }

  get status(): MirrorStatus {
    return { position: this.log.head, caughtUp: this.caughtUp, events: this.events };
  }

  /** Writes what has arrived and ends. */
  async stop(): Promise<void> {
    this.halt();
    await this.ended.catch(() => undefined);
  }

  private take(arrived: Arrived): void {
    if (this.failed) return;
    this.arrived.push(arrived);
    if (this.arrived.length >= BATCH) this.attempt();
    else this.due ??= this.schedule();
  }

  /** Once it has caught up, what arrives is written as soon as the loop turns. */
  private schedule(): { cancel: () => void } {
    if (this.caughtUp) {
      const turn = setImmediate(() => this.attempt());
      return { cancel: () => clearImmediate(turn) };
    }
    const moment = setTimeout(() => this.attempt(), GATHER_MS);
    return { cancel: () => clearTimeout(moment) };
  }

  private reached(): void {
    this.attempt();
    if (this.failed) return;
    this.caughtUp = true;
    this.options.onCaughtUp?.();
  }

  /** A disk that refuses, or a log that skips, ends the mirror: what it has written stands, and it goes on from there when started again. */
  private attempt(): void {
    try {
      this.flush();
    } catch (error) {
      // What came after the batch that was lost must not be written either: it would leave a gap.
      this.failed = true;
      this.arrived.length = 0;
      this.fail(error);
    }
  }

  private flush(): void {
    this.due?.cancel();
    this.due = undefined;
    if (this.arrived.length === 0) return;
    const page = this.arrived.splice(0);
    this.log.write(page);
    this.events += page.length;
    this.options.onWritten?.(this.log.head);
  }

  private async watchLineage(): Promise<void> {
    const { lineageMs = LINEAGE_MS, onUnanswered } = this.options;
    while (!this.stopped) {
      await pause(lineageMs, undefined, { ref: false });
      if (this.stopped) return;
      try {
        await checkLineage(this.cluster, this.log);
      } catch (error) {
        if (error instanceof LineageBroken) throw error;
        onUnanswered?.(error);
      }
    }
  }

  private halt(): void {
    if (this.stopped) return;
    this.stopped = true;
    this.attempt();
    this.subscription.stop();
  }
}

/** Looks in a row that must find nothing before it is believed: after a change of leader a server may lag for a moment. */
const LOOKS = 4;
const LOOK_AGAIN_MS = 250;

/** Does the server hold the node's last event where the node has it? @throws LineageBroken, and what asking the server throws */
export async function checkLineage(cluster: Pick<ClusterLog, 'eventAt'>, log: Pick<MirrorLog, 'last'>): Promise<void> {
  const last = log.last();
  if (!last) return;
  for (let look = 1; ; look++) {
    const there = await cluster.eventAt(last.position);
    if (there?.id === last.id) return;
    if (there || look === LOOKS) throw new LineageBroken(last.position, last.id, there?.id);
    await pause(LOOK_AGAIN_MS);
  }
}
