import { type LoggedEvent, type StreamMetadata } from './records';

/** One stream as the index of the log knows it. Events are held from the oldest that no scavenge has taken, without holes. */
export class StreamState {
  readonly events: LoggedEvent[] = [];
  tombstoned = false;
  metadata: StreamMetadata = {};

  constructor(private readonly name: string) {}

  /** -1 when the stream has no event. */
  get last(): number {
    return this.events.at(-1)?.revision ?? -1;
  }

  get softDeleted(): boolean {
    return this.metadata.$tb !== undefined && this.metadata.$tb >= Number.MAX_SAFE_INTEGER;
  }

  /** The oldest revision that a read shows. */
  get firstVisible(): number {
    const maxCount = this.name.startsWith('$$') ? 1 : this.metadata.$maxCount;
    return Math.max(this.metadata.$tb ?? 0, maxCount === undefined ? 0 : this.last + 1 - maxCount);
  }

  /** The event that the log holds at this revision, shown or not. */
  at(revision: number): LoggedEvent | undefined {
    const first = this.events[0];
    return first && this.events[revision - first.revision];
  }

  /** The last event is never truncated away by a scavenge. */
  survivesScavenge(event: LoggedEvent): boolean {
    if (this.tombstoned) return event.revision === Infinity;
    return event.revision >= this.firstVisible || event.revision === this.last;
  }
}
