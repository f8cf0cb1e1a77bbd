import { Mendable, START } from '@foundation/kernel';
import type { Appended, EventStore, StoredEvent } from '../port';
import { digestOfLog, pagesOf } from './log-digest';

/** The cluster is not a place to move into. */
export class NotEmpty extends Mendable {
  constructor() {
    super('The event store already holds events that are not of this log. Move into an empty one; nothing was changed.');
  }
}
/** What arrived is not what was sent. */
export class MovedWrongly extends Mendable {}

export interface Promoted {
  readonly events: number;
  /** Events that an earlier, interrupted run had brought over. */
  readonly before: number;
  /** Equal on both sides. */
  readonly digest: string;
}

/** Appends on their way at once: they arrive in the order in which they were sent. */
const IN_FLIGHT = 64;

/**
 * Copies a standalone log into an empty event store: ids, times, order and revisions are kept; a key stream that was truncated begins afresh.
 * Run again after an interruption it goes on where it was, and compares everything at the end.
 * @throws NotEmpty, MovedWrongly, StoreUnavailable
 */
export async function promote(
  from: EventStore,
  to: EventStore,
  onProgress: (done: number, total: number) => void = () => undefined,
): Promise<Promoted> {
  const total = (await digestOfLog(from)).events;
  const before = await arrived(from, to);
  const line = new Line(to);
  let done = 0;
  const keyRevision = new Map<string, number>();
  for await (const page of pagesOf(from)) {
    for (const run of runsOf(page)) {
      const first = run[0];
      if (!first) continue;
      const expected = first.stream.startsWith('key-') ? (keyRevision.get(first.stream) ?? -1) : first.revision - 1;
      if (first.stream.startsWith('key-')) keyRevision.set(first.stream, expected + run.length);
      // Sent again they are known by their ids: only what had not arrived is written.
      if (done + run.length > before) await line.send(first.stream, expected, run);
      done += run.length;
      onProgress(done, total);
    }
  }
  await line.end();
  const [there, here] = [await digestOfLog(to, { moved: true }), await digestOfLog(from, { moved: true })];
  if (there.digest !== here.digest)
    throw new MovedWrongly(
      `${there.events} events are there and ${here.events} here, and they differ. Empty the event store and begin again.`,
    );
  return { events: here.events, before, digest: here.digest };
}

/** How many of this log's events lie in the other, from the first on. @throws NotEmpty when there are others */
async function arrived(from: EventStore, to: EventStore): Promise<number> {
  let count = 0;
  const here = pagesOf(from);
  let ours: readonly StoredEvent[] = [];
  for await (const page of pagesOf(to)) {
    for (const { id } of page) {
      if (count % 1000 === 0) ours = (await here.next()).value ?? [];
      if (ours[count % 1000]?.id !== id) throw new NotEmpty();
      count++;
    }
  }
  return count;
}

/** Neighbours of one stream travel as one append: what was decided together stays together. */
function runsOf(page: readonly StoredEvent[]): StoredEvent[][] {
  const runs: StoredEvent[][] = [];
  for (const event of page) {
    const last = runs.at(-1);
    if (last?.[0]?.stream === event.stream && last[0].meta.commandId === event.meta.commandId) last.push(event);
    else runs.push([event]);
  }
  return runs;
}

/** Many appends on their way, in one order. */
class Line {
  private readonly underWay: Promise<Appended>[] = [];
  private last = START;

  constructor(private readonly to: EventStore) {}

  async send(stream: string, expected: number, events: readonly StoredEvent[]): Promise<void> {
    const sealed = events.map(({ id, type, version, data, meta }) => ({ id, type, version, data, meta }));
    const append = this.to.append(stream, expected < 0 ? 'no-stream' : expected, sealed);
    append.catch(() => undefined);
    this.underWay.push(append);
    if (this.underWay.length >= IN_FLIGHT) await this.settle();
  }

  async end(): Promise<void> {
    while (this.underWay.length > 0) await this.settle();
  }

  private async settle(): Promise<void> {
    const { position } = (await this.underWay.shift()) ?? { position: this.last };
    if (position < this.last)
      throw new MovedWrongly('Two appends arrived in another order than they were sent. Empty the event store and begin again.');
    this.last = position;
  }
}
