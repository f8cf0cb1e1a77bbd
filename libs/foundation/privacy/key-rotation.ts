import type { EventStore, SealedEvent, StoredEvent } from '@foundation/event-store/port';
import { type Clock, type DomainEvent, eventIdOf, type Position, START } from '@foundation/kernel';
import { fingerprintKeyWrapped, keyCreated, keyDestroyed, keyRewrapped, masterKeyRetired } from './events';
import { FINGERPRINT_STREAM, KeyRing, systemMeta, unwrapped, wrapFor } from './keyring';
import type { MasterKey } from './master-key';

/** The log as a change of the master key needs it. */
export interface RotatingLog extends EventStore {
  /** Where many truncations at once are cheaper than one by one. */
  truncateAllBefore?(truncations: readonly { readonly stream: string; readonly revision: number }[]): Promise<void>;
  /** Writes the file anew, so that no page keeps a copy of what was dropped. A server's chunks are its operator's to scavenge. */
  compact?(): Promise<void>;
}

/** Holds when which master key ceased to open anything. */
const RETIREMENTS = 'master-keys';

const PAGE = 500;

/**
 * Wraps every data key anew, from one master key to another. Each step may be cut short and repeated: a key is appended under the new
 * master key first and dropped under the old one afterwards. The fingerprint key goes first: whoever starts in between is refused.
 */
export class KeyRotation {
  constructor(
    private readonly log: RotatingLog,
    private readonly from: MasterKey,
    private readonly to: MasterKey,
    private readonly clock: Clock,
  ) {}

  /** Answers how many keys it wrapped. @throws WrongMasterKey when a key opens with neither; SealBroken, StoreUnavailable */
  async run(onProgress: (done: number, total: number) => void = () => undefined): Promise<number> {
    const end = await this.log.head();
    await this.fingerprints();
    let wrapped = 0;
    for (let after = START; after < end;) {
      const page = await this.log.readAll({ after, limit: PAGE, types: [keyCreated.type, keyRewrapped.type] });
      const last = page.at(-1);
      if (!last) break;
      wrapped += await this.people(page);
      after = last.position;
      onProgress(shareOf(after, end), 1);
    }
    await this.retire();
    await this.log.compact?.();
    return wrapped;
  }

  /** The moment from which on the old master key opens nothing, on the record once. */
  private async retire(): Promise<void> {
    const last = (await this.log.readStream(RETIREMENTS)).at(-1);
    if ((last?.data as { masterKey?: string } | undefined)?.masterKey === this.from.id) return;
    const { type, version, data } = masterKeyRetired.of({ masterKey: this.from.id, by: this.to.id });
    const meta = systemMeta(this.clock);
    await this.log.append(RETIREMENTS, last?.revision ?? 'no-stream', [{ id: eventIdOf(meta.commandId, 0), type, version, data, meta }]);
  }

  private async fingerprints(): Promise<void> {
    const before = await this.log.readStream(FINGERPRINT_STREAM);
    if (before.length === 0) await new KeyRing(this.log, this.from, this.clock).fingerprintKey();
    const events = before.length > 0 ? before : await this.log.readStream(FINGERPRINT_STREAM);
    await this.rewrap([events]);
  }

  private async people(page: readonly StoredEvent[]): Promise<number> {
    const streams = [...new Set(page.map(({ stream }) => stream))];
    return this.rewrap(await Promise.all(streams.map((stream) => this.log.readStream(stream))));
  }

  /** Takes whole streams, each with a key or with its destruction at the end. */
  private async rewrap(streams: readonly (readonly StoredEvent[])[]): Promise<number> {
    const truncations: { stream: string; revision: number }[] = [];
    const appended = streams.map(async (events) => {
      const last = events.at(-1);
      if (!last) return false;
      // An erasure that was cut short goes to its end as well.
      if (last.type === keyDestroyed.type || (last.data as { masterKey: string }).masterKey === this.to.id) {
        if (events.length > 1) truncations.push({ stream: last.stream, revision: last.revision });
        return false;
      }
      const { revision } = await this.log.append(last.stream, last.revision, [this.wrappedAnew(events, last)]);
      truncations.push({ stream: last.stream, revision });
      return true;
    });
    const wrapped = (await Promise.all(appended)).filter(Boolean).length;
    await this.truncate(truncations);
    return wrapped;
  }

  private async truncate(truncations: readonly { readonly stream: string; readonly revision: number }[]): Promise<void> {
    if (truncations.length === 0) return;
    if (this.log.truncateAllBefore) return this.log.truncateAllBefore(truncations);
    for (const { stream, revision } of truncations) await this.log.truncateBefore(stream, revision);
  }

  private wrappedAnew(events: readonly StoredEvent[], { stream, data }: StoredEvent): SealedEvent {
    const key = unwrapped(events, this.from);
    if (key === undefined || typeof key === 'symbol') throw new Error(`${stream} holds no key`);
    const wrap = wrapFor(this.to, key, stream);
    const { subject, kind } = data as { subject: string; kind: 'student' | 'staff' };
    const event: DomainEvent = stream === FINGERPRINT_STREAM ? fingerprintKeyWrapped.of(wrap) : keyRewrapped.of({ subject, kind, ...wrap });
    const meta = systemMeta(this.clock);
    return { id: eventIdOf(meta.commandId, 0), type: event.type, version: event.version, data: event.data, meta };
  }
}

function shareOf(done: Position, total: Position): number {
  return Number(done) / Number(total);
}
