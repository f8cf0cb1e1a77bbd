import { join } from 'node:path';
import fc from 'fast-check';
import { newId, type Position } from '@foundation/kernel';
import { sampleMeta, temporaryFolder } from '@foundation/testing';
import { FolderInUse } from '../folder-lock';
import { type SealedEvent, StoreUnavailable } from '../port';
import { checkLog } from '../sqlite/log-check';
import { LOG_FILE } from '../sqlite/log-file';
import { SqliteEventStore } from '../sqlite/sqlite-event-store';
import { openGate } from '../testing';
import { type ClusterLog, LineageBroken, Mirror } from './mirror';
import { ForeignLog, MirrorLog } from './mirror-log';
import { NodeEventStore } from './node-event-store';

const root = temporaryFolder();
let folders = 0;
const newFolder = () => join(root, String(++folders));

/** A cluster of our own making: a log in a file, with what a mirror asks besides. */
function clusterIn(folder: string): ClusterLog {
  const store = SqliteEventStore.open(folder, { mode: 'write' });
  const eventAt = async (position: Position) => {
    const [event] = store.readAllSync({ after: position - 1n, limit: 1 });
    return event?.position === position ? event : undefined;
  };
  return Object.assign(store, { eventAt });
}

const events = (count: number): SealedEvent[] =>
  Array.from({ length: count }, (_, number) => ({
    id: newId(),
    type: 'jars.marble-added',
    version: 1,
    data: { number },
    meta: sampleMeta,
  }));
const digestOf = (folder: string) => checkLog(join(folder, LOG_FILE)).digest;
const reached = async (log: MirrorLog, head: Position) => {
  while (log.head < head) await new Promise((resolve) => setTimeout(resolve, 2));
};

/** Mirrors until the copy has reached the cluster's head, then stops. */
async function mirrorOnce(cluster: ClusterLog, folder: string): Promise<void> {
  const log = MirrorLog.open(folder, cluster.logId);
  const mirror = await Mirror.start(cluster, log);
  await reached(log, await cluster.head());
  await mirror.stop();
  log.close();
}

describe('a mirror', () => {
  it('is the same log as the cluster’s, however it was stopped and started on the way', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 5 }), { maxLength: 4 }),
        async (turns) => {
          const [there, here] = [newFolder(), newFolder()];
          const cluster = clusterIn(there);
          for (const turn of turns) {
            for (const count of turn) await cluster.append(`jar-${newId()}`, 'no-stream', events(count));
            await mirrorOnce(cluster, here);
          }
          await mirrorOnce(cluster, here);
          expect(digestOf(here)).toBe(digestOf(there));
          await cluster.close();
        },
      ),
      { numRuns: 15 },
    );
  });

  it('drops a key on meeting its destruction, whatever it was handed before', async () => {
    const [there, here] = [newFolder(), newFolder()];
    const cluster = clusterIn(there);
    const [key, destroyed] = events(2);
    await cluster.append('key-somebody', 'no-stream', [key!]);
    await cluster.append('jar-1', 'no-stream', events(3));
    await mirrorOnce(cluster, here);
    const { position } = await cluster.append('key-somebody', 0, [destroyed!]);
    await mirrorOnce(cluster, here);
    const copy = SqliteEventStore.open(here, { mode: 'read' });
    expect(copy.readStreamSync('key-somebody').map(({ revision, position: at }) => [revision, at])).toEqual([[1, position]]);
    expect(copy.readAllSync({ after: 0n as Position, limit: 10 })).toHaveLength(4);
    await copy.close();
    await cluster.close();
  });

  it('says when it has caught up, and goes on with what comes', async () => {
    const cluster = clusterIn(newFolder());
    await cluster.append('jar-1', 'no-stream', events(2));
    const log = MirrorLog.open(newFolder(), cluster.logId);
    const caughtUp = new Promise<void>((resolve) => {
      void Mirror.start(cluster, log, { onCaughtUp: resolve }).then((mirror) => (running = mirror));
    });
    let running: Mirror | undefined;
    await caughtUp;
    expect(running?.status).toEqual({ position: await cluster.head(), caughtUp: true, events: 2 });
    const { position } = await cluster.append('jar-1', 1, events(1));
    await reached(log, position);
    await running?.stop();
    log.close();
    await cluster.close();
  });

  it('writes nothing behind a batch that the disk refused, and goes on from there when started again', async () => {
    const cluster = clusterIn(newFolder());
    const here = newFolder();
    await cluster.append('jar-1', 'no-stream', events(1));
    await mirrorOnce(cluster, here);
    const log = MirrorLog.open(here, cluster.logId);
    const before = log.head;
    let deliver: Parameters<ClusterLog['subscribe']>[1] = () => undefined;
    const subscribe: ClusterLog['subscribe'] = (after, handler) => cluster.subscribe(after, (deliver = handler));
    const mirror = await Mirror.start(Object.assign(Object.create(cluster) as ClusterLog, { subscribe }), log);
    const [late] = events(1);
    const write = jest.spyOn(log, 'write').mockImplementationOnce((refusedBatch) => {
      // One more arrives before the mirror has ended.
      void deliver({
        kind: 'event',
        event: { ...late!, stream: 'jar-late', revision: 0, position: (refusedBatch.at(-1)!.event.position + 1n) as Position },
      });
      throw new StoreUnavailable('The disk is full');
    });
    const refused = expect(mirror.ended).rejects.toThrow('The disk is full');
    await Promise.all(Array.from({ length: 50 }, (_, jarOf) => cluster.append(`jar-${jarOf + 2}`, 'no-stream', events(40))));
    await refused;
    await mirror.stop();
    expect(log.head).toBe(before);
    expect(write).toHaveBeenCalledTimes(1);
    log.close();
    await mirrorOnce(cluster, here);
    const copy = SqliteEventStore.open(here, { mode: 'read' });
    expect(copy.readAllSync({ after: 0n as Position, limit: 5000 })).toHaveLength(2001);
    await copy.close();
    await cluster.close();
  });
});

describe('the lineage', () => {
  it('stops a node whose server was put back, before it copies anything and while it runs', async () => {
    const [there, here] = [newFolder(), newFolder()];
    const cluster = clusterIn(there);
    await cluster.append('jar-1', 'no-stream', events(3));
    await mirrorOnce(cluster, here);
    const log = MirrorLog.open(here, cluster.logId);
    const restored = { ...cluster, logId: cluster.logId, eventAt: async () => undefined };
    await expect(Mirror.start(restored as unknown as ClusterLog, log)).rejects.toThrow(LineageBroken);

    let answers = log.last()!.id;
    const turning = Object.assign(Object.create(cluster) as ClusterLog, { eventAt: async () => ({ id: answers }) });
    const mirror = await Mirror.start(turning, log, { lineageMs: 5 });
    answers = newId();
    await expect(mirror.ended).rejects.toThrow(LineageBroken);
    log.close();
    await cluster.close();
  });

  it('goes on while the server does not answer', async () => {
    const cluster = clusterIn(newFolder());
    await cluster.append('jar-1', 'no-stream', events(1));
    const here = newFolder();
    await mirrorOnce(cluster, here);
    const log = MirrorLog.open(here, cluster.logId);
    let asked = 0;
    const silent = Object.assign(Object.create(cluster) as ClusterLog, {
      eventAt: async (position: Position) => {
        if (asked++ === 0) return cluster.eventAt(position);
        throw new Error('no answer');
      },
    });
    const unanswered: unknown[] = [];
    const mirror = await Mirror.start(silent, log, { lineageMs: 2, onUnanswered: (error) => unanswered.push(error) });
    const { position } = await cluster.append('jar-1', 0, events(1));
    await reached(log, position);
    while (unanswered.length < 3) await new Promise((resolve) => setTimeout(resolve, 2));
    await mirror.stop();
    log.close();
    await cluster.close();
  });

  it('refuses a folder that holds a copy of another log, and a second mirror on one folder', async () => {
    const here = newFolder();
    const log = MirrorLog.open(here, 'one log');
    expect(() => MirrorLog.open(here, 'one log')).toThrow(FolderInUse);
    log.close();
    expect(() => MirrorLog.open(here, 'another log')).toThrow(ForeignLog);
  });
});

describe('the event store of a node', () => {
  it('appends to the cluster, reads its copy, and asks the cluster for what is current', async () => {
    const cluster = clusterIn(newFolder());
    const here = newFolder();
    await mirrorOnce(cluster, here);
    const node = new NodeEventStore(SqliteEventStore.open(here, { mode: 'read' }), cluster, openGate);
    const [event] = events(1);
    const { position } = await node.append('jar-1', 'no-stream', [event!]);
    const [other] = events(1);
    await cluster.append('jar-2', 'no-stream', [other!]);
    // What it wrote itself it reads at once; what others wrote, when its copy has it or when it asks.
    expect((await node.readStream('jar-1')).map(({ id }) => id)).toEqual([event!.id]);
    expect(await node.readStream('jar-2')).toEqual([]);
    expect((await node.readCurrent('jar-2')).map(({ id }) => id)).toEqual([other!.id]);
    await expect(node.catchUp(20)).rejects.toThrow('behind');
    // A cluster that is away interrupts no read: what the copy has is what there is.
    const away = jest.spyOn(cluster, 'readStream').mockRejectedValue(new StoreUnavailable('no answer'));
    expect(await node.readStream('jar-1')).toEqual([]);
    away.mockReturnValue(new Promise(() => undefined));
    expect(await node.readStream('jar-1')).toEqual([]);
    away.mockRestore();
    await mirrorOnce(cluster, here);
    await node.catchUp();
    expect(await node.head()).toBeGreaterThan(position);
    expect(await node.readStream('jar-2')).toHaveLength(1);
    expect((await node.readStream('jar-1')).map(({ id }) => id)).toEqual([event!.id]);
    await node.close();
  });
});
