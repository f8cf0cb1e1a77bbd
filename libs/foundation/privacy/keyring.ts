import { createSecretKey, randomBytes } from 'node:crypto';
import { type EventStore, type StoredEvent, WrongExpectedRevision } from '@foundation/event-store/port';
import {
  type Clock,
  type CommandId,
  eventIdOf,
  type EventMeta,
  newId,
  RefusalError,
  refusalsOf,
  type StaffId,
  type StudentId,
} from '@foundation/kernel';
import { LRUCache } from 'lru-cache';
import { keyCreated, keyDestroyed, type PrivacyEvent } from './events';
import type { MasterKey } from './master-key';
import { type DataKey, decrypt, encrypt } from './sealing';

/** Whose personal text a data key seals. */
export type SubjectKind = 'student' | 'staff';
export type SubjectId = StudentId | StaffId;

/** Answer for a subject whose key was destroyed: its texts read `[erased]`, for ever. */
export const DESTROYED = Symbol('destroyed');
export type KeyState = DataKey | typeof DESTROYED | undefined;

/** Finds a subject's key; undefined when it never had one. */
export interface KeyLookup {
  find(subject: string): KeyState;
}

export const privacyRefusals = {
  'student-erased': { kind: 'not-found', title: 'The student was erased' },
  'staff-erased': { kind: 'not-found', title: 'The member of staff was erased' },
} as const;
const refuse = refusalsOf(privacyRefusals);

/** Nothing more can be recorded about someone whose key was destroyed; a new key is never made. */
export class SubjectErased extends RefusalError {
  constructor(
    readonly kind: SubjectKind,
    readonly subject: string,
  ) {
    super(refuse(`${kind}-erased`, 'This record was erased for good; nothing can be added to it.'));
  }
}

/** The log's keys were wrapped by another master key than the one given. */
export class WrongMasterKey extends Error {
  constructor(
    readonly wanted: string,
    readonly given: string,
  ) {
    super(
      `The record was sealed with master key ${wanted}, but master key ${given} was given. ` +
        'Start with the right one (THROUGHLINE_MASTER_KEY or the file master.key), or restore it from its backup.',
    );
  }
}

export function keyStream(subject: string): string {
  return `key-${subject}`;
}

/** Enough for every child of a large district's day: about 300 bytes each. */
const REMEMBERED = 100_000;

/** The data keys of children and staff, wrapped by the master key in `key-<subject>` streams and remembered here once unwrapped. */
export class KeyRing {
  private readonly remembered: LRUCache<string, DataKey | typeof DESTROYED>;
  private readonly creating = new Map<string, Promise<DataKey>>();
  private readonly listeners = new Set<(subject: string) => void>();

  constructor(
    private readonly store: EventStore,
    private readonly master: MasterKey,
    private readonly clock: Clock,
    { remember = REMEMBERED }: { readonly remember?: number } = {},
  ) {
    this.remembered = new LRUCache({ max: remember });
  }

  /** The key if it is at hand, without waiting; undefined says nothing. */
  peek(subject: string): DataKey | undefined {
    const known = this.remembered.get(subject);
    return known === DESTROYED ? undefined : known;
  }

  /** @throws WrongMasterKey, SealBroken */
  async find(subject: string): Promise<KeyState> {
    return this.remembered.get(subject) ?? this.remember(subject, unwrapped(await this.store.readStream(keyStream(subject)), this.master));
  }

  /** The subject's key, made now if there is none. @throws SubjectErased, WrongMasterKey, SealBroken, StoreUnavailable */
  async keyFor(subject: string, kind: SubjectKind): Promise<DataKey> {
    const known = this.remembered.get(subject);
    if (known !== undefined) return alive(known, kind, subject);
    const creating = this.creating.get(subject) ?? this.findOrCreate(subject, kind).finally(() => this.creating.delete(subject));
    this.creating.set(subject, creating);
    return creating;
  }

  /** Compares the master key with one that wrapped a key of this log. @throws WrongMasterKey */
  async checkMasterKey(): Promise<void> {
    const [event] = await this.store.readAll({ after: 0n, limit: 1, types: [keyCreated.type] });
    if (event) unwrapped([event], this.master);
  }

  /** The subject's key is gone, here or on another node: forgets it and tells the listeners. */
  destroyed(subject: string): void {
    this.remembered.set(subject, DESTROYED);
    for (const listener of this.listeners) listener(subject);
  }

  /** Calls the listener for every key that is destroyed from now on, so that clear text held in memory goes too. Answers how to end it. */
  onDestroyed(listener: (subject: string) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  private async findOrCreate(subject: string, kind: SubjectKind): Promise<DataKey> {
    const found = await this.find(subject);
    if (found !== undefined) return alive(found, kind, subject);
    const bytes = randomBytes(32);
    const stream = keyStream(subject);
    const wrapped = encrypt(this.master.deriveKey('data-keys'), bytes, stream);
    const { type, version, data } = keyCreated.of({ subject, kind, wrapped, masterKey: this.master.id });
    const meta = this.systemMeta();
    try {
      await this.store.append(stream, 'no-stream', [{ id: eventIdOf(meta.commandId, 0), type, version, data, meta }]);
    } catch (error) {
      // Another node was quicker: its key is the key.
      if (error instanceof WrongExpectedRevision) return alive(await this.find(subject), kind, subject);
      throw error;
    }
    return alive(this.remember(subject, createSecretKey(bytes)), kind, subject);
  }

  /** Destruction is final: a key read before it does not come back. */
  private remember(subject: string, key: KeyState): KeyState {
    if (this.remembered.get(subject) === DESTROYED) return DESTROYED;
    if (key !== undefined) this.remembered.set(subject, key);
    return key;
  }

  private systemMeta(): EventMeta {
    const at = this.clock.now();
    const commandId = newId<CommandId>();
    return { actor: 'system', occurredAt: { at, offset: '+00:00', zone: 'UTC' }, recordedAt: at, commandId, correlationId: commandId };
  }
}

/** The keys as a thread of its own reads them, without waiting. It forgets a key when told, by whoever meets its destruction. */
export class SyncKeyRing implements KeyLookup {
  private readonly remembered: LRUCache<string, DataKey | typeof DESTROYED>;

  constructor(
    private readonly readStream: (stream: string) => readonly StoredEvent[],
    private readonly master: MasterKey,
    { remember = REMEMBERED }: { readonly remember?: number } = {},
  ) {
    this.remembered = new LRUCache({ max: remember });
  }

  /** @throws WrongMasterKey, SealBroken */
  find(subject: string): KeyState {
    const known = this.remembered.get(subject);
    if (known !== undefined) return known;
    const key = unwrapped(this.readStream(keyStream(subject)), this.master);
    if (key !== undefined) this.remembered.set(subject, key);
    return key;
  }

  destroyed(subject: string): void {
    this.remembered.set(subject, DESTROYED);
  }
}

function alive(key: KeyState, kind: SubjectKind, subject: string): DataKey {
  if (key === DESTROYED) throw new SubjectErased(kind, subject);
  if (key === undefined) throw new Error(`${keyStream(subject)} is there and holds no key`);
  return key;
}

/** The last word of a key stream. */
function unwrapped(events: readonly StoredEvent[], master: MasterKey): KeyState {
  const last = events.at(-1);
  if (!last) return undefined;
  const event = { type: last.type, version: last.version, data: last.data } as PrivacyEvent;
  if (event.type === keyDestroyed.type) return DESTROYED;
  const { masterKey, wrapped } = event.data;
  if (masterKey !== master.id) throw new WrongMasterKey(masterKey, master.id);
  const bytes = decrypt(master.deriveKey('data-keys'), wrapped, last.stream);
  const key = createSecretKey(bytes);
  bytes.fill(0);
  return key;
}
