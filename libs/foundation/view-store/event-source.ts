import type { Position, RecordedEvent } from '@foundation/kernel';

/** The log as projections read it: in clear, in order of position, without waiting. */
export interface EventSource {
  /** Up to `limit` events after the position (exclusive); fewer only at the end of the log. */
  readAfter(after: Position, limit: number): readonly RecordedEvent[];
  /** Position of the last event, or START. */
  head(): Position;
}

export interface ClosableSource extends EventSource {
  close(): void;
}
