import type { Clock, Instant } from '@foundation/kernel';

export interface FixedClock extends Clock {
  /** Stands at another instant from now on. */
  set(instant: string): void;
  /** Goes on by so many milliseconds. */
  advance(ms: number): void;
}

/** A clock that stands still until told otherwise. Default: 2026-03-03T14:15:00.000Z. */
export function fixedClock(instant = '2026-03-03T14:15:00.000Z'): FixedClock {
  let now = new Date(instant);
  return {
    now: () => now.toISOString() as Instant,
    set: (next) => void (now = new Date(next)),
    advance: (ms) => void (now = new Date(now.getTime() + ms)),
  };
}
