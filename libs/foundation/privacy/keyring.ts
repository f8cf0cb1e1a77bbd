import { type EventStore, type StoredEvent, WrongExpectedRevision } from '@foundation/event-store/port';
import {
  type Clock,
  type CommandId,
  eventIdOf,
  type EventMeta,
  Mendable,
  newId,
  RefusalError,
  refusalsOf,
  type StaffId,
  START,
  type StudentId,
} from '@foundation/kernel';
import { LRUCache } from 'lru-cache';
import { DataKey } from './data-key';
import { fingerprintKeyWrapped, keyCreated, keyDestroyed, keyRewrapped, masterKeyRetired, type PrivacyEvent } from './events';
import type { MasterKey } from './master-key';
import { decrypt, encrypt } from './sealing';

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
export class WrongMasterKey extends Mendable {
  constructor(
    readonly wanted: string,
    readonly given: string,
  ) {
    super(
      `The record was sealed with master key ${wanted}, but master key ${given} was given. ` +
        'Start with the right one (THROUGHLINE_MASTER_KEY or the file master.key), or restore it from its backup. ' +
        'If a change of the master key was cut short, finish it: npm run keys -- rotate.',
    );
  }
}

export function keyStream(subject: string): string {
  return `key-${subject}`;
}

/** Of a key stream's name. */
export function subjectOf(stream: string): string {
  return stream.slice('key-'.length);
}

/** Holds the key of the fingerprints; like the streams of people's keys it is truncated when the key is wrapped anew. */
export const FINGERPRINT_STREAM = keyStream('fingerprints');

/** Enough for every child of a large district's day. */
const REMEMBERED = 100_000;

export interface KeyRingOptions {
  /** How many keys. */
  readonly remember?: number;
  /** Whom it does not remember is most often new: their key is made without a look whether there is one, which the append then tells. */
  readonly newcomers?: boolean;
}

/** The data keys of children and staff, wrapped by the master key in `key-<subject>` streams and remembered here once unwrapped. */
export class KeyRing {
  private readonly remembered: LRUCache<string, DataKey | typeof DESTROYED>;
  private readonly creating = new Map<string, Promise<DataKey>>();
  private readonly listeners = new Set<(subject: string) => void>();
  private readonly newcomers: boolean;
  private fingerprints: Promise<DataKey> | undefined;

  constructor(
    private readonly store: EventStore,
    private readonly master: MasterKey,
    private readonly clock: Clock,
    { remember = REMEMBERED, newcomers = false }: KeyRingOptions = {},
  ) {
    this.remembered = new LRUCache({ max: remember });
    this.newcomers = newcomers;
  }

  /** The key if it is at hand, without waiting; undefined says nothing. */
  peek(subject: string): DataKey | undefined {
    const known = this.remembered.get(subject);
    return known === DESTROYED ? undefined : known;
  }

  /** @throws WrongMasterKey, SealBroken */
  async find(subject: string): Promise<KeyState> {
    const known = this.remembered.get(subject);
    if (known !== undefined) return known;
    const stream = keyStream(subject);
    const here = unwrapped(await this.store.readStream(stream), this.master);
    // A key that another node made a moment ago is not here yet; without it what it seals would read as erased.
    const found = here === undefined && this.store.lags ? unwrapped(await this.store.readCurrent(stream), this.master) : here;
    return this.remember(subject, found);
  }

  /** The subject's key, made now if there is none. @throws SubjectErased, WrongMasterKey, SealBroken, StoreUnavailable */
  async keyFor(subject: string, kind: SubjectKind): Promise<DataKey> {
    const known = this.remembered.get(subject);
    if (known !== undefined) return alive(known, kind, subject);
    const creating = this.creating.get(subject) ?? this.findOrCreate(subject, kind).finally(() => this.creating.delete(subject));
    this.creating.set(subject, creating);
    return creating;
  }

  /**
   * Compares the master key with what it must open. A change of the master key wraps the fingerprint key first and then the others in
   * their order, so these two tell an unfinished one. @throws WrongMasterKey
   */
  async checkMasterKey(): Promise<void> {
    unwrapped(await this.store.readStream(FINGERPRINT_STREAM), this.master);
    const [first] = await this.store.readAll({ after: START, limit: 1, types: [keyCreated.type, keyRewrapped.type] });
    // Its stream has the last word: a server goes on handing out what was truncated.
    if (first) unwrapped(await this.store.readStream(first.stream), this.master);
  }

  /**
   * Of the fingerprints of requests that concern no child. It outlives the master key, so that a command sent again after a change of
   * that key is still known for what it was. Made in an empty log; a log of before has it from its first master key.
   * @throws WrongMasterKey, SealBroken, StoreUnavailable
   */
  async fingerprintKey(): Promise<DataKey> {
    this.fingerprints ??= this.findOrCreateFingerprintKey().catch((error: unknown) => {
      this.fingerprints = undefined;
      throw error;
    });
    return this.fingerprints;
  }

  /** The subject's key is gone, here or on another node: forgets it and tells the listeners. */
  destroyed(subject: string): void {
    destroyIn(this.remembered, subject);
    for (const listener of this.listeners) listener(subject);
  }

  /** Calls the listener for every key that is destroyed from now on, so that clear text held in memory goes too. Answers how to end it. */
  onDestroyed(listener: (subject: string) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  private async findOrCreate(subject: string, kind: SubjectKind): Promise<DataKey> {
    const found = this.newcomers ? undefined : await this.find(subject);
    if (found !== undefined) return alive(found, kind, subject);
    const key = new DataKey();
    const stream = keyStream(subject);
    const { type, version, data } = keyCreated.of({ subject, kind, ...wrapFor(this.master, key, stream) });
    const meta = systemMeta(this.clock);
    try {
      await this.store.append(stream, 'no-stream', [{ id: eventIdOf(meta.commandId, 0), type, version, data, meta }]);
    } catch (error) {
      // There was one, or another node was quicker: its key is the key.
      if (error instanceof WrongExpectedRevision) return alive(await this.find(subject), kind, subject);
      throw error;
    }
    return alive(this.remember(subject, key), kind, subject);
  }

  /** Destruction is final: a key read before it does not come back. */
  private remember(subject: string, key: KeyState): KeyState {
    if (this.remembered.get(subject) === DESTROYED) return DESTROYED;
    if (key !== undefined) this.remembered.set(subject, key);
    return key;
  }

  private async findOrCreateFingerprintKey(): Promise<DataKey> {
    const found = unwrapped(await this.store.readCurrent(FINGERPRINT_STREAM), this.master);
    if (found !== undefined && found !== DESTROYED) return found;
    const empty = (await this.store.head()) === START;
    const key = empty ? new DataKey() : new DataKey(this.master.deriveKey('fingerprints').export());
    const { type, version, data } = fingerprintKeyWrapped.of(wrapFor(this.master, key, FINGERPRINT_STREAM));
    const meta = systemMeta(this.clock);
    try {
      await this.store.append(FINGERPRINT_STREAM, 'no-stream', [{ id: eventIdOf(meta.commandId, 0), type, version, data, meta }]);
      return key;
    } catch (error) {
      // Another node was quicker: its key is the key.
      if (error instanceof WrongExpectedRevision) return this.findOrCreateFingerprintKey();
      throw error;
    }
  }
}

/** Of what the service itself does with keys. */
export function systemMeta(clock: Clock): EventMeta {
  const at = clock.now();
  const commandId = newId<CommandId>();
  return { actor: 'system', occurredAt: { at, offset: '+00:00', zone: 'UTC' }, recordedAt: at, commandId, correlationId: commandId };
}

/** A key as the events of its stream hold it. */
export function wrapFor(master: MasterKey, key: DataKey, stream: string): { readonly wrapped: string; readonly masterKey: string } {
  return { wrapped: encrypt(master.deriveKey('data-keys'), key.bytes, stream), masterKey: master.id };
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
    destroyIn(this.remembered, subject);
  }
}

function destroyIn(remembered: LRUCache<string, DataKey | typeof DESTROYED>, subject: string): void {
  const known = remembered.get(subject);
  if (known !== undefined && known !== DESTROYED) known.destroy();
  remembered.set(subject, DESTROYED);
}

function alive(key: KeyState, kind: SubjectKind, subject: string): DataKey {
  if (key === DESTROYED) throw new SubjectErased(kind, subject);
  if (key === undefined) throw new Error(`${keyStream(subject)} is there and holds no key`);
  return key;
}

/** The last word of a key stream. @throws WrongMasterKey, SealBroken */
export function unwrapped(events: readonly StoredEvent[], master: MasterKey): KeyState {
  const last = events.at(-1);
  if (!last) return undefined;
  const event = { type: last.type, version: last.version, data: last.data } as PrivacyEvent;
  if (event.type === keyDestroyed.type) return DESTROYED;
  if (event.type === masterKeyRetired.type) throw new Error(`${last.stream} holds no key`);
  const { masterKey, wrapped } = event.data;
  if (masterKey !== master.id) throw new WrongMasterKey(masterKey, master.id);
  const bytes = decrypt(master.deriveKey('data-keys'), wrapped, last.stream);
  const key = new DataKey(bytes);
  bytes.fill(0);
  return key;
}
