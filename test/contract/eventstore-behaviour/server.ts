import { type AllStreamResolvedEvent, type Credentials, EventStoreDBClient, jsonEvent, type JSONEventType } from '@eventstore/db-client';
import { newId } from '@foundation/kernel';

/** A TLS server and two who may use it: one of its administrators and a plain user of the group `app`. */
export interface SecuredServer {
  /** `host:port`, several with commas. */
  readonly hosts: string;
  readonly caFile: string;
  readonly admin: Credentials;
  readonly plain: Credentials;
}

export interface ServerUnderTest {
  /** With the credentials of an administrator if the server asks for any. */
  readonly connectionString: string;
  /** The same credentials; any pair for an insecure server. */
  readonly credentials: Credentials;
  readonly secured: SecuredServer;
}

export type Given = () => ServerUnderTest;

export type Happened = JSONEventType<'test.happened', { n: number }>;

/** Events with new ids; `data.n` counts from 0. */
export function happenings(count: number) {
  return Array.from({ length: count }, (_, n) => jsonEvent<Happened>({ id: newId(), type: 'test.happened', data: { n } }));
}

export function connect(connectionString: string): EventStoreDBClient {
  return EventStoreDBClient.connectionString(connectionString);
}

export async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of stream) all.push(item);
  return all;
}

/** What a promise is rejected with. */
export async function refusalOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error('It was not refused');
    },
    (error: unknown) => error,
  );
}

/** What `$all` shows of these streams and their metadata from an event on, as `[stream, type, revision]`. */
export function shownOf(events: readonly AllStreamResolvedEvent[], ...streams: readonly string[]): [string, string, bigint][] {
  const names = streams.flatMap((stream) => [stream, `$$${stream}`]);
  return events.flatMap(({ event }) => (event && names.includes(event.streamId) ? [[event.streamId, event.type, event.revision]] : []));
}
