import { setMaxListeners } from 'node:events';
import { type BaseOptions, EventStoreDBClient } from '@eventstore/db-client';
import { StreamsClient, StreamsService } from '@eventstore/db-client/generated/streams_grpc_pb';
import type { BatchAppendReq, BatchAppendResp, ReadReq } from '@eventstore/db-client/generated/streams_pb';
import type { ClientDuplexStream, ClientReadableStream } from '@grpc/grpc-js';
import { type Connection, readCertificates } from './connection';
import { readTold, type Told } from './told';

export type BatchLine = ClientDuplexStream<BatchAppendReq, BatchAppendResp>;
export type ToldLine = ClientReadableStream<Told>;

/** A dead connection is found within 13 s; less than 10 s between pings only makes the client warn. */
const KEEP_ALIVE = { keepAliveInterval: 10_000, keepAliveTimeout: 3000 };
/** A frozen node costs two seconds of a discovery, not five. */
const DISCOVERY = { gossipTimeout: 2, discoveryInterval: 100, maxDiscoverAttempts: 10 };

/** The EventStoreDB client, made from our own reading of the connection string, with a batch line of our own and an end to its channel. */
export class LogClient extends EventStoreDBClient {
  private readonly ending = endingForMany();

  /** @throws WrongConnection when a certificate file cannot be read. */
  static connect(connection: Connection, name: string): LogClient {
    return LogClient.made(connection, name).unharmed();
  }

  private static made(connection: Connection, name: string): LogClient {
    const { hosts, discover, tls, credentials, tuning } = connection;
    const certificates = tls ? readCertificates(connection) : {};
    const security = { insecure: !tls, ...certificates };
    const common = { ...KEEP_ALIVE, connectionName: name };
    const [first, ...others] = hosts;
    if (!first) throw new TypeError('A connection has a host');
    if (discover) return new LogClient({ ...common, ...DISCOVERY, ...tuning, discover: first }, security, credentials);
    if (others.length > 0) return new LogClient({ ...common, ...DISCOVERY, ...tuning, endpoints: [...hosts] }, security, credentials);
    return new LogClient({ ...common, ...tuning, endpoint: first }, security, credentials);
  }

  /** After a call's error the client looks at its channel, and nobody waits for that look: a discovery that fails then would end the process. */
  private unharmed(): this {
    const handle = this.handleError;
    this.handleError = (client, error) => handle(client, error).catch(() => undefined);
    return this;
  }

  /** Aborted when this client is closed: its calls are then cancelled without a word. */
  get ended(): AbortSignal {
    return this.ending.signal;
  }

  /** Opens one line of the batch call. Rejects when no server is found; whatever happens later is told by the line's own events. */
  async openBatchLine(): Promise<BatchLine> {
    const options: BaseOptions = { requiresLeader: true };
    return this.GRPCStreamCreator(StreamsClient, 'batchAppend', (client) =>
      client.batchAppend(...this.callArguments(options, { deadline: Infinity })),
    )();
  }

  /** Opens a subscription. Rejects when no server is found; whatever happens later is told by the line's own events. */
  async openSubscription(request: ReadReq): Promise<ToldLine> {
    const { path, requestSerialize } = StreamsService.read;
    return this.GRPCStreamCreator(StreamsClient, 'subscribeToAll', (client) =>
      client.makeServerStreamRequest(path, requestSerialize, readTold, request, ...this.callArguments({}, { deadline: Infinity })),
    )();
  }

  /** Ends all calls and the channel, which `dispose` alone leaves open. */
  close(): void {
    if (this.ending.signal.aborted) return;
    this.ending.abort();
    // Neither is waited for: streams of a silent server may never end, and a discovery may still be going on.
    void this.dispose().catch(() => undefined);
    void this.getChannel().then(
      (channel) => channel.close(),
      () => undefined,
    );
  }
}

/** Every call under way listens to it; Node takes more than ten listeners for a leak. */
function endingForMany(): AbortController {
  const ending = new AbortController();
  setMaxListeners(0, ending.signal);
  return ending;
}

/** What there is to end of a call, whatever it carries. */
interface Line {
  on(event: 'error', listener: (error: Error) => void): unknown;
  cancel(): void;
  destroy(): unknown;
}

/** Ends a call without minding what it still says. */
export function hangUp(call: Line): void {
  call.on('error', () => undefined);
  call.cancel();
  call.destroy();
}
