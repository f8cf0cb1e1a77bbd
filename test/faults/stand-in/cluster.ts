import { openJournal } from './journal';
import { StandInLog } from './log';
import { type NodeOptions, StandInNode } from './node';

export interface ClusterOptions extends Omit<NodeOptions, 'port'> {
  readonly ports?: readonly number[];
  /** Followers answer a write with "not leader" instead of handing it on, as they do to a caller that requires the leader. */
  readonly followersRefuse?: boolean;
  /** Where the log is kept; absent: in memory, for as long as the cluster object lives. */
  readonly file?: string;
}

/** Nodes over one log, of which one leads. The log outlives every kill and restart of its nodes. */
export class StandInCluster {
  readonly log: StandInLog;
  readonly nodes: readonly StandInNode[];
  private leading: StandInNode | undefined;
  private readonly closeFile: () => void;

  private constructor(size: number, { ports = [], followersRefuse = false, file, ...options }: ClusterOptions) {
    const journal = file === undefined ? { log: new StandInLog(), close: () => undefined } : openJournal(file);
    this.log = journal.log;
    this.closeFile = journal.close;
    const membership = { followersRefuse, leader: () => this.leading, nodes: () => this.nodes };
    this.nodes = Array.from({ length: size }, (_, n) => new StandInNode(this.log, membership, { ...options, port: ports[n] ?? 0 }));
  }

  /** All nodes running, the first one leading. */
  static async start(size: number, options: ClusterOptions = {}): Promise<StandInCluster> {
    const cluster = new StandInCluster(size, options);
    for (const node of cluster.nodes) await node.start();
    cluster.elect();
    return cluster;
  }

  get leader(): StandInNode | undefined {
    return this.leading;
  }

  get connectionString(): string {
    const tls = this.nodes[0]!.connectionString.split('?')[1]!;
    return `esdb://${this.nodes.map(({ host, port }) => `${host}:${port}`).join(',')}?${tls}`;
  }

  /** From now on nobody leads: reads and writes are answered "not ready" until `elect`. */
  loseLeader(): void {
    this.leading = undefined;
  }

  /** Makes this node, or the first one that runs, the leader. */
  elect(node = this.nodes.find(({ running }) => running)): void {
    if (!node?.running) throw new Error('A node that does not run cannot lead');
    this.leading = node;
    this.log.writeEpoch(node.id);
  }

  /** The servers restored from a backup that was taken right after this position: connections cut, later events gone. */
  async restoreTo(position: bigint | number): Promise<void> {
    const running = this.nodes.filter((node) => node.running);
    for (const node of running) await node.kill();
    this.log.restoreTo(Number(position));
    for (const node of running) await node.start();
  }

  async stop(): Promise<void> {
    for (const node of this.nodes) await node.kill();
    this.closeFile();
  }
}
