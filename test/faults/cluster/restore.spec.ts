import { copyFileSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@foundation/testing';
import { Client } from '../../support/client';
import { pause } from '../../support/commands';
import { observationsOf, signIn } from '../../support/district';
import { type ClusterNode, statusOf } from './cluster-node';
import { expectAllCounted, figures, onNode, onServer } from './count';
import { type District, firstNode, nodeBeside } from './district';
import { Load } from './load';
import { SLOW_ROUNDS } from './rounds';
import { StandInServer } from './stand-in-server';

const STOPPED = 3;
const folder = temporaryFolder();

let server: StandInServer;
let district: District;
let nodes: readonly ClusterNode[];

beforeAll(async () => {
  server = await new StandInServer({ file: join(folder, 'eventstore') }).start();
  const begun = await firstNode({ folder: join(folder, 'a'), eventStore: server.connectionString });
  district = begun.district;
  nodes = [begun.node, await nodeBeside(begun.node, join(folder, 'b'))];
}, 120_000);

it(`stops every node when the server is restored to an earlier point, and brings back all that was acknowledged, ${SLOW_ROUNDS} times`, async () => {
  const load = new Load(nodes, district);
  const stoppedMs: number[] = [];
  for (let round = 0; round < SLOW_ROUNDS; round++) {
    load.begin();
    await load.more(10);
    const { head } = await server.tell({ do: 'counts' });
    await load.more(15);
    await load.end();
    const acknowledged = [...load.acknowledged.keys()];
    await holding(acknowledged);

    const begun = performance.now();
    const stopping = Promise.all(nodes.flatMap(({ projector, api }) => [projector!.ended, api!.ended]));
    const served = readUntilStopped(nodes[0]!);
    await server.tell({ do: 'restore', position: head });
    expect(await stopping).toEqual([STOPPED, STOPPED, STOPPED, STOPPED]);
    stoppedMs.push(performance.now() - begun);
    for (const node of nodes) {
      expect(node.projector?.printed.join('\n')).toMatch(/restored to an ?earlier point/);
      expect(node.api?.printed.join('\n')).toMatch(/restored to an ?earlier point.*reconcile/);
    }
    // Until it stopped a node showed what was acknowledged, never less.
    expect((await served).fewest).toBeGreaterThanOrEqual(load.idsOf('observation').length);

    const there = await onServer(server.connectionString);
    const lost = acknowledged.filter((event) => !there.has(event));
    expect(lost.length).toBeGreaterThanOrEqual(10);
    const listed = await nodes[0]!.command('reconcile');
    expect(listed.code).toBe(1);
    expect(listed.said).toContain(`The server lacks ${eventsIn(listed.said).length} events`);
    const lacking = eventsIn(listed.said);
    expect([...lacking].sort()).toEqual([...(await onNode(nodes[0]!.folder)).keys()].filter((event) => !there.has(event)).sort());
    expect(lost.filter((event) => !lacking.includes(event))).toEqual([]);
    const brought = await nodes[0]!.command('reconcile', '--bring-back');
    expect([brought.code, brought.said]).toEqual([0, expect.stringContaining(`${lacking.length} were brought back`)]);
    await beginAfresh(round);
  }
  await load.begin().more(10);
  await load.end();
  await expectAllCounted(nodes, load, district, server.connectionString);
  figures('server restored to an earlier point', load, { rounds: SLOW_ROUNDS, whole: true });
  process.stdout.write(`nodes stopped after at most ${Math.round(Math.max(...stoppedMs))} ms\n`);
}, 600_000);

/** Waits until both nodes hold these events. */
async function holding(events: readonly string[]): Promise<void> {
  for (const node of nodes) {
    for (let look = 0; look < 200; look++) {
      const there = await onNode(node.folder);
      if (events.every((event) => there.has(event))) break;
      await pause(50);
    }
  }
}

/** Reads without end; the fewest observations that were ever shown. */
async function readUntilStopped(node: ClusterNode): Promise<{ readonly fewest: number }> {
  const manager = await signIn(new Client(node.url), 'tarrow');
  let fewest = Infinity;
  for (;;) {
    try {
      fewest = Math.min(fewest, (await observationsOf(manager, district.student)).size);
    } catch {
      if ((await statusOf(`${node.url}/health/live`)) === 0) return { fewest };
    }
  }
}

/** What the runbook says: the old folders aside, and each node from nothing. */
async function beginAfresh(round: number): Promise<void> {
  const begin = async (node: ClusterNode): Promise<void> => {
    const aside = `${node.folder}.${round}`;
    renameSync(node.folder, aside);
    mkdirSync(node.folder, { mode: 0o700 });
    copyFileSync(join(aside, 'master.key'), join(node.folder, 'master.key'));
    await node.start();
  };
  await Promise.all(nodes.map(begin));
}

const eventsIn = (listed: string): readonly string[] =>
  [...listed.matchAll(/^ {2}\d+ .* revision \d+ {2}\S+ {2}([0-9a-f-]{36}) {2}by /gm)].map(([, event]) => event ?? '');
