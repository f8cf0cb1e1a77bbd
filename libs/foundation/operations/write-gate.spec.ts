import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { MirrorLog, NodeEventStore, NodesBehind, SqliteEventStore } from '@foundation/event-store';
import { newId, type NodeId } from '@foundation/kernel';
import { fixedClock, sampleMeta, temporaryFolder } from '@foundation/testing';
import type { TypeVersion } from './nodes';
import { NodesSaid } from './nodes-said';
import { nodeIdOf, readNodeId } from './node-id';
import { NodeStatement, retireNode } from './stating';
import { NodesGate } from './write-gate';

const root = temporaryFolder();
const BASELINE = new Map([['plans.goal-set', 1]]);
const PRAISED = { type: 'plans.goal-praised', version: 1 };
const SET_ANEW = { type: 'plans.goal-set', version: 2 };
let folders = 0;

/** A cluster whose log lies in a file, and nodes on it: the copy of each is the log itself, so that it is never behind. */
function cluster() {
  const folder = join(root, String(++folders));
  const store = SqliteEventStore.open(folder, { mode: 'write' });
  const clock = fixedClock();
  const node = (node: NodeId, release: string, ...knows: readonly TypeVersion[]) =>
    new NodeStatement({ node, release, knows, copy: store, cluster: store, clock });
  const gate = new NodesGate(store, BASELINE, clock);
  const writing = new NodeEventStore(SqliteEventStore.open(folder, { mode: 'read' }), store, gate);
  const write = async ({ type, version }: TypeVersion) =>
    writing.append(`plan-${newId()}`, 'no-stream', [{ id: newId(), type, version, data: {}, meta: sampleMeta }]);
  return { store, clock, node, gate, writing, write };
}

const refusal = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('the gate for writing', () => {
  it('lets through what every node knows, before anybody has said anything', async () => {
    const { write, store } = cluster();
    await write({ type: 'plans.goal-set', version: 1 });
    expect(await refusal(write(PRAISED))).toBeInstanceOf(NodesBehind);
    expect(await store.head()).toBe(1n);
  });

  it('names the node that is behind until it says that it reads it', async () => {
    const { write, node, store } = cluster();
    const [anna, bert] = [newId<NodeId>(), newId<NodeId>()];
    await node(bert, '0.1.0').renew();
    await node(anna, '0.2.0', PRAISED, SET_ANEW).renew();
    const head = await store.head();
    for (const wanted of [PRAISED, SET_ANEW]) {
      const refused = await refusal(write(wanted));
      expect(refused).toMatchObject({ nodes: [{ node: bert, release: '0.1.0' }] });
      expect(String(refused)).toMatch(
        new RegExp(`${bert} \\(release 0\\.1\\.0\\) cannot read ${wanted.type} version ${wanted.version} yet.*upgraded.*retire`),
      );
    }
    expect(await store.head()).toBe(head);
    await node(bert, '0.2.0', PRAISED, SET_ANEW).renew();
    await write(PRAISED);
    await write(SET_ANEW);
  });

  it('reads on before it refuses: what another node said a moment ago counts', async () => {
    const { node, store, clock } = cluster();
    const [anna, bert] = [newId<NodeId>(), newId<NodeId>()];
    await node(bert, '0.1.0').renew();
    await node(anna, '0.2.0', PRAISED).renew();
    const gate = new NodesGate(store, BASELINE, clock);
    await gate.open(PRAISED, async () => void (await node(bert, '0.2.0', PRAISED).renew()));
    expect(gate.isOpen(PRAISED)).toBe(true);
    await expect(gate.open(SET_ANEW, () => Promise.reject(new Error('away')))).rejects.toThrow('away');
  });

  it('looks once: what is open needs no look at the log any more', async () => {
    const { write, node, gate } = cluster();
    await node(newId<NodeId>(), '0.2.0', PRAISED).renew();
    await write(PRAISED);
    const look = jest.spyOn(gate, 'open');
    await write(PRAISED);
    // An older node that joins later closes nothing.
    await node(newId<NodeId>(), '0.1.0').renew();
    await write(PRAISED);
    expect(look).not.toHaveBeenCalled();
  });
});

describe('a node’s statement', () => {
  it('is in the log once a day, and anew after it was retired', async () => {
    const { store, clock, node } = cluster();
    const anna = newId<NodeId>();
    const statement = node(anna, '0.2.0', PRAISED);
    const count = async () => (await store.readStream(`node-${anna}`)).length;
    for (let look = 0; look < 3; look++) expect(await statement.renew()).toBe(true);
    expect(await count()).toBe(1);
    clock.advance(24 * 3_600_000);
    await statement.renew();
    expect(await count()).toBe(2);
    expect(await retireNode(anna, store, clock)).toBe(true);
    expect(await retireNode(anna, store, clock)).toBe(false);
    expect(new NodesSaid(store).now().words.get(anna)?.retired).toBe(true);
    await statement.renew();
    expect(new NodesSaid(store).now().words.get(anna)).toMatchObject({ retired: false, release: '0.2.0', at: clock.now() });
    // Started anew, it finds its word.
    await node(anna, '0.2.0', PRAISED).renew();
    expect(await count()).toBe(4);
  });

  it('looks again where its copy does not hold its own last word yet', async () => {
    const { store, clock } = cluster();
    const behind = join(root, String(++folders));
    MirrorLog.open(behind, store.logId).close();
    const copy = SqliteEventStore.open(behind, { mode: 'read' });
    const statement = new NodeStatement({ node: newId<NodeId>(), release: '0.2.0', knows: [], copy, cluster: store, clock });
    expect([await statement.renew(), await statement.renew()]).toEqual([true, false]);
    expect(await store.head()).toBe(1n);
    await copy.close();
  });

  it('refuses to retire a node that never said anything', async () => {
    const { store, clock } = cluster();
    await expect(retireNode(newId<NodeId>(), store, clock)).rejects.toThrow('node -- list');
  });

  it('is of a folder: its id is made once', () => {
    const folder = join(root, String(++folders));
    mkdirSync(folder);
    expect(readNodeId(folder)).toBeUndefined();
    const made = nodeIdOf(folder);
    expect([nodeIdOf(folder), readNodeId(folder)]).toEqual([made, made]);
    expect(readdirSync(folder)).toEqual(['node.id']);
    const other = join(root, String(++folders));
    mkdirSync(other);
    expect(nodeIdOf(other)).not.toBe(made);
  });
});
