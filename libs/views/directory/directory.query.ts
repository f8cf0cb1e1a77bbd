import { Inject, Injectable } from '@nestjs/common';
import type {
  AccommodationId,
  ClassId,
  GoalId,
  Instant,
  LocalDate,
  PlanId,
  SchoolId,
  ServiceId,
  StaffId,
  StudentId,
} from '@foundation/kernel';
import type { ViewReader } from '@foundation/view-store/view';
import { VIEW_READER } from '../reader';
import { capped, decodeCursor, encodeCursor, InvalidCursor, marks, type Page } from '../cursor';
import {
  type ClassEntry,
  type EnrolmentEntry,
  type ErasedStudent,
  folded,
  type GoalEntry,
  type GuardianEntry,
  type ItemEntry,
  type PlanEntry,
  type ProfileCard,
  type SchoolEntry,
  type StaffEntry,
  type StudentEntry,
  type TermEntry,
} from './entries';

export interface StudentsFilter {
  /** Children who attend one of these schools: as stated for them, or by an enrolment in force on `on`. */
  readonly schools?: readonly SchoolId[];
  /** Children whose team this person is on, on `on`. */
  readonly staff?: StaffId;
  /** The day that `schools` and `staff` are asked for. */
  readonly on: LocalDate;
  /** Beginnings of names, in any order, without regard to case and accents. */
  readonly search?: string;
  readonly caseOnly?: boolean;
  readonly cursor?: string;
  readonly limit?: number;
}

interface Data {
  readonly data: string;
}
interface StudentRow extends Data {
  readonly student: StudentId;
  readonly sort: string;
  readonly erased_at: Instant | null;
}
const parsed = <T>({ data }: Data): T => JSON.parse(data) as T;
const PREFIX = `(search LIKE ? ESCAPE '\\' OR search LIKE ? ESCAPE '\\')`;
const wordsOf = (search: string | undefined): string[] =>
  folded(search ?? '')
    .split(/\s+/)
    .filter((word) => word !== '');
const prefixes = (word: string): string[] => {
  const literal = word.replace(/[\\%_]/g, '\\$&');
  return [`${literal}%`, `% ${literal}%`];
};

/** Who and what is what: children, staff, schools, classes, and which child and plan an id belongs to. */
@Injectable()
export class DirectoryQuery {
  constructor(@Inject(VIEW_READER) private readonly reader: ViewReader) {}

  /** The child, what is left of an erased one, or undefined. */
  student(student: StudentId): StudentEntry | ErasedStudent | undefined {
    const row = this.reader.get<StudentRow>('SELECT student, sort, erased_at, data FROM directory_student WHERE student = ?', student);
    return row && (row.erased_at === null ? parsed(row) : { student, erasedAt: row.erased_at });
  }

  /** In order of family name, given name, id. Erased children are not listed. @throws InvalidCursor */
  students(filter: StudentsFilter): Page<StudentEntry> {
    const { where, values } = this.among(filter);
    const limit = capped(filter.limit);
    const rows = this.reader.all<StudentRow>(
      `SELECT student, sort, erased_at, data FROM directory_student
       WHERE ${where.join(' AND ')} ORDER BY sort, student LIMIT ?`,
      ...values,
      limit + 1,
    );
    const items = rows.slice(0, limit).map((row) => parsed<StudentEntry>(row));
    const last = items.at(-1);
    return rows.length > limit && last ? { items, next: encodeCursor(last.student) } : { items };
  }

  private among({ schools, staff, on, search, caseOnly, cursor }: StudentsFilter): { where: string[]; values: unknown[] } {
    const where = ['erased_at IS NULL'];
    const values: unknown[] = [];
    const add = (condition: string, ...parameters: unknown[]): void => {
      where.push(condition);
      values.push(...parameters);
    };
    if (schools) {
      add(
        `student IN (SELECT student FROM directory_attendance WHERE school IN (${marks(schools)})
         UNION SELECT student FROM directory_enrolment
         WHERE school IN (${marks(schools)}) AND (first_day IS NULL OR first_day <= ?) AND (last_day IS NULL OR last_day >= ?))`,
        ...schools,
        ...schools,
        on,
        on,
      );
    }
    if (staff) {
      add(
        `student IN (SELECT student FROM directory_assignment
         WHERE staff = ? AND first_day <= ? AND (last_day IS NULL OR last_day >= ?))`,
        staff,
        on,
        on,
      );
    }
    if (caseOnly) add('open_case = 1');
    for (const word of wordsOf(search)) add(PREFIX, ...prefixes(word));
    if (cursor !== undefined) add('(sort, student) > (?, ?)', ...this.placeOf(cursor));
    return { where, values };
  }

  /** Cursors carry the id alone: the name it stood at is looked up, so that no name stands in a URL. */
  private placeOf(cursor: string): [string, string] {
    const [student = ''] = decodeCursor(cursor, 1);
    const row = this.reader.get<StudentRow>('SELECT sort FROM directory_student WHERE student = ? AND erased_at IS NULL', student);
    if (!row) throw new InvalidCursor();
    return [row.sort, student];
  }

  /** The one-screen profile as it reads now. */
  profile(student: StudentId): ProfileCard | undefined {
    const row = this.reader.get<{ profile: string; written_at: ProfileCard['writtenAt']; written_by: ProfileCard['writtenBy'] }>(
      'SELECT profile, written_at, written_by FROM directory_card WHERE student = ?',
      student,
    );
    return row && { profile: JSON.parse(row.profile) as ProfileCard['profile'], writtenAt: row.written_at, writtenBy: row.written_by };
  }

  /** Which of these children have a profile. */
  withProfile(students: readonly StudentId[]): ReadonlySet<StudentId> {
    const rows = this.reader.all<{ student: StudentId }>(
      `SELECT student FROM directory_card WHERE student IN (${marks(students)})`,
      ...students,
    );
    return new Set(rows.map(({ student }) => student));
  }

  guardians(student: StudentId): GuardianEntry[] {
    return this.reader
      .all<Data>('SELECT data FROM directory_guardian WHERE student = ? ORDER BY guardian', student)
      .map(parsed<GuardianEntry>);
  }

  /** In every class, past and to come: each says from when to when. */
  enrolments(student: StudentId): EnrolmentEntry[] {
    const rows = this.reader.all<Record<string, string | null>>(
      'SELECT enrolment, class, school, first_day AS "from", last_day AS "to" FROM directory_enrolment WHERE student = ? ORDER BY enrolment',
      student,
    );
    return rows.map((row) => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as unknown as EnrolmentEntry);
  }

  staffMember(staff: StaffId): StaffEntry | undefined {
    const row = this.reader.get<Data>('SELECT data FROM directory_staff WHERE staff = ?', staff);
    return row && parsed(row);
  }

  /** In order of family name, given name, id. @throws InvalidCursor */
  staff(filter: { schools?: readonly SchoolId[]; search?: string; cursor?: string; limit?: number } = {}): Page<StaffEntry> {
    const { schools, search, cursor } = filter;
    const limit = capped(filter.limit);
    const where = ['1'];
    const values: unknown[] = [];
    if (schools) {
      where.push(`EXISTS (SELECT 1 FROM json_each(directory_staff.data, '$.schools') AS one WHERE one.value IN (${marks(schools)}))`);
      values.push(...schools);
    }
    for (const word of wordsOf(search)) {
      where.push(PREFIX);
      values.push(...prefixes(word));
    }
    if (cursor !== undefined) {
      const [staff = ''] = decodeCursor(cursor, 1);
      const row = this.reader.get<{ sort: string }>('SELECT sort FROM directory_staff WHERE staff = ?', staff);
      if (!row) throw new InvalidCursor();
      where.push('(sort, staff) > (?, ?)');
      values.push(row.sort, staff);
    }
    const sql = `SELECT data FROM directory_staff WHERE ${where.join(' AND ')} ORDER BY sort, staff LIMIT ?`;
    const found = this.reader.all<Data>(sql, ...values, limit + 1).map(parsed<StaffEntry>);
    const items = found.slice(0, limit);
    const last = items.at(-1);
    return found.length > limit && last ? { items, next: encodeCursor(last.staff) } : { items };
  }

  schools(): SchoolEntry[] {
    return this.reader.all<Data>('SELECT data FROM directory_school ORDER BY school').map(parsed<SchoolEntry>);
  }

  terms(): TermEntry[] {
    return this.reader.all<Data>('SELECT data FROM directory_term ORDER BY term').map(parsed<TermEntry>);
  }

  /** The named classes, those of the schools, or all. */
  classes(filter: { schools?: readonly SchoolId[]; classes?: readonly ClassId[] } = {}): ClassEntry[] {
    const [column, list] = filter.classes ? ['class', filter.classes] : ['school', filter.schools];
    const where = list ? `WHERE ${column} IN (${marks(list)})` : '';
    return this.reader.all<Data>(`SELECT data FROM directory_class ${where} ORDER BY class`, ...(list ?? [])).map(parsed<ClassEntry>);
  }

  plan(plan: PlanId): PlanEntry | undefined {
    const row = this.reader.get<Data>('SELECT data FROM directory_plan WHERE plan = ?', plan);
    return row && parsed(row);
  }

  plansOf(student: StudentId): PlanEntry[] {
    return this.reader.all<Data>('SELECT data FROM directory_plan WHERE student = ? ORDER BY plan', student).map(parsed<PlanEntry>);
  }

  goal(goal: GoalId): GoalEntry | undefined {
    const entry = this.item(goal);
    return entry?.kind === 'goal' ? entry : undefined;
  }

  /** Which child and plan a goal, accommodation or service belongs to. */
  item(item: GoalId | AccommodationId | ServiceId): ItemEntry | undefined {
    const row = this.reader.get<Data>('SELECT data FROM directory_item WHERE item = ?', item);
    return row && parsed(row);
  }

  /** Every goal, accommodation and service that was ever part of the child's plans. */
  itemsOf(student: StudentId): ItemEntry[] {
    return this.reader.all<Data>('SELECT data FROM directory_item WHERE student = ? ORDER BY item', student).map(parsed<ItemEntry>);
  }

  /** Goals and accommodations of these classes: what a teacher of them may see. */
  itemsIn(student: StudentId, classes: readonly ClassId[]): ReadonlySet<string> {
    const within = this.itemsOf(student).filter((entry) => entry.classes.some((one) => classes.includes(one)));
    return new Set<string>(within.map(({ item }) => item));
  }
}
