import { StoreUnavailable } from '../port';
import { failureOf, inWords, signatureOf } from './failures';
import { BatchCall } from './batch-line';
import type { LogClient } from './log-client';

/** Calls without an answer, one after another, after which a client is replaced: it may sit on a frozen leader. */
const MOST_SILENCES = 2;
/** Equal failures, one after another: some are kept by the client and repeated without asking the server again. */
const MOST_EQUAL = 5;

/** A client together with its batch line, one generation of a slot. */
export interface Seat {
  readonly client: LogClient;
  readonly batch: BatchCall;
}

/** The client of one kind of call. One that keeps failing is closed and replaced by a new one. */
export class ClientSlot {
  private seat: Seat | undefined;
  private silences = 0;
  private equal = 0;
  private last = '';
  private lastError: unknown;
  private isShut = false;

  constructor(
    private readonly connect: () => LogClient,
    private readonly onReplaced: (why: string) => void,
  ) {}

  /** @throws WrongConnection when a certificate file cannot be read; StoreUnavailable once it is shut. */
  take(): Seat {
    if (this.isShut) throw new StoreUnavailable('The log is closed');
    if (!this.seat) {
      const client = this.connect();
      this.seat = { client, batch: new BatchCall(client) };
    }
    return this.seat;
  }

  /** The server answered, be it with a refusal. */
  answered(): void {
    this.silences = this.equal = 0;
  }

  failed(seat: Seat, error: unknown): void {
    // What is left of a client that was replaced says nothing of the new one.
    if (seat !== this.seat) return;
    if (failureOf(error) === 'leader-moved') return;
    // All that waited on one line fail together: that is one failure.
    if (error === this.lastError) return;
    this.lastError = error;
    const signature = signatureOf(error);
    this.silences = failureOf(error) === 'no-answer' ? this.silences + 1 : 0;
    this.equal = signature === this.last ? this.equal + 1 : 1;
    this.last = signature;
    if (this.silences < MOST_SILENCES && this.equal < MOST_EQUAL) return;
    this.leave();
    this.onReplaced(inWords(error));
  }

  /** For good: what is still under way makes no new client. */
  shut(): void {
    this.isShut = true;
    this.leave();
  }

  private leave(): void {
    this.answered();
    this.seat?.client.close();
    this.seat = undefined;
  }
}
