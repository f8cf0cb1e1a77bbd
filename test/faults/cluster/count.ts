import { EventStoreDBClient } from '@eventstore/db-client';
import { SqliteEventStore } from '@foundation/event-store';
import { Client } from '../../support/client';
import { pause } from '../../support/commands';
import { observationsOf, signIn } from '../../support/district';
import type { ClusterNode } from './cluster-node';
import type { District } from './district';
import type { Load } from './load';

const LOOKS = 300;
const LOOK_MS = 100;

/** How often each event id is in a log. */
export type Counted = ReadonlyMap<string, number>;

/** All of a server's log by the bare client, without the server's own events. */
export async function onServer(eventStore: string): Promise<Counted> {
  const client = EventStoreDBClient.connectionString(eventStore);
  const found = new Map<string, number>();
  for await (const { event } of client.readAll({ direction: 'forwards', fromPosition: 'start' })) {
    if (event && !event.type.startsWith('$')) found.set(event.id, (found.get(event.id) ?? 0) + 1);
  }
  await client.dispose();
  return found;
}

/** A node's copy of the log. */
export async function onNode(folder: string): Promise<Counted> {
  const copy = SqliteEventStore.open(folder, { mode: 'read' });
  const found = new Map<string, number>();
  for (let after = 0n; ;) {
    const page = copy.readAllSync({ after, limit: 5000 });
    for (const { id } of page) found.set(id, (found.get(id) ?? 0) + 1);
    const last = page.at(-1);
    if (!last) break;
    after = last.position;
  }
  await copy.close();
  return found;
}

/** Waits until every node holds and shows all that was acknowledged. */
async function levelled(nodes: readonly ClusterNode[], load: Load): Promise<void> {
  for (const node of nodes) {
    const manager = await signIn(new Client(node.url), 'tarrow');
    for (let look = 1; (await manager.send('GET', `caseload?after=${load.reached}`)).status !== 200 || !(await node.ready()); look++) {
      if (look === LOOKS) throw new Error(`A node does not show what was acknowledged:\n${node.projector?.printed.join('\n')}`);
      await pause(LOOK_MS);
    }
  }
}

/**
 * The law of every fault: what was acknowledged is there once, on the server, in each node's log and in its views, nothing is there twice,
 * and the digests of all nodes are equal. Call it when the load has ended.
 */
export async function expectAllCounted(nodes: readonly ClusterNode[], load: Load, district: District, eventStore: string): Promise<void> {
  await levelled(nodes, load);
  const logs = [await onServer(eventStore), ...(await Promise.all(nodes.map((node) => onNode(node.readable()))))];
  const acknowledged = [...load.acknowledged.keys()];
  const missing = logs.map((log) => acknowledged.filter((event) => !log.has(event)).length);
  const doubled = logs.map((log) => [...log.values()].filter((count) => count > 1).length);
  expect({ missing, doubled }).toEqual({ missing: logs.map(() => 0), doubled: logs.map(() => 0) });

  const observed = load.idsOf('observation');
  for (const node of nodes) {
    const manager = await signIn(new Client(node.url), 'tarrow');
    const shown = await observationsOf(manager, district.student);
    expect(observed.filter((id) => !shown.has(id))).toEqual([]);
    expect(shown.size).toBe(observed.length);
    const { days } = await manager.read<{ days: readonly { sittings: number }[] }>(`goals/${district.goal}/progress`);
    expect(days.reduce((sum, { sittings }) => sum + sittings, 0)).toBe(observed.length);
  }
  const digests = await Promise.all(nodes.map((node) => node.command('digest')));
  expect(digests[0]).toEqual({ code: 0, said: expect.stringMatching(/^log .*\nview /) });
  for (const digest of digests) expect(digest).toEqual(digests[0]);
}

/** One line for the report of a run. */
export function figures(
  fault: string,
  load: Load,
  {
    rounds,
    recoveries = [],
    whole = false,
  }: { readonly rounds: number; readonly recoveries?: readonly number[]; readonly whole?: boolean },
): void {
  const again = [...load.again].map(([status, count]) => `${count} × ${status === 0 ? 'no answer' : status}`).join(', ');
  const sorted = [...recoveries].sort((a, b) => a - b);
  const at = (part: number) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0);
  const recovery = sorted.length > 0 ? `; writes again after p50 ${at(0.5)} ms, at most ${at(1)} ms` : '';
  const { sent, acknowledged } = whole ? load.all : load.figures;
  process.stdout.write(
    `${fault}: ${rounds} rounds, ${sent} sent, ${acknowledged} acknowledged, 0 missing, 0 doubled` +
      ` (sent again: ${again || 'none'})${recovery}\n`,
  );
}

const SLACK_MIB = 150;

/** Memory of the nodes' processes when they had warmed up, and what came of it: only gross growth is a failure. */
export class Memory {
  private readonly before: readonly number[];

  constructor(private readonly nodes: readonly ClusterNode[]) {
    this.before = this.now();
  }

  expectFlat(): void {
    const after = this.now();
    process.stdout.write(`memory of the nodes’ processes: ${this.before.join(', ')} MiB before, ${after.join(', ')} MiB after\n`);
    after.forEach((size, n) => expect(size).toBeLessThan(1.5 * (this.before[n] ?? 0) + SLACK_MIB));
  }

  private now(): readonly number[] {
    return this.nodes.flatMap((node) => Object.values(node.memory()));
  }
}
