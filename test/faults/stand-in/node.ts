import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server as TcpServer, type Socket } from 'node:net';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { GossipService } from '@eventstore/db-client/generated/gossip_grpc_pb';
import { ServerFeaturesService } from '@eventstore/db-client/generated/serverfeatures_grpc_pb';
import { StreamsService } from '@eventstore/db-client/generated/streams_grpc_pb';
import type { Refusal } from './answers';
import { append } from './append';
import { batchAppend } from './batch-append';
import { gossip, supportedMethods } from './cluster-info';
import type { Endpoint, Member, NodeContext } from './context';
import { softDelete, tombstone } from './delete';
import { Faults } from './faults';
import type { StandInLog } from './log';
import { reset } from '../reset';
import { read } from './read';
import { DEFAULT_USERS, Rights, type Users } from './rights';

export interface Tls {
  readonly cert: Buffer;
  readonly key: Buffer;
}

export interface NodeOptions {
  readonly host?: string;
  /** 0 or absent: a free one, kept over restarts. */
  readonly port?: number;
  /** With TLS come credentials and rights; without it both are ignored, as in a server started insecure. */
  readonly tls?: Tls;
  readonly users?: Users;
}

/** What a node is told by the cluster that it is in. */
export interface Membership {
  readonly followersRefuse: boolean;
  leader(): StandInNode | undefined;
  nodes(): readonly StandInNode[];
}

const HANDLERS = { append, batchAppend, read, delete: softDelete, tombstone };

/** One server on one port. Killed and started again it serves the same log on the same port. */
export class StandInNode implements NodeContext {
  readonly id = randomUUID();
  readonly faults = new Faults();
  readonly rights: Rights;
  readonly host: string;
  port: number;
  private tcp: TcpServer | undefined;
  private grpc: Server | undefined;
  private readonly sockets = new Map<string, Socket>();
  private readonly subscriptions = new Set<(refusal?: Refusal) => void>();

  constructor(
    readonly log: StandInLog,
    private readonly membership: Membership,
    private readonly options: NodeOptions = {},
  ) {
    this.host = options.host ?? '127.0.0.1';
    this.port = options.port ?? 0;
    this.rights = new Rights(log, options.tls && { ...DEFAULT_USERS, ...options.users });
  }

  get running(): boolean {
    return this.tcp !== undefined;
  }

  get state(): Member['state'] {
    const leader = this.membership.leader();
    if (!leader?.running) return 'unknown';
    return leader === this ? 'leader' : 'follower';
  }

  get leader(): Endpoint | undefined {
    return this.membership.leader();
  }

  get forwards(): boolean {
    return !this.membership.followersRefuse;
  }

  /** For one node; a cluster has its own. */
  get connectionString(): string {
    return `esdb://${this.host}:${this.port}?tls=${this.options.tls ? 'true' : 'false'}`;
  }

  members(): readonly Member[] {
    return this.membership.nodes().map(({ id, host, port, running, state }) => ({ id, host, port, state, alive: running }));
  }

  async start(): Promise<this> {
    const grpc = new Server({ 'grpc.max_receive_message_length': 17 * 1024 * 1024 });
    const handlers = Object.fromEntries(Object.entries(HANDLERS).map(([name, handler]) => [name, handler(this)]));
    grpc.addService(StreamsService, handlers);
    grpc.addService(ServerFeaturesService, { getSupportedMethods: supportedMethods(this) });
    grpc.addService(GossipService, { read: gossip(this) });
    const injector = grpc.createConnectionInjector(credentialsOf(this.options.tls));
    // Own sockets, so that a killed node can reset its connections as a killed process does.
    const tcp = createServer((socket) => {
      // One that was on its way when the node was killed.
      if (this.tcp !== tcp) return void reset(socket);
      const peer = `${socket.remoteAddress}:${socket.remotePort}`;
      this.sockets.set(peer, socket);
      socket.on('error', () => undefined).on('close', () => this.sockets.delete(peer));
      injector.injectConnection(socket);
    });
    this.tcp = tcp;
    this.grpc = grpc;
    tcp.listen(this.port, this.host);
    await once(tcp, 'listening');
    this.port = (tcp.address() as AddressInfo).port;
    return this;
  }

  /** Like `kill -9`: connections are reset, and until `start` new ones are refused. */
  async kill(): Promise<void> {
    const { tcp, grpc } = this;
    if (!tcp) return;
    this.tcp = undefined;
    const closed = once(tcp, 'close');
    tcp.close();
    this.cutAll();
    grpc?.forceShutdown();
    this.log.forgetRecent();
    await closed;
  }

  async restart(): Promise<void> {
    await this.kill();
    await this.start();
  }

  /** Resets every connection; new ones are taken. */
  cutAll(): void {
    for (const socket of this.sockets.values()) reset(socket);
  }

  cut(peer: string): void {
    const socket = this.sockets.get(peer);
    if (socket) reset(socket);
  }

  /** Ends every running subscription: as if all were well, or with an error. */
  endSubscriptions(refusal?: Refusal): void {
    for (const end of [...this.subscriptions]) end(refusal);
  }

  onSubscriptionsEnd(end: (refusal?: Refusal) => void): () => void {
    this.subscriptions.add(end);
    return () => void this.subscriptions.delete(end);
  }
}

function credentialsOf(tls: Tls | undefined): ServerCredentials {
  return tls ? ServerCredentials.createSsl(null, [{ cert_chain: tls.cert, private_key: tls.key }]) : ServerCredentials.createInsecure();
}
