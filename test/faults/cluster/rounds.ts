import type { ClusterNode } from './cluster-node';
import { expectAllCounted, figures, Memory } from './count';
import type { District } from './district';
import type { Load } from './load';
import { Reader } from './reader';

export const ROUNDS = Number(process.env['FAULT_ROUNDS'] ?? 20);
/** Acknowledged between two faults at least. */
const BETWEEN = 10;

/** Of a fault that takes a node seconds to get over. */
export const SLOW_ROUNDS = Number(process.env['FAULT_ROUNDS'] ?? 4);

export interface Cluster {
  readonly nodes: readonly ClusterNode[];
  readonly district: District;
  readonly load: Load;
  /** Connection string past every fault, for the count at the end. */
  readonly eventStore: string;
}

export interface Faults {
  /** Does its worst, and resolves when writes can be answered again. */
  readonly round: (n: number) => Promise<void>;
  /** Once the first write was acknowledged. */
  readonly after?: (n: number) => Promise<void>;
  /** When the load has ended, before anything is counted. */
  readonly end?: () => Promise<void>;
  readonly rounds?: number;
  /** How many write at a time. */
  readonly tablets?: number;
  /** Somebody reads on the first node meanwhile, and is never interrupted. */
  readonly read?: boolean;
}

/** Rounds of one fault under load, in one run of the processes, and the count. */
export async function faultsUnderLoad(
  name: string,
  cluster: Cluster,
  { round, after, end, rounds = ROUNDS, tablets, read = true }: Faults,
): Promise<void> {
  const { nodes, district, load, eventStore } = cluster;
  const [first] = nodes;
  load.begin(tablets);
  const reader = read && first ? await Reader.begin(first, district) : undefined;
  const recoveries: number[] = [];
  let memory: Memory;
  try {
    await load.more(BETWEEN);
    memory = new Memory(nodes);
    for (let n = 0; n < rounds; n++) {
      await round(n);
      recoveries.push(await load.more());
      await after?.(n);
      await load.more(BETWEEN);
    }
    await load.end();
    await end?.();
  } finally {
    load.abandon();
    await reader?.end();
  }
  await expectAllCounted(nodes, load, district, eventStore);
  figures(name, load, { rounds, recoveries });
  if (reader) process.stdout.write(`reads meanwhile: ${reader.answered} answered, slowest ${Math.round(reader.slowestMs)} ms\n`);
  memory.expectFlat();
  expect(reader?.interrupted ?? []).toEqual([]);
}
