import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';

export interface SseOptions {
  readonly heartbeatMs?: number;
  /** What a client should wait before it connects again. */
  readonly retryMs?: number;
  /** A client that lets more than this pile up is dropped; it comes back with Last-Event-ID. */
  readonly maxBufferedBytes?: number;
}

/** One open `text/event-stream`. */
export class SseStream {
  private readonly heartbeat: NodeJS.Timeout;
  /** Resolves when either side has closed. */
  readonly closed: Promise<void>;
  private open = true;
  private readonly maxBufferedBytes: number;

  constructor(
    private readonly raw: ServerResponse,
    headers: Readonly<Record<string, string>>,
    { heartbeatMs = 15_000, retryMs = 3_000, maxBufferedBytes = 256 * 1024 }: SseOptions = {},
  ) {
    this.maxBufferedBytes = maxBufferedBytes;
    raw.writeHead(200, {
      ...headers,
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-cache, no-transform',
      'X-Accel-Buffering': 'no',
    });
    this.closed = new Promise((resolve) => {
      raw.once('close', () => {
        this.open = false;
        clearInterval(this.heartbeat);
        resolve();
      });
    });
    raw.on('error', () => raw.destroy());
    this.heartbeat = setInterval(() => this.write(':\n\n'), heartbeatMs);
    this.write(`retry: ${retryMs}\n\n`);
  }
  get isOpen(): boolean {
    return this.open;
  }

  /** `id` is what Last-Event-ID will say; `data` is sent as JSON on one line. */
  send(event: string, id: string, data: unknown): void {
    this.write(`id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  /** Moves Last-Event-ID on without an event: what lies before need not be looked at again. */
  mark(id: string): void {
    this.write(`id: ${id}\n\n`);
  }

  close(): void {
    if (this.open) this.raw.end();
  }

  private write(text: string): void {
    if (!this.open) return;
    this.raw.write(text);
    if (this.raw.writableLength > this.maxBufferedBytes) this.raw.destroy();
  }
}

/** The open streams of an app: they are closed when it shuts down, so that they do not hold it up. */
export class SseStreams {
  private readonly open = new Set<SseStream>();

  /** Takes the reply over from Fastify; headers set so far go out with it. */
  start(reply: FastifyReply, options?: SseOptions): SseStream {
    const headers = Object.fromEntries(Object.entries(reply.getHeaders()).map(([name, value]) => [name, String(value)]));
    reply.hijack();
    const stream = new SseStream(reply.raw, headers, options);
    this.open.add(stream);
    void stream.closed.then(() => this.open.delete(stream));
    return stream;
  }

  get size(): number {
    return this.open.size;
  }

  closeAll(): void {
    for (const stream of this.open) stream.close();
  }
}
