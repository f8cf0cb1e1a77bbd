/** Waits between attempts: doubled each time up to a cap, each shortened by chance so that nodes do not come back together. */
export class Backoff {
  private next: number;

  constructor(
    private readonly first: number,
    private readonly most: number,
    private readonly chance: () => number = Math.random,
  ) {
    this.next = first;
  }

  /** Milliseconds to wait now: between half and the whole of the current step. */
  step(): number {
    const wait = this.next * (0.5 + this.chance() / 2);
    this.next = Math.min(this.next * 2, this.most);
    return wait;
  }

  reset(): void {
    this.next = this.first;
  }
}
