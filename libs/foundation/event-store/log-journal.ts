import { type KeyRing, type KeyState, sealData } from '@foundation/privacy';
import {
  type Instant,
  type NewEvent,
  type Position,
  type RecordedEvent,
  type RefusalPart,
  START,
  type StudentId,
} from '@foundation/kernel';
import type { EventCatalogue } from './catalogue';
import { EventOpener, sealingSubject } from './event-opener';
import type { Journal } from './journal';
import type { Appended, EventStore, ExpectedRevision, SealedEvent, StoredEvent } from './port';

/** An event that its own schema refuses: a programming error. Names the type and the places, never the values. */
export class InvalidEvent extends Error {
  constructor(
    readonly type: string,
    readonly errors: readonly RefusalPart[],
  ) {
    super(`${type} is not valid: ${errors.map(({ pointer, detail }) => `${pointer || '/'} ${detail}`).join('; ')}`);
  }
}

const PAGE = 1000;

/** The journal over a log: each event is held against its schema and sealed on its way in, opened and upcast on its way out. */
export class LogJournal implements Journal {
  constructor(
    private readonly store: EventStore,
    private readonly catalogue: EventCatalogue,
    private readonly keys: KeyRing,
  ) {}

  get logId(): string {
    return this.store.logId;
  }

  /** @throws InvalidEvent, SubjectErased, and what the store and the key ring throw */
  async append(stream: string, expected: ExpectedRevision, events: readonly NewEvent[]): Promise<Appended> {
    const sealed: SealedEvent[] = [];
    for (const event of events) sealed.push(await this.sealed(stream, event));
    return this.store.append(stream, expected, sealed);
  }

  /** @throws UnknownEventType, NewerEventVersion, WrongMasterKey, SealBroken */
  async read(stream: string, from = 0): Promise<readonly RecordedEvent[]> {
    return this.open(await this.store.readStream(stream, from));
  }

  async readCurrent(stream: string, from = 0): Promise<readonly RecordedEvent[]> {
    return this.open(await this.store.readCurrent(stream, from));
  }

  get lags(): boolean {
    return this.store.lags;
  }

  endsBefore(stream: string, from: number): boolean {
    return this.store.endsBefore?.(stream, from) ?? false;
  }

  async readStudent(
    student: StudentId,
    { types, until }: { readonly types?: readonly string[]; readonly until?: Instant } = {},
  ): Promise<readonly RecordedEvent[]> {
    const events: RecordedEvent[] = [];
    let after = START;
    for (;;) {
      const page = await this.store.readAll({ after, limit: PAGE, student, ...(types ? { types } : {}) });
      const recorded = until === undefined ? page : page.filter((event) => event.meta.recordedAt <= until);
      events.push(...(await this.open(recorded)));
      const last = page.at(-1);
      if (!last || page.length < PAGE) return events;
      after = last.position;
    }
  }

  head(): Promise<Position> {
    return this.store.head();
  }

  /** Stored events in clear; each key is fetched once. */
  async open(events: readonly StoredEvent[]): Promise<readonly RecordedEvent[]> {
    if (events.length === 0) return [];
    const found = new Map<string, KeyState>();
    for (const event of events) {
      const definition = this.catalogue.definitionOf(event.type);
      const subject = definition && sealingSubject(definition, event);
      if (subject !== undefined && !found.has(subject)) found.set(subject, await this.keys.find(subject));
    }
    const opener = new EventOpener(this.catalogue, { find: (subject) => found.get(subject) });
    return events.map((event) => opener.open(event));
  }

  private async sealed(stream: string, event: NewEvent): Promise<SealedEvent> {
    const definition = this.catalogue.definitionOf(event.type);
    if (!definition) throw new InvalidEvent(event.type, [{ pointer: '', detail: 'has no schema' }]);
    if (event.version !== definition.version) {
      throw new InvalidEvent(event.type, [{ pointer: '', detail: `is version ${event.version}; only ${definition.version} is written` }]);
    }
    const errors = this.catalogue.check(event.type, event.data);
    if (errors.length > 0) throw new InvalidEvent(event.type, errors);
    if (definition.subject === 'none') return event;
    const subject = sealingSubject(definition, event);
    if (subject === undefined)
      throw new InvalidEvent(event.type, [{ pointer: '', detail: `names no ${definition.subject} whose key seals it` }]);
    const { student } = event.data as { student?: string };
    if (student !== undefined && student !== event.meta.student) {
      throw new InvalidEvent(event.type, [{ pointer: '/student', detail: 'is another student than the one whose key seals it' }]);
    }
    // Even without sealed text: nothing is added to an erased person's record.
    const key = this.keys.peek(subject) ?? (await this.keys.keyFor(subject, definition.subject));
    const paths = this.catalogue.sealedPaths(event.type);
    return paths.length === 0 ? event : { ...event, data: sealData(event.data, paths, key, { stream, id: event.id }) };
  }
}
