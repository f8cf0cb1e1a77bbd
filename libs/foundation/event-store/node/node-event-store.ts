import { setTimeout as pause } from 'node:timers/promises';
import type { Position } from '@foundation/kernel';
import {
  type Appended,
  type Delivery,
  type EventStore,
  type ExpectedRevision,
  type ReadAllOptions,
  type SealedEvent,
  type StoredEvent,
  StoreUnavailable,
  type Subscription,
} from '../port';
import type { SqliteEventStore } from '../sqlite/sqlite-event-store';

/** How often a node that waits for its copy looks at it. */
const LOOK_MS = 5;

/**
 * The event store of a cluster's node: appends go to the cluster, reads to the copy that the node's projector keeps. A read never crosses the
 * network, unless everything that was ever appended is asked for.
 */
export class NodeEventStore implements EventStore {
  readonly lags = true;

  constructor(
    private readonly copy: SqliteEventStore,
    private readonly cluster: EventStore,
  ) {
    if (copy.logId !== cluster.logId) throw new TypeError(`The copy is of log ${copy.logId}, the cluster keeps ${cluster.logId}`);
  }

  get logId(): string {
    return this.copy.logId;
  }

  append(stream: string, expected: ExpectedRevision, events: readonly SealedEvent[]): Promise<Appended> {
    return this.cluster.append(stream, expected, events);
  }

  readStream(stream: string, from?: number): Promise<readonly StoredEvent[]> {
    return this.copy.readStream(stream, from);
  }

  readCurrent(stream: string, from?: number): Promise<readonly StoredEvent[]> {
    return this.cluster.readStream(stream, from);
  }

  readAll(options: ReadAllOptions): Promise<readonly StoredEvent[]> {
    return this.copy.readAll(options);
  }

  subscribe(after: Position, handler: (delivery: Delivery) => void | Promise<void>): Subscription {
    return this.copy.subscribe(after, handler);
  }

  head(): Promise<Position> {
    return this.copy.head();
  }

  headSync(): Position {
    return this.copy.headSync();
  }

  /**
   * Waits until the copy holds all that the cluster held when this was called.
   * @throws StoreUnavailable when the cluster does not answer, or the copy does not get there in time
   */
  async catchUp(timeoutMs = 2000): Promise<void> {
    const head = await this.cluster.head();
    const until = performance.now() + timeoutMs;
    while (this.copy.headSync() < head) {
      if (performance.now() >= until) throw new StoreUnavailable('This node’s copy of the log is behind; it cannot be decided here now');
      await pause(LOOK_MS);
    }
  }

  truncateBefore(stream: string, revision: number): Promise<void> {
    return this.cluster.truncateBefore(stream, revision);
  }

  async close(): Promise<void> {
    await this.copy.close();
    await this.cluster.close();
  }
}
