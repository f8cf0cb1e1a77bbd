import { planStream } from '@case/plans/events';
import { planFold } from '@case/plans/promise';
import type { CommandRunner } from '@foundation/event-store';
import type { Instant, PlanId } from '@foundation/kernel';
import { type Outcome, sessionStream } from '../events';
import type { Facts } from '../outcome-rules';
import { sessionDecider } from '../session';

/** What a session's rules must know of its plan's stream and, for a make-up, of the missed session's. */
export async function factsOf(runner: CommandRunner, plan: PlanId, recordedAt: Instant, outcome?: Outcome): Promise<Facts> {
  const { state: promise } = await runner.load(planFold, planStream(plan));
  if (outcome === undefined || outcome.kind === 'missed' || outcome.makeUpFor === undefined) return { promise, recordedAt };
  const { state: missed } = await runner.load(sessionDecider, sessionStream(outcome.makeUpFor));
  return { promise, missed, recordedAt };
}
