import { join } from 'node:path';
import fc from 'fast-check';
import { newId, type Position, START } from '@foundation/kernel';
import { sampleMeta, temporaryFolder } from '@foundation/testing';
import type { EventStore, SealedEvent } from '../port';
import { SqliteEventStore } from '../sqlite/sqlite-event-store';
import { digestOfLog } from './log-digest';
import { type ClusterLog, Mirror } from './mirror';
import { MirrorLog } from './mirror-log';
import { NotEmpty, promote } from './promote';
import { bringBack, reconcile } from './reconcile';

const root = temporaryFolder();
let folders = 0;
const newFolder = () => join(root, String(++folders));
const events = (count: number): SealedEvent[] =>
  Array.from({ length: count }, (_, number) => ({
    id: newId(),
    type: 'jars.marble-added',
    version: 1,
    data: { number },
    meta: sampleMeta,
  }));

function clusterIn(folder: string): ClusterLog {
  const store = SqliteEventStore.open(folder, { mode: 'write' });
  const eventAt = async (position: Position) =>
    store.readAllSync({ after: position - 1n, limit: 1 }).find((event) => event.position === position);
  return Object.assign(store, { eventAt });
}

/** Appends one event to each of the streams, in this order, each at its own next revision. */
async function write(store: EventStore, streams: readonly number[]): Promise<void> {
  for (const stream of streams) {
    const name = `jar-${stream}`;
    const revision = (await store.readStream(name)).length - 1;
    await store.append(name, revision < 0 ? 'no-stream' : revision, events(1));
  }
}

const streams = fc.array(fc.nat(3), { maxLength: 12 });

describe('moving house', () => {
  it('keeps ids, times, order and revisions, however often it is cut short', async () => {
    await fc.assert(
      fc.asyncProperty(streams, fc.array(fc.nat(12), { maxLength: 2 }), async (written, cuts) => {
        const from = SqliteEventStore.open(newFolder(), { mode: 'write' });
        await from.append('key-somebody', 'no-stream', events(1));
        await write(from, written);
        await from.append('key-somebody', 0, events(1));
        await from.truncateBefore('key-somebody', 1);
        const to = SqliteEventStore.open(newFolder(), { mode: 'write' });
        for (const cut of cuts) {
          let appends = 0;
          const failing = Object.assign(Object.create(to) as EventStore, {
            append: (...given: Parameters<EventStore['append']>) =>
              appends++ < cut ? to.append(...given) : Promise.reject(new Error('cut short')),
          });
          await promote(from, failing).catch(() => undefined);
        }
        const { events: count, digest } = await promote(from, to);
        expect(count).toBe(written.length + 1);
        expect((await digestOfLog(to, { moved: true })).digest).toBe(digest);
        expect((await promote(from, to)).before).toBe(count);
        const ids = async (store: EventStore) => (await store.readAll({ after: START, limit: 100 })).map(({ id }) => id);
        expect(await ids(to)).toEqual(await ids(from));
        await Promise.all([from.close(), to.close()]);
      }),
      { numRuns: 25 },
    );
  });

  it('does not move in where others live', async () => {
    const from = SqliteEventStore.open(newFolder(), { mode: 'write' });
    const to = SqliteEventStore.open(newFolder(), { mode: 'write' });
    await write(from, [1, 2]);
    await write(to, [1]);
    await expect(promote(from, to)).rejects.toThrow(NotEmpty);
    await Promise.all([from.close(), to.close()]);
  });
});

describe('a server that was put back', () => {
  it('gets back exactly what only a node has, and a second look finds nothing', async () => {
    await fc.assert(
      fc.asyncProperty(streams, streams, fc.nat(12), async (kept, lost, resent) => {
        const [whole, here] = [newFolder(), newFolder()];
        const before = clusterIn(whole);
        await write(before, kept);
        const restored = clusterIn(newFolder());
        for (const { stream, revision, ...event } of await before.readAll({ after: START, limit: 100 })) {
          await restored.append(stream, revision === 0 ? 'no-stream' : revision - 1, [event]);
        }
        await write(before, lost);
        const copy = MirrorLog.open(here, before.logId);
        const mirror = await Mirror.start(before, copy);
        while (copy.head < (await before.head())) await new Promise((resolve) => setTimeout(resolve, 1));
        await mirror.stop();
        copy.close();
        const node = SqliteEventStore.open(here, { mode: 'read' });
        const only = (await node.readAll({ after: START, limit: 100 })).slice(kept.length);
        // Some come back by themselves.
        const back = only.slice(0, resent);
        expect((await bringBack(back, restored)).map(({ outcome }) => outcome)).toEqual(back.map(() => 'brought'));
        const { lacking } = await reconcile(node, restored);
        expect(lacking.map(({ id }) => id)).toEqual(only.slice(resent).map(({ id }) => id));
        await bringBack(lacking, restored);
        expect((await reconcile(node, restored)).lacking).toEqual([]);
        await Promise.all([node.close(), before.close(), restored.close()]);
      }),
      { numRuns: 25 },
    );
  });

  it('is not overwritten where it has gone on', async () => {
    const [before, restored] = [clusterIn(newFolder()), clusterIn(newFolder())];
    await write(before, [1, 1]);
    await write(restored, [1]);
    const { common, lacking } = await reconcile(before, restored);
    expect([common, lacking.length]).toEqual([START, 2]);
    const outcomes = (await bringBack(lacking, restored)).map(({ outcome }) => outcome);
    expect(outcomes).toEqual(['conflict', 'conflict']);
    expect(await restored.readStream('jar-1')).toHaveLength(1);
    await Promise.all([before.close(), restored.close()]);
  });
});
