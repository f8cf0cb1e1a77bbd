import type { CommandRunner, Target } from '@foundation/event-store';
import { noRecord, type ObservationId, RefusalError } from '@foundation/kernel';
import { observationStream } from '../events';
import { observationDecider, type ObservationState } from '../observation';

/** The record as it stands and where its events go. The child is the record's own, never the caller's word: its key seals them. */
export async function observationTarget(
  runner: CommandRunner,
  observation: ObservationId,
): Promise<Target & { readonly record: ObservationState }> {
  const stream = observationStream(observation);
  const { state: record } = await runner.load(observationDecider, stream);
  if (!record) throw new RefusalError(noRecord());
  return { stream, student: record.student, record };
}
