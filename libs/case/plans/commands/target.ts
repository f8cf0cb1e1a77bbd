import type { CommandRunner, Target } from '@foundation/event-store';
import { type PlanId, RefusalError } from '@foundation/kernel';
import { planStream } from '../events';
import { planFold, type PlanPromise } from '../promise';
import { refuse } from '../refusals';

/** The plan as it stands and where its events go. The child is the plan's own, never the caller's word: its key seals them. */
export async function planTarget(runner: CommandRunner, plan: PlanId): Promise<Target & { readonly promise: PlanPromise }> {
  const stream = planStream(plan);
  const { state: promise } = await runner.load(planFold, stream);
  if (!promise) throw new RefusalError(refuse('plan-not-found', 'Draft the plan first.'));
  return { stream, student: promise.student, promise };
}
