import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { BASELINE, catalogue, say, systemClock } from '@apps/shared';
import type { ClusterSettings } from '@config/cluster-settings';
import { SqliteEventStore } from '@foundation/event-store';
import { EventStoreDbEventStore } from '@foundation/event-store/eventstoredb';
import { id, type Instant, isUuid, type NodeId } from '@foundation/kernel';
import { isForgotten, isLive, knownBesides, newestOf, NodesSaid, type NodeWord, readNodeId, retireNode } from '@foundation/operations';

type Work = (settings: ClusterSettings) => Promise<number>;

/** `npm run node -- list|retire`: which nodes there are, and which are gone. */
export function nodesCommands(program: Command, chosen: (work: Work) => void): void {
  program
    .command('list')
    .description('the cluster’s nodes, when each last said what it runs, and which event types it cannot read; nobody writes those')
    .action(() => chosen(list));
  program
    .command('retire')
    .description('a node is gone for good: nobody waits for it any more. One that still runs states itself again')
    .argument('<id>', 'as list shows it', nodeIn)
    .action((node: NodeId) => chosen((settings) => retire(node, settings)));
}

function nodeIn(text: string): NodeId {
  if (!isUuid(text)) throw new InvalidArgumentError('Name a node by its id, as npm run node -- list shows it.');
  return id<NodeId>(text);
}

/** By this node’s copy of the log. */
async function list({ data }: ClusterSettings): Promise<number> {
  const here = readNodeId(data);
  const now = systemClock.now();
  const copy = SqliteEventStore.open(data, { mode: 'read' });
  const words = [...new NodesSaid(copy).now().words.values()].sort((a, b) => (a.at < b.at ? 1 : -1));
  await copy.close();
  const ours = new Map(knownBesides(BASELINE, catalogue.definitions).map(({ type, version }) => [type, version]));
  const wanted = newestOf(ours, ...words.filter((word) => isLive(word, now)).map(({ knows }) => knows));
  for (const word of words) {
    const lacks = [...wanted].filter(([type, version]) => (word.knows.get(type) ?? 0) < version).map((one) => one.join(' version '));
    say(
      `${word.node}${word.node === here ? ' (this node)' : ''}  release ${word.release}  last said ${word.at}  ${standingOf(word, now)}  ` +
        (lacks.length === 0 ? 'lacks nothing' : `lacks ${lacks.join(', ')}`),
    );
  }
  if (words.length === 0) say('No node has said anything yet.');
  return 0;
}

function standingOf(word: NodeWord, now: Instant): string {
  if (word.retired) return 'retired';
  return isForgotten(word, now) ? 'silent for two days: counts no more' : 'counts';
}

async function retire(node: NodeId, { data, eventStore }: ClusterSettings): Promise<number> {
  const copy = SqliteEventStore.open(data, { mode: 'read' });
  const cluster = EventStoreDbEventStore.attach(eventStore, copy.logId);
  try {
    await cluster.assertSameLog();
    const now = await retireNode(node, cluster, systemClock);
    say(now ? `Node ${node} is retired. Should it still run, or come back, it counts again.` : `Node ${node} was retired already.`);
    return 0;
  } finally {
    await cluster.close();
    await copy.close();
  }
}
