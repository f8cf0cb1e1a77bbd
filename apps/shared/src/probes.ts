import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import type { Metrics } from '@foundation/metrics';

/** What a balancer, a container and Prometheus ask of a process without an API: `/health/live`, `/health/ready`, `/metrics`. */
export class Probes {
  private readonly server: Server;

  constructor(
    private readonly metrics: Metrics,
    private readonly troubles: () => readonly string[],
  ) {
    this.server = createServer((request, response) => void this.answer(request, response));
  }

  /** Answers its address. */
  async listen(port: number, host: string): Promise<string> {
    this.server.listen(port, host);
    await once(this.server, 'listening');
    const { port: taken } = this.server.address() as AddressInfo;
    return `http://${host}:${taken}`;
  }

  async close(): Promise<void> {
    if (!this.server.listening) return;
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer({ url }: IncomingMessage, response: ServerResponse): Promise<void> {
    const say = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (url === '/health/live') say(200, { status: 'live' });
    else if (url === '/health/ready') {
      const troubles = this.troubles();
      if (troubles.length === 0) say(200, { status: 'ready' });
      else say(503, { status: 'not-ready', detail: `${troubles.join('; ')}.` });
    } else if (url === '/metrics') {
      response.writeHead(200, { 'content-type': this.metrics.contentType }).end(await this.metrics.text());
    } else say(404, { status: 'not-found' });
  }
}
