import 'reflect-metadata';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { LocalCluster, runMain, say } from '@apps/shared';
import { createMasterKey, readMasterKey } from '@foundation/privacy';

const count = (text: string): number => {
  if (!/^[1-9]$/.test(text)) throw new InvalidArgumentError('Take 1 to 9.');
  return Number(text);
};

/** `npm run cluster:local`: all processes of a cluster on this machine, on the servers that are named. */
void runMain(async ({ data, port }) => {
  const { eventstore, redis, nodes } = new Command('cluster:local')
    .description('Runs a small cluster on this machine: for each node a projector, a worker and an API, in folders under THROUGHLINE_DATA.')
    .requiredOption('--eventstore <url>', 'esdb://… of the event store')
    .requiredOption('--redis <url>', 'redis://… of the queues')
    .option('--nodes <n>', 'nodes', count, 2)
    .parse()
    .opts<{ eventstore: string; redis: string; nodes: number }>();
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const key = join(data, 'master.key');
  if (!readMasterKey(key, process.env) && !existsSync(key)) {
    createMasterKey(key);
    say(`A new master key was made in ${key}: back it up. Without it nothing personal can be read again.`);
  }
  const environment = { ...process.env, THROUGHLINE_EVENTSTORE: eventstore, THROUGHLINE_REDIS: redis };
  return LocalCluster.run({ folder: data, environment, nodes, port });
});
