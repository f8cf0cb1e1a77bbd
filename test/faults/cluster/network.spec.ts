import { join } from 'node:path';
import { temporaryFolder } from '@foundation/testing';
import { pause } from '../../support/commands';
import { TcpProxy } from '../proxy';
import { firstNode, nodeBeside } from './district';
import { Load } from './load';
import { type Cluster, faultsUnderLoad, ROUNDS } from './rounds';
import { StandInServer } from './stand-in-server';

const LONG_CUT_MS = 30_000;
const LOST = ['cut', 'unavailable', 'half-close', 'silence'];
const folder = temporaryFolder();

let server: StandInServer;
let network: TcpProxy;
let cluster: Cluster;

beforeAll(async () => {
  server = await new StandInServer({ file: join(folder, 'eventstore') }).start();
  network = await TcpProxy.start({ port: server.ports[0]! });
  const proxied = `esdb://${network.host}:${network.port}?tls=false`;
  const { node, district } = await firstNode({ folder: join(folder, 'a'), eventStore: proxied });
  const nodes = [node, await nodeBeside(node, join(folder, 'b'))];
  cluster = { nodes, district, eventStore: server.connectionString, load: new Load(nodes, district) };
}, 120_000);
afterAll(() => network.stop());

it(`loses nothing when the network is cut ${ROUNDS} times, once for ${LONG_CUT_MS / 1000} s`, async () => {
  await faultsUnderLoad('network cut', cluster, {
    round: async (n) => {
      // Every other time it swallows what is sent instead of refusing it.
      if (n % 2 === 1) network.stall();
      else {
        await network.refuse();
        network.cut();
      }
      await pause(n === 2 ? LONG_CUT_MS : 50 + ((n * 37) % 400));
      await network.resume();
    },
  });
}, 300_000);

it(`loses and doubles nothing when answers are lost after the commit, ${ROUNDS} times in four ways`, async () => {
  await faultsUnderLoad('answer lost after commit', cluster, {
    round: async (n) => {
      const by = LOST[n % LOST.length];
      await server.tell({ do: 'fault', fault: { kind: 'lose-answer', by }, scope: { calls: ['batch-append'], times: 4 } });
    },
  });
  const { repeated } = await server.tell({ do: 'counts' });
  expect(repeated).toBeGreaterThanOrEqual(ROUNDS);
}, 300_000);
