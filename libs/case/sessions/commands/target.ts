import type { CommandRunner, Target } from '@foundation/event-store';
import { noRecord, RefusalError, type SessionId } from '@foundation/kernel';
import { sessionStream } from '../events';
import { sessionDecider, type SessionState } from '../session';

/** The session as it stands and where its events go. The child is the session's own, never the caller's word: its key seals them. */
export async function sessionTarget(runner: CommandRunner, session: SessionId): Promise<Target & { readonly record: SessionState }> {
  const stream = sessionStream(session);
  const { state: record } = await runner.load(sessionDecider, stream);
  if (!record) throw new RefusalError(noRecord());
  return { stream, student: record.student, record };
}
