import { join } from 'node:path';
import { temporaryFolder } from '@foundation/testing';
import { pause } from '../../support/commands';
import { projectorMain } from '../../support/cluster-shape';
import { type ClusterNode, killed } from './cluster-node';
import { firstNode, nodeBeside } from './district';
import { Load } from './load';
import { type Cluster, faultsUnderLoad, ROUNDS } from './rounds';
import { StandInServer } from './stand-in-server';

const HOUR_MS = 3_600_000;
/** Hours by which a node's clock is off after its next start: back, far ahead, and in between. */
const JUMPS = [-0.5, 6, 0, -0.7, 9, 1.5];
const AT_ONCE = 4;
const folder = temporaryFolder();

let cluster: Cluster;
let first: ClusterNode;
let second: ClusterNode;

beforeAll(async () => {
  const server = await new StandInServer({ file: join(folder, 'eventstore') }).start();
  const begun = await firstNode({ folder: join(folder, 'a'), eventStore: server.connectionString });
  first = begun.node;
  second = await nodeBeside(first, join(folder, 'b'));
  const nodes = [first, second];
  cluster = { nodes, district: begun.district, eventStore: server.connectionString, load: new Load(nodes, begun.district) };
}, 120_000);

it(`loses nothing when a projector is killed ${ROUNDS} times, in the midst of what it copies`, async () => {
  const bootMs = await timed(async () => {
    await killed(second.projector);
    await second.startProjector();
  });
  await faultsUnderLoad('projector killed', cluster, {
    round: async (n) => {
      await killed(second.projector);
      await cluster.load.batch(first, 200);
      // Somewhere between its first look at the log and its having caught up.
      const catching = second.launch(projectorMain);
      await pause(bootMs * (0.6 + 0.03 * (n % ROUNDS)));
      catching.child.kill('SIGKILL');
      await catching.ended;
      await second.startProjector();
    },
  });
}, 300_000);

it(`refuses a second projector on a folder, ${ROUNDS} times`, async () => {
  const { load } = cluster;
  load.begin(2);
  for (let round = 0; round < ROUNDS; round += AT_ONCE) {
    const others = Array.from({ length: AT_ONCE }, () => second.launch(projectorMain));
    for (const { ended, printed } of others) {
      expect(await ended).toBe(1);
      expect(printed).toEqual([expect.stringMatching(/^Another Throughline .*is already running on the data folder/)]);
    }
    await load.more();
  }
  await load.end();
  expect(await second.ready()).toBe(true);
}, 120_000);

it(`loses nothing when a node's clock jumps ${ROUNDS} times`, async () => {
  await faultsUnderLoad('clock jumps', cluster, {
    round: async (n) => {
      second.shiftMs = (JUMPS[n % JUMPS.length] ?? 0) * HOUR_MS;
      // One machine, one clock: both processes jump.
      await Promise.all([killed(second.api), killed(second.projector)]);
      await Promise.all([second.startProjector(), second.startApi()]);
    },
  });
}, 300_000);

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}
