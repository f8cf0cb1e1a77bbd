import { setTimeout as pause } from 'node:timers/promises';
import { StoreUnavailable } from '../port';
import { Backoff } from './backoff';
import type { ClientSlot, Seat } from './client-slot';
import { failureOf, inWords, isFinal } from './failures';

/** How patient the store is, in milliseconds. */
export interface Patience {
  /** For the answer to one call. */
  readonly answerMs: number;
  /** For one append or read with all its attempts. */
  readonly wholeMs: number;
  /** Between looks at the head of the log while a subscription is quiet. */
  readonly watchMs: number;
}
export const PATIENCE: Patience = { answerMs: 2500, wholeMs: 15_000, watchMs: 2500 };

/** First and longest wait between attempts: writes go on within half a second of the server's being able to. */
export const FIRST_WAIT_MS = 25;
export const LONGEST_WAIT_MS = 500;

/**
 * Runs a call that may be repeated until it is answered, at most for `wholeMs`; each attempt is told how much of it is left. What the server refuses is thrown as it is.
 * @throws StoreUnavailable with the last failure when no attempt was answered.
 */
export async function persist<T>(
  slot: ClientSlot,
  patience: Patience,
  what: string,
  attempt: (seat: Seat, tries: number, leftMs: number) => Promise<T>,
  closed: AbortSignal,
): Promise<T> {
  const backoff = new Backoff(FIRST_WAIT_MS, LONGEST_WAIT_MS);
  const end = performance.now() + patience.wholeMs;
  for (let tries = 1; ; tries++) {
    const seat = slot.take();
    try {
      const result = await attempt(seat, tries, Math.max(0, end - performance.now()));
      slot.answered();
      return result;
    } catch (error) {
      if (isFinal(error)) {
        slot.answered();
        if (failureOf(error) !== 'denied') throw error;
        throw new StoreUnavailable(`The event store denies ${what}: its user or rights have changed`, { cause: error });
      }
      slot.failed(seat, error);
      const wait = backoff.step();
      if (closed.aborted) throw new StoreUnavailable('The log is closed', { cause: error });
      if (performance.now() + wait > end) {
        throw new StoreUnavailable(
          `The event store gave no answer to ${what} in ${tries} attempts, the last one because ${inWords(error)}. What was sent may have been written: sending the same again answers either way.`,
          { cause: error },
        );
      }
      await pause(wait);
    }
  }
}
