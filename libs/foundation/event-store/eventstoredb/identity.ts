import { randomUUID } from 'node:crypto';
import { WrongExpectedVersionError } from '@eventstore/db-client';
import { AnotherLog } from './another-log';
import type { Appender } from './appending';
import type { ServerReads } from './server-reads';

/** Holds one event: who this log is. Neither it nor anything else without our metadata is read as an event of ours. */
export const IDENTITY_STREAM = 'log-identity';
export const IDENTITY_TYPE = 'log.identified';

/** The id of the log on the server; undefined when nobody has given it one. */
export async function readIdentity(reads: ServerReads): Promise<string | undefined> {
  const event = await reads.last(IDENTITY_STREAM);
  const data = event?.data;
  const logId = typeof data === 'object' && data !== null && 'logId' in data ? data.logId : undefined;
  return typeof logId === 'string' ? logId : undefined;
}

/**
 * The id of the log on the server. The first who asks gives it one: `wanted`, or a new one.
 * @throws AnotherLog when it has another one than is wanted
 */
export async function identify(reads: ServerReads, appender: Appender, wanted?: string): Promise<string> {
  const found = (await readIdentity(reads)) ?? (await give(reads, appender, wanted ?? randomUUID()));
  if (wanted !== undefined && found !== wanted) throw new AnotherLog(found, wanted);
  return found;
}

async function give(reads: ServerReads, appender: Appender, logId: string): Promise<string> {
  const event = { id: randomUUID(), type: IDENTITY_TYPE, data: Buffer.from(JSON.stringify({ logId })), metadata: Buffer.alloc(0) };
  try {
    await appender.raw({ stream: IDENTITY_STREAM, expected: 'no-stream', events: [event] });
  } catch (error) {
    // Another node was first.
    if (!(error instanceof WrongExpectedVersionError)) throw error;
  }
  const found = await readIdentity(reads);
  if (found === undefined) throw new Error(`The stream ${IDENTITY_STREAM} on the event store holds no identity of a log`);
  return found;
}
