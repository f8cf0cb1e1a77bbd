import { Inject, Injectable } from '@nestjs/common';
import type { AssignmentId, ClassId, Discipline, LocalDate, StaffId, StudentId, TeamRole } from '@foundation/kernel';
import type { ViewReader } from '@foundation/view-store/view';
import { VIEW_READER } from '../reader';
import type { Assignment } from './entries';

interface Row {
  readonly student: StudentId;
  readonly assignment: AssignmentId;
  readonly staff: StaffId;
  readonly role: TeamRole;
  readonly discipline: Discipline | null;
  readonly classes: string;
  readonly first_day: LocalDate;
  readonly last_day: LocalDate | null;
  readonly covering_for: AssignmentId | null;
}

const read = ({ student, assignment, staff, role, discipline, classes, first_day, last_day, covering_for }: Row): Assignment => ({
  student,
  assignment,
  staff,
  role,
  classes: JSON.parse(classes) as ClassId[],
  from: first_day,
  ...(discipline === null ? {} : { discipline }),
  ...(last_day === null ? {} : { to: last_day }),
  ...(covering_for === null ? {} : { coveringFor: covering_for }),
});
const COLUMNS = 'student, assignment, staff, role, discipline, classes, first_day, last_day, covering_for';
const IN_FORCE = 'first_day <= ? AND (last_day IS NULL OR last_day >= ?)';

/** Who is on whose team, on which days. First and last day are included. */
@Injectable()
export class TeamQuery {
  constructor(@Inject(VIEW_READER) private readonly reader: ViewReader) {}

  /** Every assignment there ever was, ended ones too, by first day. */
  ofStudent(student: StudentId): Assignment[] {
    const sql = `SELECT ${COLUMNS} FROM directory_assignment WHERE student = ? ORDER BY first_day, assignment`;
    return this.reader.all<Row>(sql, student).map(read);
  }

  /** The team in force on a day. */
  ofStudentOn(student: StudentId, on: LocalDate): Assignment[] {
    const sql = `SELECT ${COLUMNS} FROM directory_assignment WHERE student = ? AND ${IN_FORCE} ORDER BY first_day, assignment`;
    return this.reader.all<Row>(sql, student, on, on).map(read);
  }

  /** "My children" on a day: one assignment per child and part. */
  ofStaffOn(staff: StaffId, on: LocalDate): Assignment[] {
    const sql = `SELECT ${COLUMNS} FROM directory_assignment WHERE staff = ? AND ${IN_FORCE} ORDER BY student, assignment`;
    return this.reader.all<Row>(sql, staff, on, on).map(read);
  }
}
