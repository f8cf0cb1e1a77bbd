import { createHash } from 'node:crypto';
import { type Position, START } from '@foundation/kernel';
import type { EventStore, StoredEvent } from '../port';

type Readable = Pick<EventStore, 'readAll'>;
const PAGE = 1000;

/** Every event up to a position (inclusive; the end of the log when left out), in pages. */
export async function* pagesOf(log: Readable, { after = START, until }: { readonly after?: Position; readonly until?: Position } = {}) {
  for (let from = after; ;) {
    const page = await log.readAll({ after: from, limit: PAGE });
    const wanted = until === undefined ? page : page.filter(({ position }) => position <= until);
    if (wanted.length > 0) yield wanted;
    const last = page.at(-1);
    if (!last || page.length < PAGE || wanted.length < page.length) return;
    from = last.position;
  }
}

export interface LogDigest {
  /** Of the last event that counts, or START. */
  readonly position: Position;
  readonly events: number;
  /** SHA-256 over the events in their order. */
  readonly digest: string;
}

/**
 * Two nodes of one cluster whose logs reach the same position have the same digest. `moved` leaves out what changes when a log moves house:
 * positions, and the revisions of key streams, which are truncated and begin afresh.
 */
export async function digestOfLog(
  log: Readable,
  {
    until,
    moved = false,
    onProgress,
  }: { readonly until?: Position; readonly moved?: boolean; readonly onProgress?: (events: number) => void } = {},
): Promise<LogDigest> {
  const hash = createHash('sha256');
  let events = 0;
  let position = START;
  for await (const page of pagesOf(log, until === undefined ? {} : { until })) {
    for (const event of page) hash.update(`${JSON.stringify(moved ? movable(event) : whole(event))}\n`);
    events += page.length;
    position = page.at(-1)?.position ?? position;
    onProgress?.(events);
  }
  return { position, events, digest: hash.digest('hex') };
}

const whole = (event: StoredEvent) => [String(event.position), event.revision, ...content(event)];
const movable = (event: StoredEvent) => [event.stream.startsWith('key-') ? null : event.revision, ...content(event)];
const content = ({ stream, id, type, version, data, meta }: StoredEvent) => [stream, id, type, version, data, meta];
