import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises';
import { Empty } from '@eventstore/db-client/generated/shared_pb';
import { ReadReq } from '@eventstore/db-client/generated/streams_pb';
import { type Position, START } from '@foundation/kernel';
import type { Delivery, StoredEvent } from '../port';
import { LogReplaced } from './another-log';
import { Backoff } from './backoff';
import { FIRST_WAIT_MS, LONGEST_WAIT_MS, type Patience } from './calls';
import type { ClientSlot, Seat } from './client-slot';
import { inWords, known, LineLost } from './failures';
import type { KnownPositions } from './known-positions';
import { hangUp, type ToldLine } from './log-client';
import type { ServerReads } from './server-reads';
import { ownTold } from './stored';
import type { Told } from './told';

/** Looks in a row that must find the log shorter than what was delivered before it is believed. */
const MOST_DOUBTS = 4;

/** What a feed lives on. */
export interface FeedParts {
  readonly slot: ClientSlot;
  readonly reads: ServerReads;
  readonly known: KnownPositions;
  readonly patience: Patience;
  /** Told why a subscription was begun again. */
  readonly onResumed: (why: string) => void;
}

/**
 * One subscription to `$all`, for as long as it is wanted: begun again after the last event that was processed, whatever way it ended. While
 * it is quiet the head of the log is looked at, for a subscription may fall silent without a word.
 */
export class Feed {
  private readonly stopping = new AbortController();
  private caughtUp = false;
  /** Of the last event processed, ours or not. */
  private position: Position;
  /** An event that was delivered and is never truncated, to be found again in the log before it is gone on. */
  private landmark: { readonly position: Position; readonly id: string } | undefined;
  private doubts = 0;

  constructor(
    private readonly parts: FeedParts,
    /** Of our last event delivered. */
    private delivered: Position,
    private readonly handler: (delivery: Delivery) => void | Promise<void>,
  ) {
    this.position = delivered;
  }

  stop(): void {
    this.stopping.abort();
  }

  async run(): Promise<void> {
    // The subscriber has its subscription in hand before the first delivery.
    await turn();
    const backoff = new Backoff(FIRST_WAIT_MS, LONGEST_WAIT_MS);
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await this.checkLineage();
      if (signal.aborted) return;
      const before = this.position;
      const ended = await this.once();
      if (ended instanceof Fatal) throw ended.cause;
      if (signal.aborted) return;
      if (this.position !== before) backoff.reset();
      this.parts.onResumed(inWords(ended));
      await pause(backoff.step(), undefined, { signal }).catch(() => undefined);
    }
  }

  /** One subscription from the present position. Answers what ended it; Fatal when it must not be begun again. */
  private async once(): Promise<unknown> {
    const { slot } = this.parts;
    const seat = slot.take();
    const line = new SubscriptionLine(seat, this.position);
    const stop = () => line.end(new LineLost('stopped'));
    this.stopping.signal.addEventListener('abort', stop);
    const watch = new Watch(this.parts.patience.watchMs, () => this.look(line));
    try {
      return await this.pump(line, watch);
    } finally {
      watch.stop();
      this.stopping.signal.removeEventListener('abort', stop);
      line.close();
      if (line.failure && !(line.failure instanceof LineLost)) slot.failed(seat, line.failure);
    }
  }

  private async pump(line: SubscriptionLine, watch: Watch): Promise<unknown> {
    for (;;) {
      if (this.stopping.signal.aborted) return undefined;
      if (line.isQuiet) {
        line.isQuiet = false;
        const fatal = await this.tellCaughtUp();
        if (fatal) return fatal;
      }
      const told = line.next();
      if (told === undefined) {
        if (line.failure) return line.failure;
        await line.more();
        continue;
      }
      if (told.kind === 'confirmed') line.confirmed = true;
      if (told.kind === 'caught-up') {
        const fatal = await this.tellCaughtUp();
        if (fatal) return fatal;
      }
      if (told.kind !== 'event') continue;
      watch.moved();
      this.parts.slot.answered();
      const { position } = told.event;
      // What came before comes again when a message is repeated on the way.
      if (position <= this.position) continue;
      const own = ownTold(told.event);
      if (own) {
        try {
          const handled = this.handler({ kind: 'event', ...own });
          // A promise for each event would be dear while a whole log is read.
          if (handled) await handled;
        } catch (error) {
          return new Fatal(error);
        }
      }
      this.processed(position, own?.event);
    }
  }

  private processed(position: Position, own: StoredEvent | undefined): void {
    if (own) {
      this.delivered = own.position;
      if (!own.stream.startsWith('key-')) this.landmark = { position: own.position, id: own.id };
      this.parts.known.see(own.position);
      this.doubts = 0;
    }
    this.position = position;
  }

  private async tellCaughtUp(): Promise<Fatal | undefined> {
    if (this.caughtUp) return undefined;
    this.caughtUp = true;
    try {
      await this.handler({ kind: 'caught-up', position: this.delivered });
      return undefined;
    } catch (error) {
      return new Fatal(error);
    }
  }

  /** A look at the head of the log after a quiet while. */
  private async look(line: SubscriptionLine): Promise<void> {
    const { position } = this;
    const head = await this.parts.reads.head();
    this.parts.known.see(head);
    // It moved meanwhile, or waits for its handler.
    if (position !== this.position || !line.waiting) return;
    if (head > position) line.end(new LineLost('the subscription fell silent while the log went on'));
    else if (head < this.delivered) this.doubt(line);
    // Older servers do not say that a subscription has caught up.
    else if (!this.caughtUp && line.confirmed) line.markQuiet();
  }

  private doubt(line: SubscriptionLine): void {
    if (++this.doubts >= MOST_DOUBTS) line.end(new Fatal(new LogReplaced(this.delivered)));
  }

  /** Before it is gone on: the log must still hold what was delivered. A node that lags behind is given some looks more. */
  private async checkLineage(): Promise<void> {
    const { signal } = this.stopping;
    while (this.delivered > START && !signal.aborted) {
      try {
        if (await this.isSameLog()) return;
      } catch (error) {
        if (error instanceof LogReplaced) throw error;
        // Not to be reached: the subscription will not be either, and this is asked again.
        return;
      }
      if (++this.doubts >= MOST_DOUBTS) throw new LogReplaced(this.delivered);
      await pause(this.parts.patience.watchMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** @throws LogReplaced when another event lies where the landmark was. */
  private async isSameLog(): Promise<boolean> {
    const { landmark } = this;
    if (!landmark) return this.findLandmark();
    const found = await this.parts.reads.eventAt(landmark.position);
    if (found && found.id !== landmark.id) throw new LogReplaced(landmark.position);
    return found !== undefined;
  }

  /** The event that it begins after stands for the log until one is delivered: by the head alone another log could pass that grew longer. */
  private async findLandmark(): Promise<boolean> {
    const { delivered, parts } = this;
    const begun = await parts.reads.eventAt(delivered);
    if (begun && !begun.stream.startsWith('key-')) this.landmark = { position: delivered, id: begun.id };
    return begun !== undefined || (await parts.reads.head()) >= delivered;
  }
}

/** What ends a feed for good. */
class Fatal {
  constructor(readonly cause: unknown) {}
}

/** A subscription on the wire, read one message at a time. */
class SubscriptionLine {
  failure: unknown;
  confirmed = false;
  /** Nothing is left to be processed. */
  waiting = false;
  /** Everything that was there has come, though the server has not said so. */
  isQuiet = false;
  private call: ToldLine | undefined;
  private closed = false;
  private wake: () => void = () => undefined;

  constructor(
    private readonly seat: Seat,
    after: Position,
  ) {
    seat.client.ended.addEventListener('abort', this.replaced);
    seat.client.openSubscription(requestAfter(after)).then(
      (call) => {
        if (this.closed) return hangUp(call);
        this.call = call;
        call.on('readable', () => this.wake());
        call.on('end', () => this.end(new LineLost('the server ended the subscription')));
        call.on('close', () => this.end(new LineLost('the subscription was closed')));
        call.on('error', (error: Error) => this.end(known(error)));
      },
      (error: unknown) => this.end(error),
    );
  }

  next(): Told | undefined {
    const told: Told | null | undefined = this.call?.read();
    return told ?? undefined;
  }

  /** Resolves when there may be something to do. */
  async more(): Promise<void> {
    this.waiting = true;
    await new Promise<void>((resolve) => (this.wake = resolve));
    this.waiting = false;
  }

  markQuiet(): void {
    this.isQuiet = true;
    this.wake();
  }

  end(failure: unknown): void {
    this.failure ??= failure;
    this.wake();
  }

  close(): void {
    this.closed = true;
    this.seat.client.ended.removeEventListener('abort', this.replaced);
    if (this.call) hangUp(this.call);
  }

  private readonly replaced = () => this.end(new LineLost('the client was replaced'));
}

/** All events of `$all` after a position but the system's own. */
function requestAfter(after: Position): ReadReq {
  const { Options } = ReadReq;
  const place = String(after);
  const all = new Options.AllOptions();
  if (after === START) all.setStart(new Empty());
  else all.setPosition(new Options.Position().setCommitPosition(place).setPreparePosition(place));
  const filter = new Options.FilterOptions()
    .setEventType(new Options.FilterOptions.Expression().setRegex('^[^$]'))
    .setCount(new Empty())
    .setCheckpointintervalmultiplier(1000);
  const options = new Options()
    .setAll(all)
    .setSubscription(new Options.SubscriptionOptions())
    .setUuidOption(new Options.UUIDOption().setString(new Empty()))
    .setFilter(filter);
  return new ReadReq().setOptions(options);
}

/** Calls `look` after each while in which nothing moved, one look at a time. */
class Watch {
  private readonly timer: NodeJS.Timeout;
  private idle = false;
  private looking = false;

  constructor(everyMs: number, look: () => Promise<void>) {
    this.timer = setInterval(() => {
      const due = this.idle && !this.looking;
      this.idle = true;
      if (!due) return;
      this.looking = true;
      // A head that cannot be read tells nothing; the next look tries again.
      void look()
        .catch(() => undefined)
        .finally(() => (this.looking = false));
    }, everyMs);
  }

  moved(): void {
    this.idle = false;
  }

  stop(): void {
    clearInterval(this.timer);
  }
}
