import type { StreamingRead } from '@eventstore/db-client';
import { LineLost, NoAnswer } from './failures';

/**
 * All that a read hands out. The client's reads have no deadline and never end once they are cancelled, so both are seen to here.
 * Rejects with NoAnswer after the deadline, LineLost when the client was closed meanwhile, and the read's own error.
 */
export function collect<T>(read: StreamingRead<T>, what: string, deadlineMs: number, ended: AbortSignal): Promise<T[]> {
  return new Promise((resolve, reject) => {
    const found: T[] = [];
    const finish = (outcome: () => void) => {
      clearTimeout(timer);
      ended.removeEventListener('abort', lost);
      read.removeAllListeners('data');
      outcome();
    };
    const giveUp = (error: Error) => {
      finish(() => reject(error));
      // The read may not even be open: cancelling waits for that, and fails with it.
      read.cancel().catch(() => undefined);
      read.destroy();
    };
    const lost = () => giveUp(new LineLost('the client was replaced'));
    const timer = setTimeout(() => giveUp(new NoAnswer(what, deadlineMs)), deadlineMs);
    if (ended.aborted) return lost();
    ended.addEventListener('abort', lost);
    // Kept after the end: what a cancelled read still says is nobody's concern.
    read.on('error', (error: Error) => finish(() => reject(error)));
    read.on('data', (item: T) => found.push(item));
    read.on('end', () => finish(() => resolve(found)));
  });
}
