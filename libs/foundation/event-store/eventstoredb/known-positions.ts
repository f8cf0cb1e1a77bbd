import { LRUCache } from 'lru-cache';
import { type Position, START } from '@foundation/kernel';

/** Answers of this process that are remembered; two appends of the same events at the same time are told apart by them. */
const REMEMBERED = 20_000;

/**
 * Tells an append that was recorded now from one that was recorded before: the server answers both alike, with the position of the first.
 * What is recorded after a moment lies behind everything that was known at that moment.
 */
export class KnownPositions {
  private highest = START;
  private readonly answered = new LRUCache<Position, true>({ max: REMEMBERED });

  /** Nothing that is appended from now on can lie at or before this position. */
  get mark(): Position {
    return this.highest;
  }

  see(position: Position): void {
    if (position > this.highest) this.highest = position;
  }

  /** Takes the answer to an append that was begun when `mark` was known. True when it was recorded before that, or told already. */
  isRepeat(position: Position, mark: Position): boolean {
    const repeat = position <= mark || this.answered.has(position);
    this.answered.set(position, true);
    this.see(position);
    return repeat;
  }
}
