import { erasedTable, seenTable } from '../upkeep';

/** `sort` and `search` are folded names (lower case, no accents). An erased child keeps its id and when. */
export const directoryTables = `
CREATE TABLE directory_student (
  student TEXT PRIMARY KEY, sort TEXT NOT NULL, search TEXT NOT NULL, open_case INTEGER NOT NULL, erased_at TEXT, data TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX directory_student_sort ON directory_student (sort, student);
CREATE TABLE directory_card (student TEXT PRIMARY KEY, profile TEXT, written_at TEXT, written_by TEXT) WITHOUT ROWID;
CREATE TABLE directory_guardian (
  student TEXT NOT NULL, guardian TEXT NOT NULL, data TEXT NOT NULL, PRIMARY KEY (student, guardian)
) WITHOUT ROWID;
CREATE TABLE directory_attendance (
  student TEXT NOT NULL, school TEXT NOT NULL, PRIMARY KEY (student, school)
) WITHOUT ROWID;
CREATE INDEX directory_attendance_school ON directory_attendance (school);
CREATE TABLE directory_enrolment (
  student TEXT NOT NULL, enrolment TEXT NOT NULL, class TEXT NOT NULL, school TEXT, first_day TEXT, last_day TEXT,
  PRIMARY KEY (student, enrolment)
) WITHOUT ROWID;
CREATE INDEX directory_enrolment_school ON directory_enrolment (school);
CREATE TABLE directory_assignment (
  student TEXT NOT NULL, assignment TEXT NOT NULL, staff TEXT NOT NULL, role TEXT NOT NULL, discipline TEXT, classes TEXT NOT NULL,
  first_day TEXT NOT NULL, last_day TEXT, covering_for TEXT,
  PRIMARY KEY (student, assignment)
) WITHOUT ROWID;
CREATE INDEX directory_assignment_staff ON directory_assignment (staff, first_day);
CREATE TABLE directory_staff (staff TEXT PRIMARY KEY, sort TEXT NOT NULL, search TEXT NOT NULL, data TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX directory_staff_sort ON directory_staff (sort, staff);
CREATE TABLE directory_school (school TEXT PRIMARY KEY, data TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE directory_term (term TEXT PRIMARY KEY, data TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE directory_class (class TEXT PRIMARY KEY, school TEXT NOT NULL, data TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX directory_class_school ON directory_class (school);
CREATE TABLE directory_plan (plan TEXT PRIMARY KEY, student TEXT NOT NULL, data TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX directory_plan_student ON directory_plan (student);
CREATE TABLE directory_item (item TEXT PRIMARY KEY, kind TEXT NOT NULL, student TEXT NOT NULL, data TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX directory_item_student ON directory_item (student);
${seenTable('directory')}
${erasedTable('directory')}
`;
