import { type Position, START } from '@foundation/kernel';
import { type StoredEvent, WrongExpectedRevision } from '../port';
import { pagesOf } from './log-digest';
import type { ClusterLog } from './mirror';

/** A node's copy, read beside whoever keeps it. */
export interface Copy {
  readAll: ClusterLog['readAll'];
  head(): Promise<Position>;
}

export interface Reconciled {
  /** The last event that both have at one place, or START. */
  readonly common: Position;
  /** What only this node has, in its order. */
  readonly lacking: readonly StoredEvent[];
}

/** What became of an event that was brought back. */
export type Brought = { readonly event: StoredEvent; readonly outcome: 'brought' | 'was-there' | 'conflict' };

/**
 * What this node has that the server lacks: acknowledged events that a restore of the server to an earlier point lost. Events that came back by
 * another way (a tablet sent its record again) are not lacking.
 */
export async function reconcile(copy: Copy, cluster: ClusterLog): Promise<Reconciled> {
  const common = await lastCommon(copy, cluster);
  const lacking: StoredEvent[] = [];
  for await (const page of pagesOf(copy, { after: common })) {
    for (const event of page) if (!(await isThere(event, cluster))) lacking.push(event);
  }
  return { common, lacking };
}

/** Appends what is lacking at its own revisions, with its own ids. A stream that has gone another way meanwhile is left as it is. */
export async function bringBack(lacking: readonly StoredEvent[], cluster: ClusterLog): Promise<readonly Brought[]> {
  const brought: Brought[] = [];
  const apart = new Set<string>();
  for (const event of lacking) {
    const { id, type, version, data, meta, stream, revision } = event;
    if (apart.has(stream)) {
      brought.push({ event, outcome: 'conflict' });
      continue;
    }
    try {
      const expected = revision === 0 ? 'no-stream' : revision - 1;
      const { repeated } = await cluster.append(stream, expected, [{ id, type, version, data, meta }]);
      brought.push({ event, outcome: repeated ? 'was-there' : 'brought' });
    } catch (error) {
      if (!(error instanceof WrongExpectedRevision)) throw error;
      apart.add(stream);
      brought.push({ event, outcome: 'conflict' });
    }
  }
  return brought;
}

/** Two logs of one past agree up to some event and on none after it: halved until it is found. */
async function lastCommon(copy: Copy, cluster: ClusterLog): Promise<Position> {
  let [low, high] = [START, await copy.head()];
  while (low < high) {
    const middle = low + (high - low) / 2n;
    const [event] = await copy.readAll({ after: middle, limit: 1 });
    if (!event || event.position > high) high = middle;
    else if ((await cluster.eventAt(event.position))?.id === event.id) low = event.position;
    else high = middle;
  }
  return low;
}

async function isThere({ stream, revision, id }: StoredEvent, cluster: ClusterLog): Promise<boolean> {
  const [there] = await cluster.readStream(stream, revision);
  return there?.revision === revision && there.id === id;
}
