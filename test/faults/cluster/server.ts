import { pause } from '../../support/commands';
import { expectAllCounted, figures, Memory } from './count';
import { ClusterNode } from './cluster-node';
import { type District, firstNode, nodeBeside } from './district';
import { Load } from './load';
import { Reader } from './reader';

export const ROUNDS = 20;
/** Acknowledged between two faults at least. */
export const BETWEEN = 10;

/** An event store of three servers that can be killed, whatever it is. */
export interface ThreeServers {
  readonly connectionString: string;
  /** All of them at once, as `kill -9`. */
  killAll(): Promise<void>;
  /** Resolves when writes can be answered. */
  startAll(): Promise<void>;
  /** Ends whichever leads. */
  loseLeader(): Promise<void>;
  /** Resolves when another one leads and answers writes. */
  leaderFound(): Promise<void>;
  /** The lost one is back as a follower. */
  restored(): Promise<void>;
}

/** Two nodes on three servers, which are killed and lose their leader. */
export function serverFaults(name: string, folder: () => string, start: () => Promise<ThreeServers>, awayMs: (round: number) => number): void {
  describe(name, () => {
    let servers: ThreeServers;
    let nodes: readonly ClusterNode[];
    let district: District;

    beforeAll(async () => {
      servers = await start();
      const first = await firstNode({ folder: `${folder()}/a`, eventStore: servers.connectionString });
      district = first.district;
      nodes = [first.node, await nodeBeside(first.node, `${folder()}/b`)];
    }, 120_000);

    const faults = async (fault: string, lose: () => Promise<void>, found: () => Promise<void>, after?: () => Promise<void>) => {
      const load = new Load(nodes, district).begin();
      const reader = await Reader.begin(nodes[0]!, district);
      const recoveries: number[] = [];
      await load.more(BETWEEN);
      const memory = new Memory(nodes);
      for (let round = 0; round < ROUNDS; round++) {
        await lose();
        await pause(awayMs(round));
        await found();
        recoveries.push(await load.more());
        await after?.();
        await load.more(BETWEEN);
      }
      await load.end();
      await reader.end();
      await expectAllCounted(nodes, load, district, servers.connectionString);
      figures(fault, load, { rounds: ROUNDS, recoveries });
      process.stdout.write(`reads meanwhile: ${reader.answered} answered, slowest ${Math.round(reader.slowestMs)} ms\n`);
      memory.expectFlat();
      expect(reader.interrupted).toEqual([]);
    };

    it(`loses nothing when the servers are killed and restarted ${ROUNDS} times`, async () => {
      await faults(`${name}, killed and restarted`, () => servers.killAll(), () => servers.startAll());
    }, 900_000);

    it(`loses nothing when the leader is lost ${ROUNDS} times`, async () => {
      await faults(`${name}, leader lost`, () => servers.loseLeader(), () => servers.leaderFound(), () => servers.restored());
    }, 900_000);
  });
}
