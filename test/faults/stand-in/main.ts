import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { StandInCluster } from './cluster';
import type { Fault, Scope } from './faults';

/**
 * The stand-in as a process of its own, which a test can kill: `node test/support/ts-child.js test/faults/stand-in/main.ts`.
 * First line on standard output: `{"ports":[...],"connectionString":"esdb://..."}`. Each line on standard input is a command (see `Command`)
 * and is answered by one line: `{"done":true}` with what was asked for, or `{"error":"..."}`. The process ends with its standard input.
 */
const { values } = parseArgs({
  options: {
    /** One for each node, or 0 for free ones. */
    port: { type: 'string', multiple: true, default: [] },
    nodes: { type: 'string', default: '1' },
    /** Where the log is kept. */
    file: { type: 'string' },
    'tls-cert': { type: 'string' },
    'tls-key': { type: 'string' },
    'followers-refuse': { type: 'boolean', default: false },
  },
});

type Command =
  | { do: 'fault'; node?: number; fault: Fault; scope?: Scope }
  | { do: 'clear' | 'kill' | 'start' | 'restart' | 'cut' | 'end-subscriptions'; node?: number }
  | { do: 'elect'; node: number }
  | { do: 'lose-leader' | 'scavenge' | 'counts' }
  | { do: 'restore'; position: string };

const { 'tls-cert': cert, 'tls-key': key } = values;

async function main(): Promise<void> {
  const cluster = await StandInCluster.start(Number(values.nodes), {
    ports: values.port.map(Number),
    followersRefuse: values['followers-refuse'],
    ...(values.file !== undefined && { file: values.file }),
    ...(cert !== undefined && key !== undefined && { tls: { cert: readFileSync(cert), key: readFileSync(key) } }),
  });
  say({ ports: cluster.nodes.map(({ port }) => port), connectionString: cluster.connectionString });
  for await (const line of createInterface({ input: process.stdin })) {
    try {
      say({ done: true, ...(await run(cluster, JSON.parse(line) as Command)) });
    } catch (error) {
      say({ error: error instanceof Error ? error.message : String(error) });
    }
  }
  await cluster.stop();
}

async function run(cluster: StandInCluster, command: Command): Promise<object> {
  const node = cluster.nodes['node' in command ? (command.node ?? 0) : 0];
  if (!node) throw new Error('There is no such node');
  switch (command.do) {
    case 'fault':
      node.faults.set(command.fault, command.scope);
      break;
    case 'clear':
      node.faults.clear();
      break;
    case 'kill':
    case 'start':
    case 'restart':
      await node[command.do]();
      break;
    case 'cut':
      node.cutAll();
      break;
    case 'end-subscriptions':
      node.endSubscriptions();
      break;
    case 'elect':
      cluster.elect(node);
      break;
    case 'lose-leader':
      cluster.loseLeader();
      break;
    case 'scavenge':
      cluster.log.scavenge();
      break;
    case 'restore':
      await cluster.restoreTo(BigInt(command.position));
      break;
    case 'counts':
      return { ...cluster.log.counts, head: String(cluster.log.head) };
  }
  return {};
}

function say(what: object): void {
  process.stdout.write(`${JSON.stringify(what)}\n`);
}

void main();
