import { pause } from '../../support/commands';
import { firstNode, nodeBeside } from './district';
import { Load } from './load';
import { type Cluster, faultsUnderLoad, ROUNDS } from './rounds';

/** An event store of three servers that can be killed, whatever it is. */
export interface ThreeServers {
  readonly connectionString: string;
  /** All of them at once, as `kill -9`. */
  killAll(): Promise<void>;
  /** Resolves when writes can be answered. */
  startAll(): Promise<void>;
  /** Ends whichever leads, as `kill -9`. */
  killLeader(): Promise<void>;
  /** Resolves when another one leads and writes can be answered. */
  leaderFound(): Promise<void>;
  /** The one that led is started again, and follows. */
  startFollower(): Promise<void>;
}

const LONG_MS = 300_000;

/** Two nodes on three servers, which are killed and lose their leader. */
export function serverFaults(name: string, folder: () => string, start: () => Promise<ThreeServers>): void {
  let servers: ThreeServers;
  let cluster: Cluster;

  beforeAll(async () => {
    servers = await start();
    const eventStore = servers.connectionString;
    const { node, district } = await firstNode({ folder: `${folder()}/a`, eventStore });
    const nodes = [node, await nodeBeside(node, `${folder()}/b`)];
    cluster = { nodes, district, eventStore, load: new Load(nodes, district) };
  }, LONG_MS);

  it(
    `loses nothing when the servers are killed and restarted ${ROUNDS} times`,
    async () => {
      await faultsUnderLoad(`${name}, killed and restarted`, cluster, {
        round: async (n) => {
          await servers.killAll();
          await pause(awayMs(n));
          await servers.startAll();
        },
      });
    },
    2 * LONG_MS,
  );

  it(
    `loses nothing when the leader is lost ${ROUNDS} times`,
    async () => {
      await faultsUnderLoad(`${name}, leader lost`, cluster, {
        round: async (n) => {
          await servers.killLeader();
          await pause(awayMs(n));
          await servers.leaderFound();
        },
        after: () => servers.startFollower(),
      });
    },
    2 * LONG_MS,
  );
}

const awayMs = (round: number): number => 20 + ((round * 37) % 170);
