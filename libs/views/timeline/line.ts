import type { AccommodationsEvent, EntryState } from '@case/accommodations/events';
import type { Context, ObservationsEvent } from '@case/observations/events';
import type { PlansEvent } from '@case/plans/events';
import type { Outcome, SessionsEvent, Soap } from '@case/sessions/events';
import type { StudentsEvent } from '@case/students/events';
import { localDateOf } from '@foundation/calendar';
import type {
  AccommodationId,
  ActorId,
  AssignmentId,
  ClassId,
  EventId,
  GoalId,
  GroupId,
  Instant,
  LocalDate,
  PlanId,
  RecordedEvent,
  ServiceId,
  StaffId,
  StudentId,
  ZonedInstant,
} from '@foundation/kernel';
import type { Raw } from '@foundation/measurement';

export const RECORD_KINDS = ['observation', 'accommodation-entry', 'session'] as const;
export type RecordKind = (typeof RECORD_KINDS)[number];
export const LINE_KINDS = [...RECORD_KINDS, 'plan', 'team', 'profile', 'case'] as const;
export type LineKind = (typeof LINE_KINDS)[number];

type WithoutNote<T> = T extends { note?: Soap } ? Omit<T, 'note'> : T;
/** What a line says, by its kind. A session's note is kept apart from it. */
export type Detail =
  | { readonly what: 'observation'; readonly raw: Raw; readonly context: Context }
  | { readonly what: 'entry'; readonly state: EntryState; readonly note?: string }
  | { readonly what: 'scheduled'; readonly start: ZonedInstant; readonly plannedSeconds: number; readonly group?: GroupId }
  | { readonly what: 'outcome'; readonly outcome: WithoutNote<Outcome>; readonly group?: GroupId }
  | { readonly what: 'plan-activated'; readonly effectiveFrom: LocalDate }
  | { readonly what: 'plan-amended'; readonly version: number; readonly effectiveFrom: LocalDate }
  | { readonly what: 'plan-ended'; readonly lastDay: LocalDate }
  | {
      readonly what: 'team-assigned';
      readonly assignment: AssignmentId;
      readonly staff: StaffId;
      readonly role: string;
      readonly from: LocalDate;
      readonly to?: LocalDate;
      readonly covering: boolean;
    }
  | { readonly what: 'team-ended'; readonly assignment: AssignmentId; readonly lastDay: LocalDate }
  | { readonly what: 'profile-written' }
  | { readonly what: 'case-opened' | 'case-closed'; readonly on: LocalDate };

/** A later word on a record, with what stood before it. */
export interface Change {
  readonly kind: 'held' | 'corrected' | 'voided' | 'disputed';
  readonly event: EventId;
  readonly recordedAt: Instant;
  readonly who: ActorId;
  readonly reason?: string;
  /** Of a dispute. */
  readonly by?: 'family' | 'staff';
  /** Of a correction, or of an outcome that took the place of a plan. */
  readonly before?: Detail;
  readonly noteBefore?: Soap;
}

export interface Line {
  readonly student: StudentId;
  readonly kind: LineKind;
  readonly id: string;
  /** Local day and instant at which it happened. */
  readonly day: LocalDate;
  readonly at: Instant;
  readonly offset: string;
  readonly item?: GoalId | AccommodationId | ServiceId;
  readonly class?: ClassId;
  readonly plan?: PlanId;
  readonly author: ActorId;
  readonly recordedAt: Instant;
  readonly late: boolean;
  readonly voided: boolean;
  readonly detail: Detail;
  readonly note?: Soap;
  /** Oldest first. */
  readonly history: readonly Change[];
  /** Revision of the record's stream. */
  readonly revision: number;
}

export type TimelineEvent = ObservationsEvent | AccommodationsEvent | SessionsEvent | PlansEvent | StudentsEvent;
type Of<T extends TimelineEvent['type']> = RecordedEvent<Extract<TimelineEvent, { type: T }>>;

type About = Pick<Line, 'student' | 'kind' | 'id' | 'item' | 'class' | 'plan' | 'late' | 'detail' | 'note'>;

/** A first line. One literal with every field: half of a rebuild's time goes through here. */
const lineAt = ({ meta, revision }: RecordedEvent<TimelineEvent>, when: ZonedInstant, day: LocalDate, about: About): Line => ({
  student: about.student,
  kind: about.kind,
  id: about.id,
  day,
  at: when.at,
  offset: when.offset,
  item: about.item,
  class: about.class,
  plan: about.plan,
  author: meta.actor,
  recordedAt: meta.recordedAt,
  late: about.late,
  voided: false,
  detail: about.detail,
  note: about.note,
  history: [],
  revision,
});

export function observed(event: Of<'observations.observation-recorded'>): Line {
  const { student, observation: id, goal: item, plan, late, raw, context } = event.data;
  const when = event.meta.occurredAt;
  const detail: Detail = { what: 'observation', raw, context };
  return lineAt(event, when, localDateOf(when), { student, kind: 'observation', id, item, plan, late, detail });
}

export function logged(event: Of<'accommodations.entry-recorded'>): Line {
  const { student, entry: id, accommodation: item, class: group, plan, on, late, state, note } = event.data;
  const detail: Detail = { what: 'entry', state, note };
  return lineAt(event, event.meta.occurredAt, on, { student, kind: 'accommodation-entry', id, item, class: group, plan, late, detail });
}

export function scheduled(event: Of<'sessions.session-scheduled'>): Line {
  const { student, session: id, service: item, plan, start, plannedSeconds, group } = event.data;
  const detail: Detail = { what: 'scheduled', start, plannedSeconds, group };
  return lineAt(event, start, localDateOf(start), { student, kind: 'session', id, item, plan, late: false, detail });
}

const startOf = (outcome: Outcome): ZonedInstant => (outcome.kind === 'missed' ? outcome.plannedStart : outcome.start);

function noteApart(outcome: Outcome): { outcome: WithoutNote<Outcome>; note?: Soap } {
  if (outcome.kind === 'missed') return { outcome };
  const { note, ...rest } = outcome;
  return { outcome: rest, note };
}

export function held(event: Of<'sessions.session-outcome-recorded'>): Line {
  const { student, session: id, service: item, plan, late, group, outcome } = event.data;
  const start = startOf(outcome);
  const { outcome: kept, note } = noteApart(outcome);
  const detail: Detail = { what: 'outcome', outcome: kept, group };
  return lineAt(event, start, localDateOf(start), { student, kind: 'session', id, item, plan, late, detail, note });
}

export type ChangeEvent = Of<
  | 'sessions.session-outcome-recorded'
  | 'observations.observation-corrected'
  | 'observations.observation-voided'
  | 'observations.observation-disputed'
  | 'accommodations.entry-corrected'
  | 'accommodations.entry-voided'
  | 'accommodations.entry-disputed'
  | 'sessions.session-corrected'
  | 'sessions.session-voided'
  | 'sessions.session-disputed'
>;

/** The line after a later event of its own stream; what stood before goes beneath. */
export function changed(line: Line, event: ChangeEvent): Line {
  const { id: eventId, meta, revision } = event;
  const word = { event: eventId, recordedAt: meta.recordedAt, who: meta.actor };
  const beneath = (change: Change): Pick<Line, 'history' | 'revision'> => ({ history: [...line.history, change], revision });
  const before = { before: line.detail, noteBefore: line.note };
  switch (event.type) {
    case 'sessions.session-outcome-recorded': {
      return { ...held(event), ...beneath({ ...word, kind: 'held', ...before }) };
    }
    case 'observations.observation-corrected': {
      const { raw, context, reason } = event.data;
      return { ...line, detail: { what: 'observation', raw, context }, ...beneath({ ...word, kind: 'corrected', reason, ...before }) };
    }
    case 'accommodations.entry-corrected': {
      const { state, note, reason } = event.data;
      return { ...line, detail: { what: 'entry', state, note }, ...beneath({ ...word, kind: 'corrected', reason, ...before }) };
    }
    case 'sessions.session-corrected': {
      const { outcome, reason } = event.data;
      const { outcome: kept, note } = noteApart(outcome);
      const { at, offset } = startOf(outcome);
      const day = localDateOf(startOf(outcome));
      const group = 'group' in line.detail ? line.detail.group : undefined;
      const detail: Detail = { what: 'outcome', outcome: kept, group };
      return { ...line, day, at, offset, detail, note, ...beneath({ ...word, kind: 'corrected', reason, ...before }) };
    }
    case 'observations.observation-voided':
    case 'accommodations.entry-voided':
    case 'sessions.session-voided':
      return { ...line, voided: true, ...beneath({ ...word, kind: 'voided', reason: event.data.reason }) };
    case 'observations.observation-disputed':
    case 'accommodations.entry-disputed':
    case 'sessions.session-disputed':
      return { ...line, ...beneath({ ...word, kind: 'disputed', reason: event.data.statement, by: event.data.by }) };
  }
}

export type CaseEvent = Of<
  | 'plans.plan-activated'
  | 'plans.plan-amended'
  | 'plans.plan-ended'
  | 'students.team-member-assigned'
  | 'students.team-assignment-ended'
  | 'students.profile-written'
  | 'students.case-opened'
  | 'students.case-closed'
>;

/** A line of its own for what happened to the case; undefined when the event names no child. */
export function caseLine(event: CaseEvent): Line | undefined {
  const { student } = event.meta;
  if (!student) return undefined;
  const [kind, detail] = caseDetail(event);
  const plan = 'plan' in event.data ? event.data.plan : undefined;
  const when = event.meta.occurredAt;
  return lineAt(event, when, localDateOf(when), { student, kind, id: event.id, plan, late: false, detail });
}

function caseDetail(event: CaseEvent): [LineKind, Detail] {
  switch (event.type) {
    case 'plans.plan-activated':
      return ['plan', { what: 'plan-activated', effectiveFrom: event.data.effectiveFrom }];
    case 'plans.plan-amended':
      return ['plan', { what: 'plan-amended', version: event.data.planVersion, effectiveFrom: event.data.effectiveFrom }];
    case 'plans.plan-ended':
      return ['plan', { what: 'plan-ended', lastDay: event.data.lastDay }];
    case 'students.team-member-assigned': {
      const { assignment, staff, role, from, to, coveringFor } = event.data;
      return ['team', { what: 'team-assigned', assignment, staff, role, from, to, covering: coveringFor !== undefined }];
    }
    case 'students.team-assignment-ended':
      return ['team', { what: 'team-ended', assignment: event.data.assignment, lastDay: event.data.lastDay }];
    case 'students.profile-written':
      return ['profile', { what: 'profile-written' }];
    case 'students.case-opened':
      return ['case', { what: 'case-opened', on: event.data.on }];
    case 'students.case-closed':
      return ['case', { what: 'case-closed', on: event.data.on }];
  }
}

/** The row of a line, without its student. */
export interface Row {
  readonly kind: LineKind;
  readonly day: LocalDate;
  readonly at: Instant;
  readonly id: string;
  readonly item: Line['item'] | null;
  readonly class: ClassId | null;
  readonly author: ActorId;
  readonly revision: number;
  readonly data: string;
  readonly notes: string | null;
}
type Kept = Pick<Line, 'offset' | 'plan' | 'recordedAt' | 'late' | 'voided' | 'detail' | 'history'>;
interface Notes {
  readonly now?: Soap;
  /** By event of the change that replaced them. */
  readonly before?: Readonly<Record<string, Soap>>;
}

/** In the order of the table's columns. Every record passes here once or more: fields are named one by one because that is fast. */
export function valuesOf(line: Line): unknown[] {
  const { id, kind, student, day, at, item = null, class: group = null, author, revision } = line;
  const { offset, plan, recordedAt, late, voided, detail, history } = line;
  const kept: Kept = { offset, plan, recordedAt, late, voided, detail, history: history.length === 0 ? history : history.map(withoutNote) };
  return [id, kind, student, day, at, item, group, author, revision, JSON.stringify(kept), notesOf(line)];
}

const withoutNote = ({ noteBefore: _, ...change }: Change): Change => change;

function notesOf({ note: now, history }: Line): string | null {
  if (!now && history.length === 0) return null;
  const before = Object.fromEntries(history.flatMap(({ event, noteBefore }) => (noteBefore ? [[event, noteBefore]] : [])));
  return now || Object.keys(before).length > 0 ? JSON.stringify({ now, before } satisfies Notes) : null;
}

/** A row whose `notes` were not read gives a line without session notes. */
export function lineOf(student: StudentId, row: Row): Line {
  const { kind, day, at, id, item, class: group, author, revision } = row;
  const kept = JSON.parse(row.data) as Kept;
  const notes = row.notes === null ? {} : (JSON.parse(row.notes) as Notes);
  const history = kept.history.map((change) => {
    const noteBefore = notes.before?.[change.event];
    return noteBefore ? { ...change, noteBefore } : change;
  });
  return {
    student,
    kind,
    day,
    at,
    id,
    author,
    revision,
    ...kept,
    history,
    ...(item === null ? {} : { item }),
    ...(group === null ? {} : { class: group }),
    ...(notes.now ? { note: notes.now } : {}),
  };
}
