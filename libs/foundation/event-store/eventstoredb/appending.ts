import { MaxAppendSizeExceededError, StreamDeletedError, WrongExpectedVersionError } from '@eventstore/db-client';
import {
  type Appended,
  EmptyAppend,
  EventTooLarge,
  type ExpectedRevision,
  MAX_APPEND_BYTES,
  type SealedEvent,
  WrongExpectedRevision,
} from '../port';
import type { WireAppend, WireAnswer } from './batch-line';
import { type Patience, persist } from './calls';
import type { ClientSlot, Seat } from './client-slot';
import type { KnownPositions } from './known-positions';
import type { ServerReads } from './server-reads';
import { wireEvent } from './stored';

/** Judges an append before anything is sent. @throws TypeError, EmptyAppend, EventTooLarge */
export function wireAppend(stream: string, expected: ExpectedRevision, events: readonly SealedEvent[]): WireAppend {
  if (stream === '' || stream.startsWith('$')) throw new TypeError('A stream needs a name, and names that begin with $ are the system’s');
  if (expected !== 'no-stream' && !(Number.isSafeInteger(expected) && expected >= 0)) {
    throw new TypeError(`Not a revision: ${String(expected)}`);
  }
  if (events.length === 0) throw new EmptyAppend(`${stream}: nothing to append`);
  const wired = events.map(wireEvent);
  const bytes = wired.reduce((sum, { data, metadata }) => sum + data.byteLength + metadata.byteLength, 0);
  if (bytes > MAX_APPEND_BYTES) throw tooLarge(stream, bytes, MAX_APPEND_BYTES);
  return { stream, expected, events: wired };
}

/** Appends until the server says what became of it: always the same events, ids and boundaries, so that no attempt can write twice. */
export class Appender {
  /** By stream, place and ids, what is under way. */
  private readonly underWay = new Map<string, Promise<Appended>>();

  constructor(
    private readonly slot: ClientSlot,
    private readonly reads: ServerReads,
    private readonly known: KnownPositions,
    private readonly patience: Patience,
    private readonly closed: AbortSignal,
  ) {}

  /**
   * The same append while the first is under way waits for the first one's answer: a server that is sent it meanwhile may not answer the
   * second before its own write timeout.
   */
  async append(append: WireAppend): Promise<Appended> {
    const { stream, expected, events } = append;
    const key = [stream, expected, ...events.map(({ id }) => id)].join(' ');
    const first = this.underWay.get(key);
    if (first) return { ...(await first), repeated: true };
    const answer = this.settle(append);
    this.underWay.set(key, answer);
    try {
      return await answer;
    } finally {
      this.underWay.delete(key);
    }
  }

  private async settle(append: WireAppend): Promise<Appended> {
    const { mark } = this.known;
    let sent = 0;
    try {
      const { revision, position } = await persist(
        this.slot,
        this.patience,
        'an append',
        ({ batch }, tries, wholeMs) => {
          sent = tries;
          return batch.append(append, { answerMs: this.patience.answerMs, wholeMs });
        },
        this.closed,
      );
      // "Success" of a stream whose old events are hidden: nothing was written.
      if (position === undefined) return await this.judge(append, mark);
      return { revision, position, repeated: this.known.isRepeat(position, mark) };
    } catch (error) {
      if (error instanceof WrongExpectedVersionError) {
        // An attempt before this one may have been written, unheard.
        if (sent > 1) return this.judge(append, mark);
        throw this.conflict(append, error.actualVersion);
      }
      if (error instanceof MaxAppendSizeExceededError) throw tooLarge(append.stream, undefined, error.maxAppendSize);
      if (error instanceof StreamDeletedError) throw new Error(`${append.stream} was deleted for ever on the server`, { cause: error });
      throw error;
    }
  }

  /** One attempt at an append of the store's own, such as a stream's metadata, repeated until it is answered. */
  raw(append: WireAppend): Promise<WireAnswer> {
    const { answerMs } = this.patience;
    const attempt = ({ batch }: Seat, _: number, wholeMs: number) => batch.append(append, { answerMs, wholeMs });
    return persist(this.slot, this.patience, 'an append', attempt, this.closed);
  }

  /** The log decides: it holds exactly these events in that place, or it is a conflict. */
  private async judge(append: WireAppend, mark: bigint): Promise<Appended> {
    const { stream, expected, events } = append;
    const first = expected === 'no-stream' ? 0 : expected + 1;
    const stored = await this.reads.stream(stream, first, events.length);
    const last = stored.at(-1);
    const same =
      stored.length === events.length && stored.every(({ id, revision }, index) => id === events[index]?.id && revision === first + index);
    if (same && last) return { revision: last.revision, position: last.position, repeated: this.known.isRepeat(last.position, mark) };
    const end = await this.reads.last(stream);
    throw this.conflict(append, end?.revision ?? 'no_stream');
  }

  private conflict({ stream, expected }: WireAppend, actual: bigint | string): WrongExpectedRevision {
    return new WrongExpectedRevision(stream, expected, typeof actual === 'bigint' ? Number(actual) : 'no-stream');
  }
}

function tooLarge(stream: string, bytes: number | undefined, allowed: number): EventTooLarge {
  return new EventTooLarge(`${stream}: ${bytes ?? 'too many'} bytes in one append, ${allowed} are allowed`);
}
