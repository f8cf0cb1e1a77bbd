import { UUID } from '@eventstore/db-client/generated/shared_pb';
import { type Position, START } from '@foundation/kernel';
import { Reader } from 'protobufjs/minimal';
import { textOf } from './uuid';

/** An event as it comes over the wire, its JSON unread. */
export interface ToldEvent {
  readonly id: string;
  readonly stream: string;
  readonly revision: number;
  /** Commit position; START of servers older than 22.6, which do not tell it. */
  readonly position: Position;
  readonly type: string;
  readonly contentType: string;
  readonly data: string;
  readonly metadata: string;
}

/** What the server says on a subscription, in the order in which it says it. */
export type Told = { readonly kind: 'event'; readonly event: ToldEvent } | { readonly kind: 'confirmed' | 'caught-up' | 'other' };

/** Numbers of the fields of `ReadResp` and of what lies in it (streams.proto). */
const ANSWER = { event: 1, confirmation: 2, caughtUp: 8 } as const;
const RESOLVED = { event: 1 } as const;
const RECORDED = { id: 1, stream: 2, revision: 3, commit: 5, metadata: 6, customMetadata: 7, data: 8 } as const;
const IDENTIFIER = { name: 3 } as const;
const ENTRY = { key: 1, value: 2 } as const;
const UUID_TEXT = 2;

/**
 * Reads one message of a subscription as far as it is used. The generated code builds objects of all of it, and the client reads their JSON
 * and converts them once more: together the most part of what a copy of a whole log costs.
 */
export function readTold(message: Uint8Array): Told {
  const reader = Reader.create(message);
  let told: Told = { kind: 'other' };
  eachField(reader, reader.len, (field) => {
    if (field === ANSWER.event) {
      const event = readResolved(reader);
      if (event) told = { kind: 'event', event };
      return true;
    }
    if (field === ANSWER.confirmation) told = { kind: 'confirmed' };
    if (field === ANSWER.caughtUp) told = { kind: 'caught-up' };
    return false;
  });
  return told;
}

/** The event itself; of a link only the link is there when what it points to is gone, and that is nothing of ours. */
function readResolved(reader: Reader): ToldEvent | undefined {
  let event: ToldEvent | undefined;
  eachField(reader, endOf(reader), (field) => {
    if (field !== RESOLVED.event) return false;
    event = readRecorded(reader);
    return true;
  });
  return event;
}

function readRecorded(reader: Reader): ToldEvent {
  let [id, stream, data, metadata] = ['', '', '', ''];
  let revision = 0;
  let position = START;
  const system = { type: '', 'content-type': '' };
  eachField(reader, endOf(reader), (field) => {
    if (field === RECORDED.id) id = readId(reader);
    else if (field === RECORDED.stream) stream = readName(reader);
    else if (field === RECORDED.revision) revision = Number(bigOf(reader.uint64()));
    else if (field === RECORDED.commit) position = bigOf(reader.uint64());
    else if (field === RECORDED.metadata) readEntry(reader, system);
    else if (field === RECORDED.customMetadata) metadata = reader.string();
    else if (field === RECORDED.data) data = reader.string();
    else return false;
    return true;
  });
  return { id, stream, revision, position, type: system.type, contentType: system['content-type'], data, metadata };
}

function readId(reader: Reader): string {
  const bytes = reader.bytes();
  const uuid = Reader.create(bytes);
  return uuid.uint32() >>> 3 === UUID_TEXT ? uuid.string() : textOf(UUID.deserializeBinary(bytes));
}

function readName(reader: Reader): string {
  let name = '';
  eachField(reader, endOf(reader), (field) => {
    if (field !== IDENTIFIER.name) return false;
    name = reader.string();
    return true;
  });
  return name;
}

/** One entry of the server's own metadata, if it is one that is looked for. */
function readEntry(reader: Reader, wanted: { type: string; 'content-type': string }): void {
  let [key, value] = ['', ''];
  eachField(reader, endOf(reader), (field) => {
    if (field === ENTRY.key) key = reader.string();
    else if (field === ENTRY.value) value = reader.string();
    else return false;
    return true;
  });
  if (key === 'type' || key === 'content-type') wanted[key] = value;
}

function endOf(reader: Reader): number {
  const length = reader.uint32();
  return reader.pos + length;
}

/** Calls `take` at each field up to `end`; a field that it has not read is passed by. */
function eachField(reader: Reader, end: number, take: (field: number) => boolean): void {
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (!take(tag >>> 3)) reader.skipType(tag & 7);
  }
}

function bigOf(value: ReturnType<Reader['uint64']>): bigint {
  if (typeof value === 'number') return BigInt(value);
  return (BigInt(value.high >>> 0) << 32n) | BigInt(value.low >>> 0);
}
