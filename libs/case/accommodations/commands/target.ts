import type { CommandRunner, Target } from '@foundation/event-store';
import { type EntryId, noRecord, RefusalError } from '@foundation/kernel';
import { entryDecider } from '../entry';
import { entryStream } from '../events';

/** Where an entry's events go. The child is the record's own, never the caller's word: its key seals them. */
export async function entryTarget(runner: CommandRunner, entry: EntryId): Promise<Target> {
  const stream = entryStream(entry);
  const { state: record } = await runner.load(entryDecider, stream);
  if (!record) throw new RefusalError(noRecord());
  return { stream, student: record.student };
}
