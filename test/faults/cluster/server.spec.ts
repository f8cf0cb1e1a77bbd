import { join } from 'node:path';
import { temporaryFolder } from '@foundation/testing';
import { serverFaults } from './server';
import { StandInServer } from './stand-in-server';

const folder = temporaryFolder();

serverFaults(
  'three stand-ins',
  () => folder,
  async () => {
    const server = await new StandInServer({ file: join(folder, 'eventstore'), nodes: 3 }).start();
    let leader = 0;
    return {
      connectionString: server.connectionString,
      killAll: () => server.kill(),
      startAll: async () => {
        await server.start();
        leader = 0;
      },
      loseLeader: async () => {
        await server.tell({ do: 'lose-leader' });
        await server.tell({ do: 'kill', node: leader });
      },
      leaderFound: async () => {
        const next = (leader + 1) % 3;
        await server.tell({ do: 'elect', node: next });
      },
      restored: async () => {
        await server.tell({ do: 'start', node: leader });
        leader = (leader + 1) % 3;
      },
    };
  },
  (round) => 20 + ((round * 37) % 170),
);
