import { DESTROYED, type KeyLookup, openData } from '@foundation/privacy';
import { keyDestroyed } from '@foundation/privacy/events';
import type { EventDefinition, RecordedEvent } from '@foundation/kernel';
import type { EventCatalogue } from './catalogue';
import type { StoredEvent } from './port';

/** The log holds an event that this version does not know; a rule must not decide without it. */
export class UnknownEventType extends Error {
  constructor(
    readonly type: string,
    readonly stream: string,
  ) {
    super(`${stream} holds ${type}, which this version does not know: it is being upgraded`);
  }
}

/** A key lookup that drops a key when told that it was destroyed. */
export interface ForgetfulKeys extends KeyLookup {
  destroyed?(subject: string): void;
}

/**
 * Stored events as rules and views read them: unsealed, and brought up to the current version. Meeting the destruction of a key, it tells
 * the keys to forget it. Works without waiting, on any thread.
 */
export class EventOpener {
  constructor(
    private readonly catalogue: EventCatalogue,
    private readonly keys: ForgetfulKeys,
  ) {}

  /** @throws UnknownEventType, NewerEventVersion, WrongMasterKey, SealBroken */
  open(event: StoredEvent): RecordedEvent {
    const definition = this.catalogue.definitionOf(event.type);
    if (!definition) throw new UnknownEventType(event.type, event.stream);
    if (event.type === keyDestroyed.type) this.keys.destroyed?.((event.data as { subject: string }).subject);
    const data = definition.subject === 'none' ? event.data : this.unsealed(definition, event);
    if (event.version === definition.version) return data === event.data ? event : { ...event, data };
    return { ...event, version: definition.version, data: this.catalogue.upcast(event.type, event.version, data) };
  }

  private unsealed(definition: EventDefinition, event: StoredEvent): unknown {
    const subject = sealingSubject(definition, event);
    const key = subject === undefined ? undefined : this.keys.find(subject);
    return openData(event.data, key === DESTROYED ? undefined : key, event);
  }
}

/** Whose key seals the event: the student of `meta`, the member of staff of `data`, or nobody. */
export function sealingSubject(
  { subject }: EventDefinition,
  { data, meta }: { readonly data: unknown; readonly meta: StoredEvent['meta'] },
): string | undefined {
  if (subject === 'student') return meta.student;
  return subject === 'staff' ? (data as { staff?: string }).staff : undefined;
}
