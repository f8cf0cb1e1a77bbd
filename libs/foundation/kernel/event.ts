import type { Static, TSchema } from '@sinclair/typebox';
import type { ActorId, CommandId, EventId, StaffId, StudentId } from './ids';
import type { Instant, ZonedInstant } from './time';

/** Whose key seals the event's personal text: the student of `meta.student`, the member of staff of `data.staff`, or nobody. */
export type SealingSubject = 'student' | 'staff' | 'none';

/** What happened, as a rule states it: a storage name, its schema version and its data in clear. */
export interface DomainEvent<T extends string = string, D = unknown> {
  readonly type: T;
  readonly version: number;
  readonly data: D;
}

/** Who, when and why; `occurredAt` is when it happened, `recordedAt` when the log took it. */
export interface EventMeta {
  readonly student?: StudentId;
  readonly actor: ActorId;
  /** The role the actor acted in. */
  readonly role?: string;
  readonly onBehalfOf?: StaffId;
  readonly occurredAt: ZonedInstant;
  readonly recordedAt: Instant;
  readonly commandId: CommandId;
  readonly correlationId: string;
  readonly causationId?: string;
  readonly device?: string;
  /** Keyed digest of the request that made the event: tells the same request sent again from another under the same id. */
  readonly fingerprint?: string;
}

/** An event on its way to the log. */
export interface NewEvent<E extends DomainEvent = DomainEvent> {
  readonly id: EventId;
  readonly type: E['type'];
  readonly version: number;
  readonly data: E['data'];
  readonly meta: EventMeta;
}

/** Order in the whole log; a bigint inside, an opaque string on the wire. */
export type Position = bigint;
export const START: Position = 0n;

/** An event read back: its place in its stream (`revision`, from 0) and in the log (`position`). */
export type RecordedEvent<E extends DomainEvent = DomainEvent> =
  E extends DomainEvent<infer T, infer D>
    ? {
        readonly id: EventId;
        readonly type: T;
        readonly version: number;
        readonly data: D;
        readonly meta: EventMeta;
        readonly stream: string;
        readonly revision: number;
        readonly position: Position;
      }
    : never;

export interface EventDefinition<T extends string = string, S extends TSchema = TSchema> {
  /** Storage name, `plans.goal-set`: never renamed. */
  readonly type: T;
  readonly version: number;
  readonly subject: SealingSubject;
  /** One line for the event catalogue. */
  readonly summary: string;
  readonly schema: S;
  /** A realistic sample with invented people; a test holds it against the schema. */
  readonly sample: unknown;
  /** `upcasts[1]` turns data of version 1 into version 2, and so on up to `version`. */
  readonly upcasts?: Readonly<Record<number, (data: never) => unknown>>;
}

export interface EventFactory<T extends string, S extends TSchema> extends EventDefinition<T, S> {
  of(data: Static<S>): DomainEvent<T, Static<S>>;
}

/** Declares an event once: name, version, schema (sealed fields are marked in it) and sample. */
export function defineEvent<const T extends string, S extends TSchema>(definition: EventDefinition<T, S>): EventFactory<T, S> {
  return { ...definition, of: (data) => ({ type: definition.type, version: definition.version, data }) };
}

export type EventOf<F> = F extends EventDefinition<infer T, infer S> ? DomainEvent<T, Static<S>> : never;
