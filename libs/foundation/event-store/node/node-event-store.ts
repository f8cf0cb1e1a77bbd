import { setTimeout as pause } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
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
import type { EventStoreDbEventStore } from '../eventstoredb/eventstoredb-event-store';
import type { SqliteEventStore } from '../sqlite/sqlite-event-store';
import type { WriteGate } from './write-gate';

/** Streams and students remembered: what was appended longer ago than these is in the copy. */
const OWN = 20_000;
const CATCH_UP_MS = 2000;
/** How long a read waits for what this process wrote itself. */
const OWN_MS = 500;
/** How often a node that waits for its copy looks at it. */
const LOOK_MS = 5;

/**
 * The event store of a cluster's node: appends go to the cluster, reads to the copy that the node's projector keeps. A read never crosses the
 * network, unless everything that was ever appended is asked for.
 */
export class NodeEventStore implements EventStore {
  readonly lags = true;
  /** By stream and by student, the last position that this process appended: its copy may not be there yet. */
  private readonly own = new LRUCache<string, Position>({ max: OWN });

  /** The cluster, or the copy, was waited for in vain a moment ago: reads do not wait again before this. */
  private silentUntil = 0;

  constructor(
    private readonly copy: SqliteEventStore,
    private readonly cluster: EventStore & Partial<Pick<EventStoreDbEventStore, 'observe'>>,
    private readonly gate: WriteGate,
  ) {
    if (copy.logId !== cluster.logId) throw new TypeError(`The copy is of log ${copy.logId}, the cluster keeps ${cluster.logId}`);
  }

  get logId(): string {
    return this.copy.logId;
  }

  /** @throws NodesBehind when a live node could not read it */
  async append(stream: string, expected: ExpectedRevision, events: readonly SealedEvent[]): Promise<Appended> {
    for (const event of events) if (!this.gate.isOpen(event)) await this.gate.open(event, () => this.catchUp());
    // Others' appends that the copy has: sent again here, they are known for repeated.
    this.cluster.observe?.(this.copy.headSync());
    const appended = await this.cluster.append(stream, expected, events);
    this.own.set(stream, appended.position);
    const student = events[0]?.meta.student;
    if (student !== undefined) this.own.set(student, appended.position);
    return appended;
  }

  /**
   * A process reads what it wrote itself: asked of the cluster for as long as the copy does not have it. A cluster that does not answer at once
   * interrupts no read: then what the copy has is what there is.
   */
  async readStream(stream: string, from?: number): Promise<readonly StoredEvent[]> {
    if (this.has(stream) || performance.now() < this.silentUntil) return this.copy.readStream(stream, from);
    const asked = this.cluster.readStream(stream, from).catch((error: unknown) => {
      if (error instanceof StoreUnavailable) return undefined;
      throw error;
    });
    const answer = await Promise.race([asked, pause(OWN_MS, undefined, { ref: false })]);
    if (answer) return answer;
    this.silentUntil = performance.now() + OWN_MS;
    return this.copy.readStream(stream, from);
  }

  readCurrent(stream: string, from?: number): Promise<readonly StoredEvent[]> {
    return this.cluster.readStream(stream, from);
  }

  async readAll(options: ReadAllOptions): Promise<readonly StoredEvent[]> {
    const { student } = options;
    const own = student === undefined || this.has(student) ? undefined : this.own.get(student);
    // A copy that stands still interrupts no read either.
    if (own !== undefined && performance.now() >= this.silentUntil && !(await this.isReached(own, OWN_MS))) {
      this.silentUntil = performance.now() + OWN_MS;
    }
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
  async catchUp(timeoutMs = CATCH_UP_MS): Promise<void> {
    if (await this.isReached(await this.cluster.head(), timeoutMs)) return;
    throw new StoreUnavailable('This node’s copy of the log is behind; it cannot be decided here now');
  }

  /** Whether the copy holds what this process appended to the stream, or about the student. */
  private has(about: string): boolean {
    const own = this.own.get(about);
    if (own === undefined) return true;
    if (this.copy.headSync() < own) return false;
    this.own.delete(about);
    return true;
  }

  private async isReached(position: Position, timeoutMs: number): Promise<boolean> {
    const until = performance.now() + timeoutMs;
    while (this.copy.headSync() < position) {
      if (performance.now() >= until) return false;
      await pause(LOOK_MS);
    }
    return true;
  }

  truncateBefore(stream: string, revision: number): Promise<void> {
    return this.cluster.truncateBefore(stream, revision);
  }

  async close(): Promise<void> {
    await this.copy.close();
    await this.cluster.close();
  }
}
