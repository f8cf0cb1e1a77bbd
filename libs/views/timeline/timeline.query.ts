import { Inject, Injectable } from '@nestjs/common';
import type { ReadScope } from '@foundation/access/policy.types';
import type { ActorId, ClassId, Instant, LocalDate, PlanId, StaffId, StudentId } from '@foundation/kernel';
import { type Figure, valueOf } from '@foundation/measurement';
import type { ViewReader } from '@foundation/view-store/view';
import { capped, decodeCursor, encodeCursor, InvalidCursor, type Page } from '../cursor';
import { DirectoryQuery, type ItemEntry } from '../directory';
import { goalOn, PlanQuery, type PlanState } from '../plan';
import { VIEW_READER } from '../reader';
import { type Line, LINE_KINDS, lineOf, type LineKind, type RecordKind, type Row } from './line';

export type TimelineScope = ReadScope & { readonly staff: StaffId };

export interface TimelineFilter {
  readonly kind?: LineKind;
  /** First and last day, included. */
  readonly from?: LocalDate;
  readonly to?: LocalDate;
  readonly cursor?: string;
  /** 50 when left out, 200 at most. */
  readonly limit?: number;
}

export type LineStatus = 'scheduled' | 'recorded' | 'late' | 'corrected' | 'disputed' | 'voided';

/** A line as a reader sees it. */
export interface TimelineLine extends Omit<Line, 'item' | 'class'> {
  /** The strongest of: voided, disputed, corrected, late, recorded; a session not yet held is scheduled. */
  readonly status: LineStatus;
  /** The goal, accommodation or service, as its latest version is called. */
  readonly about?: Pick<ItemEntry, 'kind' | 'item' | 'label'>;
  readonly class?: { readonly class: ClassId; readonly title?: string };
  /** Of an observation: its value, unit and trials by the goal's measure on that day. */
  readonly figure?: Figure;
}

/** What a practice record is about and whose it is. */
export interface RecordEntry {
  readonly kind: RecordKind;
  readonly id: string;
  readonly student: StudentId;
  readonly plan?: PlanId;
  readonly author: ActorId;
  readonly day: LocalDate;
  readonly recordedAt: Instant;
  readonly item?: Line['item'];
  readonly class?: ClassId;
  readonly voided: boolean;
  readonly revision: number;
}

const COLUMNS = 'kind, day, at, id, item, class, author, revision, data';
const newestFirst = (a: Row, b: Row): number =>
  compare(b.day, a.day) || compare(b.at, a.at) || compare(b.id, a.id) || compare(b.kind, a.kind);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** A child's days, line by line. */
@Injectable()
export class TimelineQuery {
  constructor(
    @Inject(VIEW_READER) private readonly reader: ViewReader,
    private readonly directory: DirectoryQuery,
    private readonly plans: PlanQuery,
  ) {}

  /** Newest first, by local day, instant and id. @throws InvalidCursor */
  timeline(student: StudentId, filter: TimelineFilter, scope: TimelineScope): Page<TimelineLine> {
    const limit = capped(filter.limit);
    const kinds = filter.kind ? [filter.kind] : LINE_KINDS;
    const rows = kinds
      .flatMap((kind) => this.ofKind(student, kind, filter, scope, limit + 1))
      .sort(newestFirst)
      .slice(0, limit + 1);
    const shown = rows.slice(0, limit);
    const last = shown.at(-1);
    const items = this.named(student, shown);
    return rows.length > limit && last ? { items, next: encodeCursor(last.day, last.at, last.id, last.kind) } : { items };
  }

  /** The lines of one kind on one day, oldest first, unnamed and without session notes. */
  day(student: StudentId, kind: LineKind, day: LocalDate): Line[] {
    const sql = `SELECT ${COLUMNS}, NULL AS notes FROM timeline WHERE student = ? AND kind = ? AND day = ? ORDER BY at, id`;
    return this.reader.all<Row>(sql, student, kind, day).map((row) => lineOf(student, row));
  }

  /** Which child, plan and author a practice record belongs to. */
  record(kind: RecordKind, id: string): RecordEntry | undefined {
    const row = this.reader.get<Row & { student: StudentId }>(
      `SELECT student, ${COLUMNS}, NULL AS notes FROM timeline WHERE id = ? AND kind = ?`,
      id,
      kind,
    );
    if (!row) return undefined;
    const { student, plan, author, day, recordedAt, item, class: group, voided, revision } = lineOf(row.student, row);
    return { kind, id, student, plan, author, day, recordedAt, item, class: group, voided, revision };
  }

  private ofKind(student: StudentId, kind: LineKind, filter: TimelineFilter, scope: TimelineScope, limit: number): Row[] {
    const where = ['student = ?', 'kind = ?'];
    const values: unknown[] = [student, kind];
    const add = (condition: string, ...parameters: unknown[]): void => {
      where.push(condition);
      values.push(...parameters);
    };
    if (filter.from) add('day >= ?', filter.from);
    if (filter.to) add('day <= ?', filter.to);
    if (filter.cursor !== undefined) add('(day, at, id, kind) < (?, ?, ?, ?)', ...placeOf(filter.cursor));
    this.limitTo(scope, student, kind, add);
    const notes = scope.sessionNotes ? 'notes' : 'NULL AS notes';
    const sql = `SELECT ${COLUMNS}, ${notes} FROM timeline
      WHERE ${where.join(' AND ')} ORDER BY day DESC, at DESC, id DESC LIMIT ?`;
    return this.reader.all<Row>(sql, ...values, limit);
  }

  private limitTo(scope: TimelineScope, student: StudentId, kind: LineKind, add: (condition: string, ...values: unknown[]) => void): void {
    if (scope.records === 'own') return add('author = ?', scope.staff);
    if (!scope.classes) return;
    if (kind === 'session') add('author = ?', scope.staff);
    if (kind === 'observation') {
      const goals = JSON.stringify([...this.directory.itemsIn(student, scope.classes)]);
      add('(author = ? OR item IN (SELECT value FROM json_each(?)))', scope.staff, goals);
    }
    if (kind === 'accommodation-entry') {
      add('(author = ? OR class IN (SELECT value FROM json_each(?)))', scope.staff, JSON.stringify(scope.classes));
    }
  }

  private named(student: StudentId, rows: readonly Row[]): TimelineLine[] {
    const lines = rows.map((row) => lineOf(student, row));
    const items = new Map(this.directory.itemsOf(student).map((item) => [item.item as string, item]));
    const classIds = [...new Set(lines.flatMap((line) => line.class ?? []))];
    const titles = new Map(this.directory.classes({ classes: classIds }).map((entry) => [entry.class, entry.title]));
    const plans = this.plans.ofStudent(student);
    return lines.map(({ item, class: group, ...line }) => {
      const about = item && items.get(item);
      const figure = figureOf(plans, about, line);
      return {
        ...line,
        status: statusOf(line),
        ...(about ? { about: { kind: about.kind, item: about.item, label: about.label } } : {}),
        ...(group ? { class: { class: group, title: titles.get(group) } } : {}),
        ...(figure ? { figure } : {}),
      };
    });
  }
}

function placeOf(cursor: string): string[] {
  const place = decodeCursor(cursor, 4);
  if (!LINE_KINDS.some((kind) => kind === place[3])) throw new InvalidCursor();
  return place;
}

export function statusOf({ voided, late, history, detail }: Pick<Line, 'voided' | 'late' | 'history' | 'detail'>): LineStatus {
  if (voided) return 'voided';
  if (history.some(({ kind }) => kind === 'disputed')) return 'disputed';
  if (history.some(({ kind }) => kind === 'corrected')) return 'corrected';
  if (late) return 'late';
  return detail.what === 'scheduled' ? 'scheduled' : 'recorded';
}

function figureOf(
  plans: readonly PlanState[],
  about: ItemEntry | undefined,
  { plan, day, detail }: Pick<Line, 'plan' | 'day' | 'detail'>,
): Figure | undefined {
  if (detail.what !== 'observation' || about?.kind !== 'goal') return undefined;
  const promise = plans.find((one) => one.promise.plan === plan)?.promise;
  const measure = promise && goalOn(promise, about.item, day)?.measure;
  return measure?.kind === detail.raw.kind ? valueOf(measure, detail.raw) : undefined;
}
