import {
  type CommandId,
  derivedId,
  type DomainEvent,
  type EventMeta,
  type Happened,
  id,
  type Instant,
  type Position,
  type RecordedEvent,
  type StaffId,
} from '@foundation/kernel';

/** Tuesday 3 March 2026, 9:15 in the morning in New York; made by one invented member of staff. */
export const sampleMeta: EventMeta = {
  actor: id<StaffId>('7a1b0c5e-0f5b-5c59-9f0e-0c7d5d1c0b01'),
  role: 'case-manager',
  occurredAt: { at: '2026-03-03T14:15:00.000Z' as Instant, offset: '-05:00', zone: 'America/New_York' },
  recordedAt: '2026-03-03T14:15:01.000Z' as Instant,
  commandId: id<CommandId>('9c0d1c5e-0f5b-7c59-9f0e-0c7d5d1c0f01'),
  correlationId: 'sample',
};

/** An event as `evolve` sees it; `meta` replaces single fields of `sampleMeta`. */
export function happened<E extends DomainEvent>(event: E, meta: Partial<EventMeta> = {}): Happened<E> {
  return { ...event, meta: { ...sampleMeta, ...meta } };
}

export interface Place {
  /** `test-stream` when left out. */
  readonly stream?: string;
  /** From 0. */
  readonly revision?: number;
  /** Follows from the revision when left out: 1 for revision 0. */
  readonly position?: Position | number;
  readonly meta?: Partial<EventMeta>;
}

/** An event as a projection sees it. Its id follows from stream and revision, so that the same place gives the same event. */
export function recorded<E extends DomainEvent>(event: E, place: Place = {}): RecordedEvent<E> {
  const { stream = 'test-stream', revision = 0, meta = {} } = place;
  const placed: unknown = {
    ...happened(event, meta),
    id: derivedId(sampleMeta.commandId, `${stream}@${revision}`),
    stream,
    revision,
    position: BigInt(place.position ?? revision + 1),
  };
  return placed as RecordedEvent<E>;
}

/** A stream as a projection sees it: revisions from 0, positions from `first` (default 1) on. */
export function recordedStream<E extends DomainEvent>(
  stream: string,
  events: readonly E[],
  first: Position | number = 1,
  meta: Partial<EventMeta> = {},
): RecordedEvent<E>[] {
  return events.map((event, revision) => recorded(event, { stream, revision, position: BigInt(first) + BigInt(revision), meta }));
}
