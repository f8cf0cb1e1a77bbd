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
import { Appender, wireAppend } from './appending';
import { PATIENCE, type Patience } from './calls';
import { ClientSlot } from './client-slot';
import { type Connection, parseConnection } from './connection';
import { Feed, type FeedParts } from './feed';
import { AnotherLog } from './another-log';
import { identify, readIdentity } from './identity';
import { KnownPositions } from './known-positions';
import { LogClient } from './log-client';
import { ServerReads } from './server-reads';
import { truncateBefore } from './truncation';

export interface EventStoreDbOptions {
  /** The log that must be there; on an empty server the id that its log is given. */
  readonly logId?: string;
  readonly patience?: Partial<Patience>;
  /** Told in one line when a client was replaced or a subscription begun again: no data, no credentials. */
  readonly report?: (trouble: string) => void;
}

/**
 * The log in an EventStoreDB or KurrentDB cluster. Two clients: one for appends, one for reads and subscriptions. What a local log can do
 * at once is a call over the network here: nodes read their own copy, and ask this one for tails, heads and what is new.
 */
export class EventStoreDbEventStore implements EventStore {
  private readonly closing = new AbortController();
  private readonly writing: ClientSlot;
  private readonly reading: ClientSlot;
  private readonly known = new KnownPositions();
  private readonly reads: ServerReads;
  private readonly appender: Appender;
  private readonly feedParts: FeedParts;
  private readonly feeds = new Set<Feed>();
  private readonly underWay = new Set<Promise<unknown>>();

  private constructor(
    connection: Connection,
    private identity: string,
    { patience: given, report = () => undefined }: EventStoreDbOptions,
  ) {
    const patience = { ...PATIENCE, ...given };
    const { signal } = this.closing;
    const slot = (use: string) =>
      new ClientSlot(
        () => LogClient.connect(connection, `throughline-${use}`),
        (why) => report(`The client for ${use} was replaced: ${why}`),
      );
    this.writing = slot('appends');
    this.reading = slot('reads');
    this.reads = new ServerReads(this.reading, patience, signal);
    this.appender = new Appender(this.writing, this.reads, this.known, patience, signal);
    const onResumed = (why: string) => report(`A subscription is begun again: ${why}`);
    this.feedParts = { slot: this.reading, reads: this.reads, known: this.known, patience, onResumed };
  }

  /**
   * Opens the log on a server, and gives it its identity if nobody has yet. `diagnose` says what is wrong with a connection.
   * @throws WrongConnection, StoreUnavailable when the server does not answer, AnotherLog
   */
  static async open(connection: string, options: EventStoreDbOptions = {}): Promise<EventStoreDbEventStore> {
    const store = new EventStoreDbEventStore(parseConnection(connection), '', options);
    try {
      store.identity = await identify(store.reads, store.appender, options.logId);
      store.known.see(await store.reads.head());
      return store;
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  /**
   * The log that a node knows from before, without asking for the server, which may be down: the node serves what it has. Call
   * `assertSameLog` before anything is taken over.
   * @throws WrongConnection
   */
  static attach(connection: string, logId: string, options: Omit<EventStoreDbOptions, 'logId'> = {}): EventStoreDbEventStore {
    return new EventStoreDbEventStore(parseConnection(connection), logId, options);
  }

  get logId(): string {
    return this.identity;
  }

  /** @throws AnotherLog when the server holds another log or none; StoreUnavailable */
  async assertSameLog(): Promise<void> {
    const found = (await readIdentity(this.reads)) ?? 'nothing';
    if (found !== this.identity) throw new AnotherLog(found, this.identity);
  }

  async append(stream: string, expected: ExpectedRevision, events: readonly SealedEvent[]): Promise<Appended> {
    const append = wireAppend(stream, expected, events);
    this.refuseClosed();
    return this.track(this.appender.append(append));
  }

  async readStream(stream: string, from = 0): Promise<readonly StoredEvent[]> {
    this.refuseClosed();
    return this.reads.stream(stream, from);
  }

  /** The server is asked each time. */
  readonly lags = false;

  readCurrent(stream: string, from = 0): Promise<readonly StoredEvent[]> {
    return this.readStream(stream, from);
  }

  async readAll(options: ReadAllOptions): Promise<readonly StoredEvent[]> {
    this.refuseClosed();
    return this.reads.all(options);
  }

  async head(): Promise<Position> {
    this.refuseClosed();
    const head = await this.reads.head();
    this.known.see(head);
    return head;
  }

  /** Our event at exactly this position: what a node compares with its own before it goes on. */
  async eventAt(position: Position): Promise<StoredEvent | undefined> {
    this.refuseClosed();
    return this.reads.eventAt(position);
  }

  /**
   * Tells how far the log is known to reach, from a copy that others keep: an append answered with an earlier position was recorded before.
   */
  observe(position: Position): void {
    this.known.see(position);
  }

  /** Ends with LogReplaced when the server no longer holds what it delivered. */
  subscribe(after: Position, handler: (delivery: Delivery) => void | Promise<void>): Subscription {
    this.refuseClosed();
    const feed = new Feed(this.feedParts, after, handler);
    this.feeds.add(feed);
    const ended = feed.run().finally(() => this.feeds.delete(feed));
    return { ended, stop: () => feed.stop() };
  }

  async truncateBefore(stream: string, revision: number): Promise<void> {
    if (!stream.startsWith('key-')) throw new TypeError('Only key streams are ever truncated');
    this.refuseClosed();
    return this.track(truncateBefore(this.reads, this.appender, stream, revision));
  }

  /** Waits for the answers to what was sent, ends the subscriptions and both clients. */
  async close(): Promise<void> {
    if (this.closing.signal.aborted) return;
    this.closing.abort();
    for (const feed of this.feeds) feed.stop();
    await Promise.allSettled(this.underWay);
    this.writing.shut();
    this.reading.shut();
  }

  private track<T>(work: Promise<T>): Promise<T> {
    this.underWay.add(work);
    const done = () => void this.underWay.delete(work);
    work.then(done, done);
    return work;
  }

  private refuseClosed(): void {
    if (this.closing.signal.aborted) throw new StoreUnavailable('The log is closed');
  }
}
