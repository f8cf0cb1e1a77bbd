import type { SqliteEventStore } from '@foundation/event-store';
import { START } from '@foundation/kernel';
import { DESTROYED, KEY_EVENTS, type MasterKey, subjectOf, SyncKeyRing } from '@foundation/privacy';

export interface KeysFound {
  readonly present: number;
  readonly destroyed: number;
}

const PAGE = 1000;

/**
 * Unwraps every data key of a log: without them its personal text is noise.
 * @throws WrongMasterKey, SealBroken at the first that does not open
 */
export function proveKeys(
  log: Pick<SqliteEventStore, 'readAllSync' | 'readStreamSync' | 'headSync'>,
  master: MasterKey,
  onProgress: (done: number, total: number) => void = () => undefined,
): KeysFound {
  const keys = new SyncKeyRing((stream) => log.readStreamSync(stream), master, { remember: 1 });
  const seen = new Set<string>();
  const head = Number(log.headSync());
  let destroyed = 0;
  for (let after = START; ;) {
    const page = log.readAllSync({ after, limit: PAGE, types: KEY_EVENTS });
    for (const { stream } of page) {
      if (seen.has(stream)) continue;
      seen.add(stream);
      if (keys.find(subjectOf(stream)) === DESTROYED) destroyed++;
    }
    const last = page.at(-1);
    if (!last || page.length < PAGE) return { present: seen.size - destroyed, destroyed };
    after = last.position;
    onProgress(Number(after), head);
  }
}
