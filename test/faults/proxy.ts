import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

import { reset } from './reset';

export interface Target {
  readonly host?: string;
  readonly port: number;
}

interface Pair {
  readonly outer: Socket;
  readonly inner: Socket;
}

/** A stretch of network between a client and a server, which a test can cut, close and clog. Passes bytes on as they are, TLS too. */
export class TcpProxy {
  readonly host = '127.0.0.1';
  port = 0;
  private listening: Server | undefined;
  private stalled = false;
  private readonly pairs = new Set<Pair>();

  private constructor(private readonly target: Target) {}

  /** Listens on a free port of 127.0.0.1, and keeps it. */
  static async start(target: Target): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    await proxy.listen();
    return proxy;
  }

  /** Connections that are open at this moment. */
  get connections(): number {
    return this.pairs.size;
  }

  /** Resets all connections; new ones are taken. */
  cut(): void {
    for (const { outer, inner } of this.pairs) {
      reset(outer);
      reset(inner);
    }
  }

  /** Refuses new connections until `resume`; those that there are go on. */
  async refuse(): Promise<void> {
    const closing = this.listening;
    this.listening = undefined;
    // Node's `close` also waits for the connections that it took, which may go on for long.
    closing?.close();
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** Takes connections and bytes but passes nothing on, in either direction, until `resume`. */
  stall(): void {
    this.stalled = true;
    for (const { outer, inner } of this.pairs) {
      outer.pause();
      inner.pause();
    }
  }

  /** Takes connections again, and passes on what was held back. */
  async resume(): Promise<void> {
    this.stalled = false;
    for (const { outer, inner } of this.pairs) {
      outer.resume();
      inner.resume();
    }
    if (!this.listening) await this.listen();
  }

  async stop(): Promise<void> {
    await this.refuse();
    this.cut();
  }

  private async listen(): Promise<void> {
    const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (outer) => this.join(outer));
    server.listen(this.port, this.host);
    await once(server, 'listening');
    this.port = (server.address() as AddressInfo).port;
    this.listening = server;
  }

  private join(outer: Socket): void {
    const inner = connect({ port: this.target.port, host: this.target.host ?? '127.0.0.1', allowHalfOpen: true });
    const pair = { outer, inner };
    this.pairs.add(pair);
    this.pass(pair.outer, pair.inner, pair);
    this.pass(pair.inner, pair.outer, pair);
  }

  private pass(from: Socket, to: Socket, pair: Pair): void {
    from.on('data', (bytes) => {
      if (!to.write(bytes)) from.pause();
    });
    to.on('drain', () => {
      if (!this.stalled) from.resume();
    });
    from.on('end', () => to.end());
    // One end that fails is for the other a reset, as when the machine between them goes.
    from.on('error', () => reset(to));
    from.on('close', () => this.pairs.delete(pair));
    if (this.stalled) from.pause();
    else from.resume();
  }
}
