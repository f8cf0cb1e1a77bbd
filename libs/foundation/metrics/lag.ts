import type { Position } from '@foundation/kernel';

/** What was committed when. */
interface Mark {
  readonly position: Position;
  readonly at: number;
}

/** A mark each 10 ms at most: enough for a figure in seconds. */
const APART_MS = 10;
const MOST = 10_000;

/** How long the oldest commit that the views have not reached has been waiting. Its memory is bounded: the longer the wait, the coarser. */
export class Lag {
  private marks: Mark[] = [];

  constructor(private readonly nowMs: () => number = () => performance.now()) {}

  /** Call it on every commit, and once at the start with the head of the log. */
  committed(position: Position): void {
    const at = this.nowMs();
    const last = this.marks.at(-1);
    if (last && at - last.at < APART_MS) return;
    if (this.marks.length >= MOST) this.marks = this.marks.filter((_, index) => index % 2 === 0);
    this.marks.push({ position, at });
  }

  /** Seconds that views at `reached` are behind; 0 when they are level, to within 10 ms. */
  seconds(reached: Position): number {
    const behind = this.marks.findIndex(({ position }) => position > reached);
    this.marks = behind < 0 ? [] : this.marks.slice(behind);
    const [oldest] = this.marks;
    return oldest ? (this.nowMs() - oldest.at) / 1000 : 0;
  }
}
