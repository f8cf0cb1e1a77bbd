import { type EventId, type EventMeta, Mendable, type Position, type StudentId } from '@foundation/kernel';

/** An event as the log keeps it: personal text already sealed. The store neither opens nor judges it. */
export interface SealedEvent {
  readonly id: EventId;
  readonly type: string;
  readonly version: number;
  readonly data: unknown;
  readonly meta: EventMeta;
}

export interface StoredEvent extends SealedEvent {
  readonly stream: string;
  /** From 0; counts what was ever appended, so a truncated stream begins later. */
  readonly revision: number;
  readonly position: Position;
}

/** Bytes of data and meta in one append, as EventStoreDB allows. */
export const MAX_APPEND_BYTES = 1_048_576;

/** The revision of the last event the writer saw, or that there is none. There is no "any". */
export type ExpectedRevision = 'no-stream' | number;

export interface Appended {
  /** Revision of the last event of the append. */
  readonly revision: number;
  /** Position of the last event of the append. */
  readonly position: Position;
  /** True when the log already held exactly these events there: the answer is the first one's. */
  readonly repeated: boolean;
}

export interface ReadAllOptions {
  /** Exclusive: the events after this position. */
  readonly after: Position;
  readonly limit: number;
  readonly student?: StudentId;
  readonly types?: readonly string[];
}

export interface Subscription {
  /** Resolves when the subscription has ended, by `stop` or by the error it rejects with. */
  readonly ended: Promise<void>;
  stop(): void;
}

/** The JSON of an event's data and meta, as the log holds it. */
export interface Written {
  readonly data: string;
  readonly meta: string;
}

export type Delivery =
  /** `written` where it is at hand: a copy takes it as it is. */
  | { readonly kind: 'event'; readonly event: StoredEvent; readonly written?: Written }
  | { readonly kind: 'caught-up'; readonly position: Position };

/**
 * The log. Two adapters pass one contract suite (test/contract/event-store.contract.ts): SQLite here, EventStoreDB in a cluster.
 * It promises only what EventStoreDB can keep: an append repeated with the same ids and exact revision answers as the
 * first time, its beginning alone with the place of its own last event; more than it is a conflict.
 */
export interface EventStore {
  /** Identity of this log: a position means something only within one log. */
  readonly logId: string;
  /** @throws WrongExpectedRevision on a conflict; EmptyAppend for no events; EventTooLarge over 1 MiB; StoreUnavailable when nothing can be written now. */
  append(stream: string, expected: ExpectedRevision, events: readonly SealedEvent[]): Promise<Appended>;
  /** In order of revision, from `from` (default 0) on; a missing stream reads as empty. */
  readStream(stream: string, from?: number): Promise<readonly StoredEvent[]>;
  /** As `readStream`, with everything that anybody had appended when it was asked. What `lags` asks the cluster here. */
  readCurrent(stream: string, from?: number): Promise<readonly StoredEvent[]>;
  /** True when reads may be behind what others have appended: a node of a cluster reads its own copy of the log. */
  readonly lags: boolean;
  /** True when the stream surely has nothing from this revision on; a store that cannot know without asking leaves it out. */
  endsBefore?(stream: string, from: number): boolean;
  /** In order of position. */
  readAll(options: ReadAllOptions): Promise<readonly StoredEvent[]>;
  /** Catch-up, one `caught-up`, then live; each event once, in order, after `after` (exclusive). A slow handler slows the delivery. */
  subscribe(after: Position, handler: (delivery: Delivery) => void | Promise<void>): Subscription;
  /** Position of the last event, or START. */
  head(): Promise<Position>;
  /** Drops the events of a key stream before `revision`, bytes and all. @throws TypeError for any other stream. */
  truncateBefore(stream: string, revision: number): Promise<void>;
  close(): Promise<void>;
}

export class WrongExpectedRevision extends Error {
  constructor(
    readonly stream: string,
    readonly expected: ExpectedRevision,
    readonly actual: ExpectedRevision,
  ) {
    super(`${stream}: expected ${expected}, is at ${actual}`);
  }
}
export class EmptyAppend extends Error {}
export class EventTooLarge extends Error {}
/** Nothing was written and nothing can be now; try again later. */
export class StoreUnavailable extends Mendable {}
