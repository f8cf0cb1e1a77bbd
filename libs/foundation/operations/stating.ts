import {
  type EventStore,
  type ExpectedRevision,
  type SealedEvent,
  type SqliteEventStore,
  WrongExpectedRevision,
} from '@foundation/event-store';
import { type Clock, type DomainEvent, eventIdOf, type NodeId } from '@foundation/kernel';
import { systemMeta } from '@foundation/privacy';
import { nodeRetired, nodeStated } from './events';
import { mustState, nodesFold, type TypeVersion } from './nodes';
import { ofNode } from './nodes-said';
import { OperationRefused } from './progress';

const streamOf = (node: NodeId): string => `node-${node}`;

export interface Statement {
  readonly node: NodeId;
  readonly release: string;
  /** Besides what every node knows. */
  readonly knows: readonly TypeVersion[];
  /** The node's copy of the log. */
  readonly copy: Pick<SqliteEventStore, 'readStreamSync'>;
  readonly cluster: Pick<EventStore, 'append'>;
  readonly clock: Clock;
}

/** A node's own word in the log: what it runs and reads. */
export class NodeStatement {
  private said = nodesFold.initial;
  private revision = -1;

  constructor(private readonly statement: Statement) {}

  /** Says it, unless the log has it. False when the copy did not hold this node's last word: look again. @throws StoreUnavailable */
  async renew(): Promise<boolean> {
    const { node, release, knows, copy, cluster, clock } = this.statement;
    for (const event of copy.readStreamSync(streamOf(node), this.revision + 1)) {
      this.said = nodesFold.evolve(this.said, ofNode(event));
      this.revision = event.revision;
    }
    const word = { release, knows: new Map(knows.map(({ type, version }) => [type, version])) };
    if (!mustState(this.said.words.get(node), word, clock.now())) return true;
    const event = sealed(nodeStated.of({ node, release, knows: [...knows] }), clock);
    return appended(cluster, node, this.revision === -1 ? 'no-stream' : this.revision, event);
  }
}

/** Nobody waits for the node any more. False when it was retired before. @throws OperationRefused, StoreUnavailable */
export async function retireNode(node: NodeId, cluster: Pick<EventStore, 'append' | 'readCurrent'>, clock: Clock): Promise<boolean> {
  const last = (await cluster.readCurrent(streamOf(node))).at(-1);
  if (!last) throw new OperationRefused(`No node ${node} has said anything in this log: npm run node -- list shows those that have.`);
  if (last.type === nodeRetired.type) return false;
  if (await appended(cluster, node, last.revision, sealed(nodeRetired.of({ node }), clock))) return true;
  throw new OperationRefused(`Node ${node} said something just now: it runs. Stop it first.`);
}

async function appended(
  cluster: Pick<EventStore, 'append'>,
  node: NodeId,
  expected: ExpectedRevision,
  event: SealedEvent,
): Promise<boolean> {
  try {
    await cluster.append(streamOf(node), expected, [event]);
    return true;
  } catch (error) {
    if (error instanceof WrongExpectedRevision) return false;
    throw error;
  }
}

/** Nothing in these events is sealed. */
function sealed({ type, version, data }: DomainEvent, clock: Clock): SealedEvent {
  const meta = systemMeta(clock);
  return { id: eventIdOf(meta.commandId, 0), type, version, data, meta };
}
