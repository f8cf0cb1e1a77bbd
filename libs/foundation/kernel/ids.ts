import { hash } from 'node:crypto';
import { v7 } from 'uuid';

declare const brand: unique symbol;
/** A value that only its own constructor can make: `Branded<string, 'GoalId'>` is not assignable from a plain string. */
export type Branded<T, Name extends string> = T & { readonly [brand]: Name };

export type EventId = Branded<string, 'EventId'>;
export type CommandId = Branded<string, 'CommandId'>;
export type StudentId = Branded<string, 'StudentId'>;
export type StaffId = Branded<string, 'StaffId'>;
export type GuardianId = Branded<string, 'GuardianId'>;
export type SchoolId = Branded<string, 'SchoolId'>;
export type TermId = Branded<string, 'TermId'>;
export type ClassId = Branded<string, 'ClassId'>;
export type EnrolmentId = Branded<string, 'EnrolmentId'>;
export type AssignmentId = Branded<string, 'AssignmentId'>;
export type GrantId = Branded<string, 'GrantId'>;
export type PlanId = Branded<string, 'PlanId'>;
export type GoalId = Branded<string, 'GoalId'>;
export type AccommodationId = Branded<string, 'AccommodationId'>;
export type ServiceId = Branded<string, 'ServiceId'>;
export type ObservationId = Branded<string, 'ObservationId'>;
export type EntryId = Branded<string, 'EntryId'>;
export type SessionId = Branded<string, 'SessionId'>;
export type GroupId = Branded<string, 'GroupId'>;
export type SignInId = Branded<string, 'SignInId'>;
export type ImportId = Branded<string, 'ImportId'>;
export type ExportId = Branded<string, 'ExportId'>;
export type MessageId = Branded<string, 'MessageId'>;
/** A node of a cluster: one folder with a copy of the log. */
export type NodeId = Branded<string, 'NodeId'>;
/** Who acts: a member of staff, or the service itself (imports, set-up). */
export type ActorId = StaffId | 'system';

/** Lower-case UUIDs of any version. */
export const UUID_PATTERN = '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$';
const uuid = new RegExp(UUID_PATTERN);

export function isUuid(value: unknown): boolean {
  return typeof value === 'string' && uuid.test(value);
}

/** Reads an id from outside. @throws TypeError when it is not a lower-case UUID. */
export function id<T extends Branded<string, string>>(value: string): T {
  if (!isUuid(value)) throw new TypeError(`Not a lower-case UUID: ${value.slice(0, 40)}`);
  return value as unknown as T;
}

/** The namespace of the last derivation and its bytes: a command's ids follow one upon the other. */
let namespaceOfBytes = '';
/** 16 bytes of the namespace, then room for a name. */
let derivation = Buffer.alloc(16 + 1024);
const VARIANTS = '89ab';

/**
 * The id that follows from another id and a name (UUID v5): the same answer on every node and on every retry. Some ten of them are made for
 * each person of a roster and three for each record. @throws TypeError when the namespace is not a UUID.
 */
export function derivedId<T extends Branded<string, string>>(namespace: string, name: string | number): T {
  if (namespace !== namespaceOfBytes) {
    if (!uuid.test(namespace.toLowerCase())) throw new TypeError(`Not a UUID: ${namespace.slice(0, 40)}`);
    derivation.write(namespace.replaceAll('-', ''), 'hex');
    namespaceOfBytes = namespace;
  }
  const text = String(name);
  // A character takes at most three bytes of UTF-8.
  if (derivation.length < 16 + 3 * text.length) derivation = Buffer.concat([derivation, Buffer.alloc(3 * text.length)]);
  const hex = hash('sha1', derivation.subarray(0, 16 + derivation.write(text, 16)), 'hex');
  const variant = VARIANTS[Number.parseInt(hex[16] ?? '0', 16) & 3];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}` as unknown as T;
}

/** The id of the n-th event of a command: sending a command again makes the same events. */
export function eventIdOf(command: CommandId, index: number): EventId {
  return derivedId<EventId>(command, index);
}

/** A new time-ordered id (UUID v7). Time and randomness enter here: pure rooms receive ids and never call this. */
export function newId<T extends Branded<string, string>>(): T {
  return v7() as unknown as T;
}
