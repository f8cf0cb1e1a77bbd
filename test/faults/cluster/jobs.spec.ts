import { join } from 'node:path';
import { temporaryFolder } from '@foundation/testing';
import { Client } from '../../support/client';
import { pause } from '../../support/commands';
import { type RedisServer, startRedis } from '../../support/redis';
import { type ClusterNode, killed } from './cluster-node';
import { firstNode, nodeBeside } from './district';
import { Errands } from './errands';
import { Load } from './load';
import { type Cluster, faultsUnderLoad, ROUNDS } from './rounds';
import { StandInServer } from './stand-in-server';

/** Of so many rounds, one has a roster in flight, and one waits until work goes on, or is done. */
const EVERY = 4;
/** The machine is the workers'. */
const TABLETS = 2;
const folder = temporaryFolder();

let redis: RedisServer;
let cluster: Cluster;
let errands: Errands;

beforeAll(async () => {
  const [server, started] = await Promise.all([new StandInServer({ file: join(folder, 'eventstore') }).start(), startRedis()]);
  redis = started;
  const environment = { THROUGHLINE_REDIS: redis.url, THROUGHLINE_EXPORTS: join(folder, 'exports') };
  const { node, district } = await firstNode({ folder: join(folder, 'a'), eventStore: server.connectionString, environment });
  const nodes = [node, await nodeBeside(node, join(folder, 'b'))];
  cluster = { nodes, district, eventStore: server.connectionString, load: new Load(nodes, district) };
  errands = await Errands.begin(nodes, district);
}, 300_000);
afterAll(() => redis.stop());

it('shows an administrator what is queued, from every API', async () => {
  for (const node of cluster.nodes) {
    const admin = new Client(node.url);
    admin.useToken(cluster.district.admin.accessToken);
    const { queues } = (await admin.send<{ queues: readonly { name: string }[] }>('GET', 'jobs/board/api/queues')).body;
    expect(queues.map(({ name }) => name)).toContain('rosters');
    expect((await admin.send('GET', 'jobs/board/')).status).toBe(200);
    expect((await new Client(node.url).send('GET', 'jobs/board/api/queues')).status).toBe(404);
  }
});

it(`does all work once when workers are killed ${ROUNDS} times in its midst`, async () => {
  const starting = new Map<ClusterNode, Promise<unknown>>();
  const again: number[] = [];
  await errands.start();
  await faultsUnderLoad('worker killed mid-job', cluster, {
    rounds: ROUNDS,
    tablets: TABLETS,
    round: async (n) => {
      const node = cluster.nodes[n % cluster.nodes.length]!;
      await starting.get(node);
      await errands.copy();
      if (n % EVERY === 0) await errands.roster();
      await pause((n * 137) % 600);
      await killed(node.worker);
      // Meanwhile the other one has both.
      starting.set(node, node.startWorker());
    },
    after: async (n) => {
      // What is killed more often than a job may be is taken for what kills its worker, and laid with the dead.
      if (n % EVERY === EVERY - 1) again.push(await errands.done());
    },
    end: async () => {
      await Promise.all(starting.values());
      again.push(await errands.done());
      await errands.expectToldOnce();
    },
  });
  await tell(again);
}, 600_000);

it(`does all work once when Redis is killed ${ROUNDS} times and comes back empty`, async () => {
  const again: number[] = [];
  await errands.start();
  await faultsUnderLoad('Redis killed, restarted empty', cluster, {
    rounds: ROUNDS,
    tablets: TABLETS,
    round: async (n) => {
      await errands.copy();
      if (n % EVERY === 0) await errands.roster();
      await pause((n * 137) % 400);
      await redis.kill();
      if (n % EVERY === 1) await errands.copy();
      if (n % EVERY === 2) await errands.roster();
      await pause((n * 37) % 200);
      await redis.restart({ empty: true });
    },
    after: async (n) => {
      if (n % EVERY === EVERY - 1) again.push(await errands.onceMore());
    },
    end: async () => void again.push(await errands.done()),
  });
  await tell(again);
}, 600_000);

async function tell(again: readonly number[]): Promise<void> {
  const done = await errands.expectDoneOnce(cluster.eventStore, redis.url);
  const times = again.map((ms) => Math.round(ms)).join(', ');
  process.stdout.write(`${done}; one more after ${times} ms, the last until nothing was left\n`);
}
