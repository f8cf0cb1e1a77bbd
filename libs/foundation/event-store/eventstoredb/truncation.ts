import { randomUUID } from 'node:crypto';
import { WrongExpectedVersionError } from '@eventstore/db-client';
import type { ExpectedRevision } from '../port';
import type { Appender } from './appending';
import type { ServerReads } from './server-reads';

const TRIES = 5;

/**
 * Hides a stream's events before a revision, never its last one, and never shows again what was hidden: `$tb` of its metadata, beside
 * whatever else is there. The server drops them when it next scavenges.
 */
export async function truncateBefore(reads: ServerReads, appender: Appender, stream: string, revision: number): Promise<void> {
  const metastream = `$$${stream}`;
  for (let tries = 1; ; tries++) {
    const [end, known] = [await reads.last(stream), await reads.last(metastream)];
    if (!end) return;
    const metadata = objectOf(known?.data);
    const before = Math.min(revision, Number(end.revision));
    if (before <= 0 || (typeof metadata.$tb === 'number' && metadata.$tb >= before)) return;
    const expected: ExpectedRevision = known ? Number(known.revision) : 'no-stream';
    const data = Buffer.from(JSON.stringify({ ...metadata, $tb: before }));
    try {
      await appender.raw({
        stream: metastream,
        expected,
        events: [{ id: randomUUID(), type: '$metadata', data, metadata: Buffer.alloc(0) }],
      });
      return;
    } catch (error) {
      // Another one changed the metadata in between.
      if (!(error instanceof WrongExpectedVersionError) || tries >= TRIES) throw error;
    }
  }
}

function objectOf(data: unknown): Record<string, unknown> {
  return typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : {};
}
