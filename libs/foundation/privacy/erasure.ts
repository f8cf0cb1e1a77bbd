import { type EventStore, type ReadAllOptions, type StoredEvent, WrongExpectedRevision } from '@foundation/event-store/port';
import {
  type ActorId,
  type Clock,
  type CommandId,
  eventIdOf,
  type EventMeta,
  id,
  newId,
  type Position,
  START,
  type StudentId,
} from '@foundation/kernel';
import { type ErasureReason, keyDestroyed, type PrivacyEvent } from './events';
import type { ErasureEntry, ErasureRegister } from './erasure-register';
import { DESTROYED, type KeyRing, keyStream, type SubjectKind } from './keyring';

export interface Erased {
  /** Of the event that destroyed the key: views that have reached it hold nothing more. */
  readonly position: Position;
  /** True when the subject had been erased before. */
  readonly repeated: boolean;
}

const TRIES = 3;
const PAGE = 1000;

/**
 * Erases a person by destroying the key that seals their texts. The steps, each safe to repeat: the destruction is appended; caches are
 * dropped; the register is written; the key is truncated from the log. Views purge their rows when they meet the event.
 */
export class Erasure {
  constructor(
    private readonly store: EventStore,
    private readonly keys: KeyRing,
    private readonly register: ErasureRegister,
    private readonly clock: Clock,
  ) {}

  /** Erasing again finishes what is left and answers as the first time. @throws StoreUnavailable, WrongExpectedRevision after three conflicts */
  async erase(subject: string, kind: SubjectKind, by: ActorId, reason: ErasureReason): Promise<Erased> {
    for (let attempt = 1; ; attempt++) {
      const last = (await this.store.readCurrent(keyStream(subject))).at(-1);
      if (last && isDestruction(last)) {
        await this.finish(last);
        return { position: last.position, repeated: true };
      }
      try {
        const destruction = await this.destroy(subject, kind, by, reason, last);
        await this.finish(destruction);
        return { position: destruction.position, repeated: false };
      } catch (error) {
        // The key was made, or destroyed, at the same moment: look again.
        if (!(error instanceof WrongExpectedRevision) || attempt === TRIES) throw error;
      }
    }
  }

  /** Whether the subject's key was destroyed. */
  async isErased(subject: string): Promise<boolean> {
    return (await this.keys.find(subject)) === DESTROYED;
  }

  /** Calls the listener with the subject of every erasure from now on. Answers how to end it. */
  onErased(listener: (subject: string) => void): () => void {
    return this.keys.onDestroyed(listener);
  }

  /**
   * At start, before anything is served: finishes erasures that a kill cut short, and repeats those that the register knows and the log
   * (restored from an older backup) does not. Answers how many there were to do.
   */
  async resumeErasures(): Promise<number> {
    const registered = new Set(this.register.entries().map((entry) => entry.subject));
    const destroyed = new Set<string>();
    let done = 0;
    for await (const event of this.destructions()) {
      const { subject } = dataOf(event);
      destroyed.add(subject);
      const untouched = registered.has(subject) && (await this.store.readCurrent(event.stream)).length === 1;
      if (untouched) continue;
      await this.finish(event, registered);
      done++;
    }
    for (const { subject, kind } of this.register.entries()) {
      if (destroyed.has(subject)) continue;
      destroyed.add(subject);
      await this.erase(subject, kind, 'system', 'restored-backup');
      done++;
    }
    return done;
  }

  private async destroy(subject: string, kind: SubjectKind, by: ActorId, reason: ErasureReason, last?: StoredEvent): Promise<StoredEvent> {
    const stream = keyStream(subject);
    const at = this.clock.now();
    const commandId = newId<CommandId>();
    const meta: EventMeta = {
      ...(kind === 'student' ? { student: id<StudentId>(subject) } : {}),
      actor: by,
      occurredAt: { at, offset: '+00:00', zone: 'UTC' },
      recordedAt: at,
      commandId,
      correlationId: commandId,
    };
    const event = { id: eventIdOf(commandId, 0), ...keyDestroyed.of({ subject, kind, by, reason }), meta };
    const { revision, position } = await this.store.append(stream, last ? last.revision : 'no-stream', [event]);
    return { ...event, stream, revision, position };
  }

  private async finish(event: StoredEvent, registered = new Set(this.register.entries().map((entry) => entry.subject))): Promise<void> {
    const { subject, kind } = dataOf(event);
    this.keys.destroyed(subject);
    if (!registered.has(subject)) this.register.add({ kind, subject, at: event.meta.recordedAt });
    await this.store.truncateBefore(event.stream, event.revision);
  }

  private async *destructions(): AsyncGenerator<StoredEvent> {
    let after = START;
    for (;;) {
      const page = await this.store.readAll({ after, limit: PAGE, types: [keyDestroyed.type] });
      yield* page;
      const last = page.at(-1);
      if (!last || page.length < PAGE) return;
      after = last.position;
    }
  }
}

/** Every erasure that a log knows of. */
export function erasuresIn(log: { readAllSync(options: ReadAllOptions): readonly StoredEvent[] }): readonly ErasureEntry[] {
  const found: ErasureEntry[] = [];
  for (let after = START; ;) {
    const page = log.readAllSync({ after, limit: PAGE, types: [keyDestroyed.type] });
    for (const event of page) {
      const { subject, kind } = dataOf(event);
      found.push({ subject, kind, at: event.meta.recordedAt });
    }
    const last = page.at(-1);
    if (!last || page.length < PAGE) return found;
    after = last.position;
  }
}

function isDestruction(event: StoredEvent): boolean {
  return event.type === keyDestroyed.type;
}

function dataOf(event: StoredEvent): Extract<PrivacyEvent, { type: 'privacy.key-destroyed' }>['data'] {
  return event.data as Extract<PrivacyEvent, { type: 'privacy.key-destroyed' }>['data'];
}
