import type { EventStore } from '@foundation/event-store';
import { START } from '@foundation/kernel';
import { DESTROYED, KEY_EVENTS, type MasterKey, unwrapped } from '@foundation/privacy';

export interface KeysFound {
  readonly present: number;
  readonly destroyed: number;
}

const PAGE = 1000;

/**
 * Unwraps every data key of a log: without them its personal text is noise.
 * @throws WrongMasterKey, SealBroken at the first that does not open
 */
export async function proveKeys(
  log: Pick<EventStore, 'readAll' | 'readStream' | 'head'>,
  master: MasterKey,
  onProgress: (done: number, total: number) => void = () => undefined,
): Promise<KeysFound> {
  const seen = new Set<string>();
  const head = Number(await log.head());
  let destroyed = 0;
  for (let after = START; ;) {
    const page = await log.readAll({ after, limit: PAGE, types: KEY_EVENTS });
    for (const { stream } of page) {
      if (seen.has(stream)) continue;
      seen.add(stream);
      if (unwrapped(await log.readStream(stream), master) === DESTROYED) destroyed++;
    }
    const last = page.at(-1);
    if (!last || page.length < PAGE) return { present: seen.size - destroyed, destroyed };
    after = last.position;
    onProgress(Number(after), head);
  }
}
