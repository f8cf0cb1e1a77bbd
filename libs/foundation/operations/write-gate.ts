import { NodesBehind, type SqliteEventStore, type WriteGate } from '@foundation/event-store';
import type { Clock } from '@foundation/kernel';
import { behind, covers, isOpen, type TypeVersion, type Versions } from './nodes';
import { NodesSaid } from './nodes-said';

/** Lets a type or version through once every live node has said that it reads it; then it stays open. */
export class NodesGate implements WriteGate {
  private readonly opened: Map<string, number>;
  private readonly said: NodesSaid;

  constructor(
    log: Pick<SqliteEventStore, 'readAllSync'>,
    baseline: Versions,
    private readonly clock: Clock,
  ) {
    this.said = new NodesSaid(log);
    this.opened = new Map(baseline);
  }

  isOpen(event: TypeVersion): boolean {
    return covers(this.opened, event);
  }

  async open(event: TypeVersion, catchUp: () => Promise<void>): Promise<void> {
    if (this.look(event)) return;
    await catchUp();
    if (this.look(event)) return;
    throw new NodesBehind(event, behind(this.said.now(), event, this.clock.now()));
  }

  private look({ type, version }: TypeVersion): boolean {
    const open = isOpen(this.said.now(), { type, version }, this.clock.now());
    if (open) this.opened.set(type, Math.max(version, this.opened.get(type) ?? 0));
    return open;
  }
}
