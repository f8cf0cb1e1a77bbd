import { Inject, Injectable } from '@nestjs/common';
import type { CommandOutcome } from '@foundation/event-store';
import { codeOf, isUnexpected, type Problem, problemOf } from '@foundation/http';
import type { Position } from '@foundation/kernel';
import type { Caller } from '../access/caller';
import { translated } from '../errors';
import { PLATFORM, type Platform } from '../platform';
import { kindOf, Recorder } from './recorder';

export interface BatchResult {
  readonly id?: string;
  readonly result: 'recorded' | 'duplicate' | 'refused';
  readonly revision?: number;
  readonly problem?: Problem;
}

/** So many records are under way at once: the log commits them together. */
const TOGETHER = 500;

/** Many records, each on its own: one that is refused changes nothing for the others. */
@Injectable()
export class Batch {
  constructor(
    private readonly recorder: Recorder,
    @Inject(PLATFORM) private readonly platform: Platform,
  ) {}

  async record(by: Caller, items: readonly unknown[]): Promise<{ readonly results: readonly BatchResult[]; readonly position?: Position }> {
    const outcomes = new Array<CommandOutcome | undefined>(items.length);
    const results = new Array<BatchResult>(items.length);
    const one = async (index: number): Promise<void> => {
      const item = items[index];
      const sent = idOf(item);
      try {
        const outcome = await this.recorder.item(by, item);
        outcomes[index] = outcome;
        results[index] = { result: outcome.repeated ? 'duplicate' : 'recorded', revision: outcome.revision, ...sent };
      } catch (error) {
        results[index] = { result: 'refused', problem: this.problem(by, error), ...sent };
      }
    };
    const indexes = [...items.keys()];
    const independent = indexes.filter((index) => !isSession(items[index]));
    for (let first = 0; first < independent.length; first += TOGETHER) {
      await Promise.all(independent.slice(first, first + TOGETHER).map(one));
    }
    // A make-up may follow the miss that it repays, an outcome its schedule: sessions keep their order.
    for (const index of indexes.filter((index) => isSession(items[index]))) await one(index);
    const position = outcomes.reduce<Position | undefined>(
      (last, outcome) => (outcome && (last === undefined || outcome.position > last) ? outcome.position : last),
      undefined,
    );
    return { results, ...(position !== undefined && { position }) };
  }

  private problem(by: Caller, error: unknown): Problem {
    const answered = problemOf(translated(error));
    this.platform.metrics.refused(codeOf(answered));
    if (isUnexpected(answered))
      this.platform.logger.error({ correlationId: by.correlationId, kind: (error as Error).name }, 'unexpected in a batch');
    return answered.problem;
  }
}

const isSession = (item: unknown): boolean => kindOf(item) === 'session';
const idOf = (item: unknown): { readonly id?: string } => {
  const id = typeof item === 'object' && item !== null && 'id' in item ? item.id : undefined;
  return typeof id === 'string' ? { id: id.slice(0, 36) } : {};
};
