import type { Database } from 'better-sqlite3';
import type { DomainEvent, Position, RecordedEvent } from '@foundation/kernel';

/** Takes one event; in method form, so that a view of some event types is a `View`. */
export type Handler<E extends DomainEvent = DomainEvent> = { handle(event: RecordedEvent<E>): void }['handle'];

/** What to do with each event type a view listens to; every other type passes by. Runs inside the batch's transaction. */
export type Projection<E extends DomainEvent = DomainEvent> = {
  readonly [T in E['type']]?: Handler<Extract<E, { type: T }>>;
};

/** One read model: its tables and how events become rows. Rows depend on events alone, and an event delivered twice leaves the same rows. */
export interface View<E extends DomainEvent = DomainEvent> {
  /** Prefix of every table it owns: `timeline` owns `timeline` and `timeline_…`. */
  readonly name: string;
  /** DDL. Every table has a primary key (WITHOUT ROWID or INTEGER PRIMARY KEY): digests read rows in its order. */
  readonly tables: string;
  /** Prepares its statements on the file and returns the handlers. */
  project(db: Database): Projection<E>;
}

/** Reads the views now serving. Queries are the only users of it. */
export interface ViewReader {
  get<R>(sql: string, ...parameters: readonly unknown[]): R | undefined;
  all<R>(sql: string, ...parameters: readonly unknown[]): R[];
  /** The position that the named view (or, without a name, every view) has reached. */
  position(view?: string): Position;
  /** Waits until every view has reached the position. @throws ViewsBehind after `timeoutMs` (2,000), ViewHalted when one has stopped. */
  waitFor(position: Position, timeoutMs?: number): Promise<void>;
}

export class ViewsBehind extends Error {}
export class ViewHalted extends Error {
  constructor(readonly view: string) {
    super(`The view ${view} has halted`);
  }
}
