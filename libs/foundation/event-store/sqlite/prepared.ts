import type { EventMeta } from '@foundation/kernel';
import { EmptyAppend, EventTooLarge, type ExpectedRevision, MAX_APPEND_BYTES, type SealedEvent, type Written } from '../port';
import { sumOf } from './sum';

/** An event made ready for its row: stringified before it queues, so that nothing but the disk can fail a group. */
export type PreparedRow = readonly [
  id: string,
  type: string,
  version: number,
  student: string | null,
  data: string,
  meta: string,
  sum: number,
];

/** An append that needs no more than to be judged and written; any thread can make it, and it goes cheaply from one to another. */
export interface PreparedAppend {
  readonly stream: string;
  readonly expected: ExpectedRevision;
  readonly rows: readonly PreparedRow[];
}

/** @throws TypeError, EmptyAppend, EventTooLarge, as `append` of the port */
export function prepareAppend(stream: string, expected: ExpectedRevision, events: readonly SealedEvent[]): PreparedAppend {
  if (stream === '' || stream.startsWith('$')) throw new TypeError('A stream needs a name, and names that begin with $ are the system’s');
  if (expected !== 'no-stream' && !(Number.isSafeInteger(expected) && expected >= 0)) {
    throw new TypeError(`Not a revision: ${String(expected)}`);
  }
  if (events.length === 0) throw new EmptyAppend(`${stream}: nothing to append`);
  const first = expected === 'no-stream' ? 0 : expected + 1;
  // The events of one command share their meta: it is written out once.
  const metas = new Map<EventMeta, string>();
  const textOf = (meta: EventMeta): string => {
    let text = metas.get(meta);
    if (text === undefined) metas.set(meta, (text = JSON.stringify(meta)));
    return text;
  };
  const rows = events.map((event, index) =>
    rowOf(stream, first + index, event, { data: JSON.stringify(event.data), meta: textOf(event.meta) }),
  );
  const bytes = rows.reduce((sum, [, , , , data, meta]) => sum + Buffer.byteLength(data) + Buffer.byteLength(meta), 0);
  if (bytes > MAX_APPEND_BYTES) throw new EventTooLarge(`${stream}: ${bytes} bytes in one append, ${MAX_APPEND_BYTES} are allowed`);
  return { stream, expected, rows };
}

export function rowOf(
  stream: string,
  revision: number,
  { id, type, version, data, meta }: SealedEvent,
  written: Written = { data: JSON.stringify(data), meta: JSON.stringify(meta) },
): PreparedRow {
  const student = meta.student ?? null;
  const sum = sumOf(stream, revision, id, type, version, student, written.data, written.meta);
  return [id, type, version, student, written.data, written.meta, sum];
}
