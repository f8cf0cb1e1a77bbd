import { Inject, Injectable } from '@nestjs/common';
import type { AccommodationsEvent } from '@case/accommodations/events';
import type { ObservationsEvent } from '@case/observations/events';
import type { Outcome, SessionsEvent } from '@case/sessions/events';
import type { ReadScope } from '@foundation/access/policy.types';
import { JOURNAL, type Journal } from '@foundation/event-store';
import type { ActorId, EventId, Instant, RecordedEvent, StaffId, StudentId, ZonedInstant } from '@foundation/kernel';
import { capped, decodeCursor, encodeCursor, InvalidCursor, type Page } from '../cursor';
import { DirectoryQuery } from '../directory';

export interface HistoryEntry {
  readonly id: EventId;
  /** A decimal string: meaningful within one log only. */
  readonly position: string;
  readonly stream: string;
  readonly revision: number;
  readonly type: string;
  readonly version: number;
  readonly occurredAt: ZonedInstant;
  readonly recordedAt: Instant;
  readonly who: ActorId;
  readonly role?: string;
  readonly onBehalfOf?: StaffId;
  /** In clear, without what the reader may not see. */
  readonly data: unknown;
  /** A later event of the same record corrected, voided or disputed this one. */
  readonly corrected: boolean;
  readonly voided: boolean;
  readonly disputed: boolean;
}

type RecordEvent = ObservationsEvent | AccommodationsEvent | SessionsEvent;

/** Every event of a child, as the log has it. Read from the log itself: nothing is derived, so there is no table. */
@Injectable()
export class HistoryQuery {
  constructor(
    @Inject(JOURNAL) private readonly journal: Journal,
    private readonly directory: DirectoryQuery,
  ) {}

  /** Newest first, by position. @throws InvalidCursor */
  async history(
    student: StudentId,
    { cursor, limit }: { cursor?: string; limit?: number },
    scope: ReadScope & { readonly staff: StaffId },
  ): Promise<Page<HistoryEntry>> {
    const before = cursor === undefined ? undefined : positionOf(cursor);
    const events = await this.journal.readStudent(student);
    const visible = this.visible(student, events, scope);
    const older = visible.filter(({ position }) => before === undefined || position < before).reverse();
    const page = older.slice(0, capped(limit));
    const fates = fatesOf(events);
    const items = page.map((event) => entryOf(event, fates, scope));
    const last = page.at(-1);
    return older.length > page.length && last ? { items, next: encodeCursor(String(last.position)) } : { items };
  }

  /** 'own': what the reader did. Classes: besides, the records of goals and accommodations in those classes, with their corrections. */
  private visible(student: StudentId, events: readonly RecordedEvent[], scope: ReadScope & { staff: StaffId }): readonly RecordedEvent[] {
    if (scope.records === 'all' && !scope.classes) return events;
    const own = events.filter(({ meta }) => meta.actor === scope.staff);
    const classes = scope.records === 'own' ? undefined : scope.classes;
    if (!classes) return own;
    const items = this.directory.itemsIn(student, classes);
    const streams = new Set(own.map(({ stream }) => stream));
    for (const event of events as readonly RecordedEvent<RecordEvent>[]) {
      if (event.type === 'observations.observation-recorded' && items.has(event.data.goal)) streams.add(event.stream);
      if (event.type === 'accommodations.entry-recorded' && classes.includes(event.data.class)) streams.add(event.stream);
    }
    return events.filter((event) => event.meta.actor === scope.staff || (isOfRecord(event) && streams.has(event.stream)));
  }
}

const isOfRecord = ({ type }: RecordedEvent): boolean => /^(observations|accommodations|sessions)\./.test(type);

function positionOf(cursor: string): bigint {
  const [position = ''] = decodeCursor(cursor, 1);
  if (!/^\d+$/.test(position)) throw new InvalidCursor();
  return BigInt(position);
}

interface Fate {
  /** Revision of the last correction, void and dispute. */
  corrected?: number;
  voided?: number;
  disputed?: number;
}

function fatesOf(events: readonly RecordedEvent[]): ReadonlyMap<string, Fate> {
  const fates = new Map<string, Fate>();
  for (const { type, stream, revision } of events) {
    const word = /^(?:observations|accommodations|sessions)\.[a-z]+-(corrected|voided|disputed)$/.exec(type)?.[1];
    if (word) fates.set(stream, { ...fates.get(stream), [word]: revision });
  }
  return fates;
}

function entryOf(event: RecordedEvent, fates: ReadonlyMap<string, Fate>, scope: ReadScope): HistoryEntry {
  const { id, position, stream, revision, type, version, meta } = event;
  const fate = fates.get(stream) ?? {};
  const later = (at: number | undefined): boolean => at !== undefined && at > revision;
  return {
    id,
    position: String(position),
    stream,
    revision,
    type,
    version,
    occurredAt: meta.occurredAt,
    recordedAt: meta.recordedAt,
    who: meta.actor,
    ...(meta.role === undefined ? {} : { role: meta.role }),
    ...(meta.onBehalfOf === undefined ? {} : { onBehalfOf: meta.onBehalfOf }),
    data: scope.sessionNotes ? event.data : withoutNote(event),
    corrected: later(fate.corrected),
    voided: later(fate.voided),
    disputed: later(fate.disputed),
  };
}

function withoutNote({ type, data }: RecordedEvent): unknown {
  if (type !== 'sessions.session-outcome-recorded' && type !== 'sessions.session-corrected') return data;
  const { outcome, ...rest } = data as { readonly outcome: Outcome };
  if (outcome.kind === 'missed') return data;
  const { note: _, ...kept } = outcome;
  return { ...rest, outcome: kept };
}
