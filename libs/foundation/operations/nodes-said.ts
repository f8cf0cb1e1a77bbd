import type { SqliteEventStore, StoredEvent } from '@foundation/event-store';
import { type Happened, type Position, START } from '@foundation/kernel';
import { NODE_EVENTS, type OperationsEvent } from './events';
import { type Nodes, nodesFold } from './nodes';

const PAGE = 1000;

/** Nothing in the events of nodes is sealed. */
export const ofNode = ({ type, version, data, meta }: StoredEvent) => ({ type, version, data, meta }) as Happened<OperationsEvent>;

/** What the nodes have said, read from a log, and read on from there. */
export class NodesSaid {
  private said: Nodes = nodesFold.initial;
  private reached: Position = START;

  constructor(private readonly log: Pick<SqliteEventStore, 'readAllSync'>) {}

  now(): Nodes {
    for (;;) {
      const page = this.log.readAllSync({ after: this.reached, limit: PAGE, types: NODE_EVENTS });
      this.said = page.map(ofNode).reduce(nodesFold.evolve, this.said);
      this.reached = page.at(-1)?.position ?? this.reached;
      if (page.length < PAGE) return this.said;
    }
  }
}
