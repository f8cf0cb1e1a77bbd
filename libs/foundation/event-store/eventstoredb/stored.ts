import type { AllStreamRecordedEvent, ResolvedEvent } from '@eventstore/db-client';
import type { EventId, EventMeta } from '@foundation/kernel';
import type { SealedEvent, StoredEvent, Written } from '../port';
import type { WireEvent } from './batch-line';
import type { ToldEvent } from './told';

/** What the server hands out of an event; its `position` is missing only in servers older than 22.6. */
export type RecordedEvent = Omit<AllStreamRecordedEvent, 'position'> & { readonly position?: AllStreamRecordedEvent['position'] };
export type Resolved = { readonly event?: RecordedEvent } | ResolvedEvent;

/** The metadata of our events: the version of the type, and the port's meta. */
interface Wrapped {
  readonly version: number;
  readonly meta: EventMeta;
}

/** The event as it is sent. */
export function wireEvent({ id, type, version, data, meta }: SealedEvent): WireEvent {
  const metadata: Wrapped = { version, meta };
  return { id, type, data: Buffer.from(JSON.stringify(data), 'utf8'), metadata: Buffer.from(JSON.stringify(metadata), 'utf8') };
}

/** Our event, or nothing: the server's own events and what others keep on the same server are not ours to read. */
export function ownEvent(event: RecordedEvent | undefined): StoredEvent | undefined {
  if (!event?.position || event.type.startsWith('$') || !event.isJson || !isWrapped(event.metadata)) return undefined;
  const { id, type, data, streamId: stream, revision, position } = event;
  const { version, meta } = event.metadata;
  return { id: id as EventId, type, version, data, meta, stream, revision: Number(revision), position: position.commit };
}

/** The same of an event read by ourselves, with its JSON as it was sent. */
export function ownTold(told: ToldEvent): { readonly event: StoredEvent; readonly written?: Written } | undefined {
  const { type, position, stream, revision } = told;
  if (type.startsWith('$') || told.contentType !== 'application/json') return undefined;
  const metadata = parsed(told.metadata);
  if (!isWrapped(metadata)) return undefined;
  const { version, meta } = metadata;
  const data = parsed(told.data);
  // What is no JSON is its text, as the client has it.
  const event = { id: told.id as EventId, type, version, data: data === undefined ? told.data : data, meta, stream, revision, position };
  const before = `{"version":${version},"meta":`;
  const asWeWrite = told.metadata.startsWith(before) && told.metadata.endsWith('}}') && Object.keys(metadata).length === 2;
  if (data === undefined || !asWeWrite) return { event };
  return { event, written: { data: told.data, meta: told.metadata.slice(before.length, -1) } };
}

/** Undefined for what is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isWrapped(metadata: unknown): metadata is Wrapped {
  return (
    typeof metadata === 'object' &&
    metadata !== null &&
    'version' in metadata &&
    Number.isSafeInteger(metadata.version) &&
    'meta' in metadata &&
    typeof metadata.meta === 'object' &&
    metadata.meta !== null
  );
}
