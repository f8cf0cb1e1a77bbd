import type { ObservationsEvent } from '@case/observations/events';
import { localDateOf } from '@foundation/calendar';
import type { ActorId, EventId, GoalId, Instant, LocalDate, ObservationId, PlanId, RecordedEvent, StudentId } from '@foundation/kernel';
import type { Raw } from '@foundation/measurement';

/** One observation as it now counts. Holds no personal text. */
export interface Seen {
  readonly student: StudentId;
  readonly plan: PlanId;
  readonly goal: GoalId;
  readonly day: LocalDate;
  readonly at: Instant;
  readonly record: ObservationId;
  readonly observer: ActorId;
  readonly raw: Raw;
  readonly unusualDay?: string;
  readonly secondObserver: boolean;
  readonly late: boolean;
  readonly corrected: boolean;
  readonly disputed: boolean;
  readonly voided: boolean;
  /** Every event that made it what it is. */
  readonly events: readonly EventId[];
  readonly revision: number;
}

/** The projection and the as-of fold share this one function. An event that came before leaves the record as it is. */
export function evolveSeen(seen: Seen | undefined, event: RecordedEvent<ObservationsEvent>): Seen | undefined {
  const { id, revision, meta } = event;
  if (event.type === 'observations.observation-recorded') {
    if (seen) return seen;
    const { student, plan, goal, observation: record, raw, context, late } = event.data;
    return {
      student,
      plan,
      goal,
      day: localDateOf(meta.occurredAt),
      at: meta.occurredAt.at,
      record,
      observer: meta.actor,
      raw,
      unusualDay: context.unusualDay,
      secondObserver: context.secondObserver ?? false,
      late,
      corrected: false,
      disputed: false,
      voided: false,
      events: [id],
      revision,
    };
  }
  if (!seen || seen.revision >= revision) return seen;
  const next = { ...seen, events: [...seen.events, id], revision };
  switch (event.type) {
    case 'observations.observation-corrected': {
      const { raw, context } = event.data;
      return { ...next, raw, unusualDay: context.unusualDay, secondObserver: context.secondObserver ?? false, corrected: true };
    }
    case 'observations.observation-voided':
      return { ...next, voided: true };
    case 'observations.observation-disputed':
      return { ...next, disputed: true };
  }
}

/** All observations of a child from its events, in order of day, instant and id. */
export function foldSeen(events: readonly RecordedEvent<ObservationsEvent>[]): Seen[] {
  const records = new Map<ObservationId, Seen>();
  for (const event of events) {
    const seen = evolveSeen(records.get(event.data.observation), event);
    if (seen) records.set(seen.record, seen);
  }
  return [...records.values()].sort(inOrder);
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const inOrder = (a: Seen, b: Seen): number => compare(a.day, b.day) || compare(a.at, b.at) || compare(a.record, b.record);

/** It gives a point: not voided, and not a second observer's. */
export const counts = ({ voided, secondObserver }: Seen): boolean => !voided && !secondObserver;

type Keyed = 'student' | 'goal' | 'day' | 'at' | 'record' | 'revision';
export type SeenRow = Pick<Seen, Keyed> & { readonly data: string };

/** In the order of the table's columns; fields named one by one because that is fast. */
export function valuesOf(seen: Seen): unknown[] {
  const { record, student, goal, day, at, revision } = seen;
  const { plan, observer, raw, unusualDay, secondObserver, late, corrected, disputed, voided, events } = seen;
  const data: Omit<Seen, Keyed> = { plan, observer, raw, unusualDay, secondObserver, late, corrected, disputed, voided, events };
  return [record, student, goal, day, at, revision, counts(seen) ? 1 : 0, JSON.stringify(data)];
}

export const seenOf = ({ data, student, goal, day, at, record, revision }: SeenRow): Seen => ({
  student,
  goal,
  day,
  at,
  record,
  revision,
  ...(JSON.parse(data) as Omit<Seen, Keyed>),
});
