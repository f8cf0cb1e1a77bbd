import { setImmediate as turn } from 'node:timers/promises';

/** Work in slices: an import shares its thread with the requests of classrooms, and they come first. */
export class Pace {
  private since = performance.now();

  /** @param sliceMs how long a slice may be */
  constructor(private readonly sliceMs = 2) {}

  /** Lets everybody else have a turn when the slice is over. */
  async breathe(): Promise<void> {
    if (performance.now() - this.since < this.sliceMs) return;
    await turn();
    this.since = performance.now();
  }
}
