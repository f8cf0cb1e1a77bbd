import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@foundation/testing';
import { onSmallDisk, seenBy } from '../../support/disks';
import { pause } from '../../support/commands';
import { ClusterNode, statusOf } from './cluster-node';
import { firstNode } from './district';
import { Load } from './load';
import { type Cluster, faultsUnderLoad, ROUNDS } from './rounds';
import { StandInServer } from './stand-in-server';

const MEGABYTES = 256;
const folder = temporaryFolder();

let cluster: Cluster;
let first: ClusterNode;
let small: ClusterNode;
let disk: string;

/** A node on a small disk that only its own processes see. */
async function onADiskOfItsOwn(place: string, eventStore: string): Promise<ClusterNode> {
  mkdirSync(place);
  const environment = { THROUGHLINE_MASTER_KEY: readFileSync(join(first.folder, 'master.key'), 'utf8').trim() };
  const node = new ClusterNode({ folder: place, eventStore, environment, launcher: onSmallDisk(place, MEGABYTES) });
  const { child } = await node.startProjector();
  disk = seenBy(child.pid, place);
  node.enter(['nsenter', '--target', String(child.pid), '--user', '--mount', '--preserve-credentials'], disk);
  await node.startApi();
  return node;
}

beforeAll(async () => {
  const server = await new StandInServer({ file: join(folder, 'eventstore') }).start();
  const begun = await firstNode({ folder: join(folder, 'a'), eventStore: server.connectionString });
  first = begun.node;
  small = await onADiskOfItsOwn(join(folder, 'b'), server.connectionString);
  cluster = {
    nodes: [first, small],
    district: begun.district,
    eventStore: server.connectionString,
    load: new Load([first], begun.district),
  };
}, 120_000);

it(`goes on elsewhere while one node's disk is full, and catches up by itself when there is room, ${ROUNDS} times`, async () => {
  const filler = join(disk, 'filler');
  await faultsUnderLoad('disk full on one node', cluster, {
    rounds: ROUNDS,
    round: async () => {
      expect(() => writeFileSync(filler, Buffer.alloc(MEGABYTES * 1024 * 1024))).toThrow('ENOSPC');
      // What the log's files have room for already is still written.
      for (let batch = 0; batch < 100 && (await small.ready()); batch++) await cluster.load.batch(first, 50);
      expect(await small.ready()).toBe(false);
      for (const one of [small.projector, small.api]) expect(await statusOf(`${one?.url}/health/live`)).toBe(200);
      expect(await first.ready()).toBe(true);
    },
    after: async () => {
      rmSync(filler);
      await until(() => small.ready());
    },
  });
}, 300_000);

async function until(true_: () => Promise<boolean>): Promise<void> {
  for (let look = 0; look < 1200; look++) {
    if (await true_()) return;
    await pause(50);
  }
  throw new Error(`It did not come to pass:\n${[...(small.projector?.printed ?? []), ...(small.api?.printed ?? [])].join('\n')}`);
}
