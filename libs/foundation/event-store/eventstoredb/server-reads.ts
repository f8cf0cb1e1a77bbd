import { BACKWARDS, END, FORWARDS, START as ALL_START } from '@eventstore/db-client';
import { type Position, START } from '@foundation/kernel';
import type { ReadAllOptions, StoredEvent } from '../port';
import { type Patience, persist } from './calls';
import type { ClientSlot } from './client-slot';
import { collect } from './collect';
import { failureOf, isNoPosition } from './failures';
import { ownEvent, type RecordedEvent, type Resolved } from './stored';

/** Events of one call: each call has a deadline of its own. */
const PAGE = 1000;
const SHORT_PAGE = 32;

/** The questions one asks of the server. All are put to the leader: what another node has not heard yet must not look as if it were not. */
export class ServerReads {
  /** Position of our last event when `head` was last asked for: behind it nothing needs to be looked at again. */
  private lastHead = START;

  constructor(
    private readonly slot: ClientSlot,
    private readonly patience: Patience,
    private readonly closed: AbortSignal,
  ) {}

  async stream(stream: string, from: number, most = Number.POSITIVE_INFINITY): Promise<StoredEvent[]> {
    const events: StoredEvent[] = [];
    for (let next = from; events.length < most;) {
      const page = await this.streamPage(stream, FORWARDS, BigInt(next), Math.min(PAGE, most - events.length));
      events.push(...page.flatMap((event) => ownEvent(event) ?? []));
      const last = page.at(-1);
      if (!last || page.length < PAGE) break;
      next = Number(last.revision) + 1;
    }
    return events;
  }

  /** The last event of any stream, ours or the server's. */
  async last(stream: string): Promise<RecordedEvent | undefined> {
    const [event] = await this.streamPage(stream, BACKWARDS, END, 1);
    return event;
  }

  /** The server's reads of `$all` know no filter in this client: pages are read and chosen from here. */
  async all({ after, limit, student, types }: ReadAllOptions): Promise<StoredEvent[]> {
    const wanted = (event: StoredEvent) =>
      (student === undefined || event.meta.student === student) && (types === undefined || types.includes(event.type));
    const found: StoredEvent[] = [];
    if (types?.length === 0) return found;
    // More at a time, the longer nothing is found: the log may hold much that is not ours.
    for (let from = after, size = Math.min(PAGE, limit + 1); found.length < limit; size = Math.min(PAGE, size * 4)) {
      const page = await this.allPage(FORWARDS, from, size);
      for (const event of page) {
        const own = ownEvent(event);
        // A page begins with the event at its position.
        if (own && own.position > from && wanted(own) && found.length < limit) found.push(own);
      }
      const last = page.at(-1)?.position?.commit;
      if (last === undefined || last === from || page.length < size) break;
      from = last;
    }
    return found;
  }

  /** Position of our last event, or START. */
  async head(): Promise<Position> {
    for (let from: Position | typeof END = END, size = SHORT_PAGE; ; size = PAGE) {
      const page = await this.allPage(BACKWARDS, from, size);
      const known = this.lastHead;
      const own = page.flatMap((event) => ownEvent(event) ?? []).at(0);
      if (own) return (this.lastHead = own.position);
      const last = page.at(-1)?.position?.commit;
      if (last === undefined || page.length < size) return START;
      // Only what others wrote has come since: unless the log was replaced, the head is where it was.
      if (last <= known && (await this.eventAt(known))) return known;
      from = last;
    }
  }

  /** Our event at exactly this position; undefined when none begins there. */
  async eventAt(position: Position): Promise<StoredEvent | undefined> {
    if (position <= START) return undefined;
    try {
      const [event] = await this.allPage(FORWARDS, position, 1);
      const own = ownEvent(event);
      return own?.position === position ? own : undefined;
    } catch (error) {
      if (isNoPosition(error)) return undefined;
      throw error;
    }
  }

  private async streamPage(
    stream: string,
    direction: typeof FORWARDS | typeof BACKWARDS,
    fromRevision: bigint | typeof END,
    maxCount: number,
  ): Promise<RecordedEvent[]> {
    try {
      return await this.ask('a read of a stream', (client) =>
        client.readStream(stream, { direction, fromRevision, maxCount, requiresLeader: true }),
      );
    } catch (error) {
      if (failureOf(error) === 'gone') return [];
      throw error;
    }
  }

  private allPage(direction: typeof FORWARDS | typeof BACKWARDS, from: Position | typeof END, maxCount: number): Promise<RecordedEvent[]> {
    const fromPosition = from === END ? END : from === START ? ALL_START : { commit: from, prepare: from };
    return this.ask('a read of the log', (client) => client.readAll({ direction, fromPosition, maxCount, requiresLeader: true }));
  }

  private ask(
    what: string,
    read: (client: ReadingClient) => ReturnType<ReadingClient['readAll' | 'readStream']>,
  ): Promise<RecordedEvent[]> {
    return persist(
      this.slot,
      this.patience,
      what,
      async ({ client }) => {
        const resolved: Resolved[] = await collect<Resolved>(read(client), what, this.patience.answerMs, client.ended);
        return resolved.flatMap(({ event }) => event ?? []);
      },
      this.closed,
    );
  }
}
type ReadingClient = ReturnType<ClientSlot['take']>['client'];
