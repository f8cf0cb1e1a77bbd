/** Chance that repeats: the same seed gives the same district (mulberry32, 32 bits of state). */
export class Chance {
  constructor(private state: number) {}

  /** 0 ≤ x < 1. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }

  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  happens(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(items: readonly [T, ...T[]]): T {
    return items[this.between(0, items.length - 1)] ?? items[0];
  }

  /** Roughly normal (sum of three uniforms), mean 0, about −1…1. */
  noise(): number {
    return (this.next() + this.next() + this.next()) / 1.5 - 1;
  }

  /** A UUID that repeats with the seed; version 7 in form, its time part from `ms`. */
  uuid(ms: number): string {
    const time = Math.floor(ms).toString(16).padStart(12, '0');
    const hex = (digits: number) =>
      Math.floor(this.next() * 16 ** digits)
        .toString(16)
        .padStart(digits, '0');
    return `${time.slice(0, 8)}-${time.slice(8, 12)}-7${hex(3)}-a${hex(3)}-${hex(6)}${hex(6)}`;
  }

  /** An independent stream of chance, so that one part's changes leave the others as they were. */
  fork(label: number): Chance {
    return new Chance((this.between(0, 0x7fffffff) ^ Math.imul(label + 1, 0x9e3779b1)) | 0);
  }
}
