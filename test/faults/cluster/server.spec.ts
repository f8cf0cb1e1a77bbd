import { join } from 'node:path';
import { temporaryFolder } from '@foundation/testing';
import { serverFaults, type ThreeServers } from './server';
import { StandInServer } from './stand-in-server';

const folder = temporaryFolder();

async function threeStandIns(): Promise<ThreeServers> {
  const server = await new StandInServer({ file: join(folder, 'eventstore'), nodes: 3 }).start();
  let leader = 0;
  let lost = 0;
  return {
    connectionString: server.connectionString,
    killAll: () => server.kill(),
    startAll: async () => {
      await server.start();
      leader = 0;
    },
    killLeader: async () => {
      await server.tell({ do: 'lose-leader' });
      await server.tell({ do: 'kill', node: leader });
      lost = leader;
    },
    leaderFound: async () => {
      leader = (leader + 1) % 3;
      await server.tell({ do: 'elect', node: leader });
    },
    startFollower: async () => {
      await server.tell({ do: 'start', node: lost });
    },
  };
}

serverFaults('three stand-ins', () => folder, threeStandIns);
