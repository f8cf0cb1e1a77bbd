import type { Database } from 'better-sqlite3';
import type { PeopleEvent } from '@case/people/events';
import type { Accommodation, Goal, PlansEvent, Service } from '@case/plans/events';
import type { SchoolsEvent } from '@case/schools/events';
import type { StudentsEvent } from '@case/students/events';
import type { PlanId, RecordedEvent, StaffId, StudentId } from '@foundation/kernel';
import type { PrivacyEvent } from '@foundation/privacy/events';
import type { Projection, View } from '@foundation/view-store/view';
import { erasure, once } from '../upkeep';
import { directoryTables } from './directory.table';
import { evolveStaff, evolveStudent, folded, type ItemEntry, type PlanEntry, type StaffEntry, type StudentEntry } from './entries';

export const directoryView: View<StudentsEvent | PeopleEvent | SchoolsEvent | PlansEvent | PrivacyEvent> = {
  name: 'directory',
  tables: directoryTables,
  project: (db) => ({
    ...once(db, 'directory', { ...students(db), ...staff(db), ...schools(db), ...plans(db) }),
    ...purge(db),
  }),
};

function students(db: Database): Projection<StudentsEvent> {
  const read = db.prepare<[StudentId], string>('SELECT data FROM directory_student WHERE student = ? AND erased_at IS NULL').pluck();
  const write = db.prepare(
    'INSERT OR REPLACE INTO directory_student (student, sort, search, open_case, erased_at, data) VALUES (?, ?, ?, ?, NULL, ?)',
  );
  const change = db.prepare('UPDATE directory_student SET open_case = ?, data = ? WHERE student = ?');
  const leaveSchools = db.prepare('DELETE FROM directory_attendance WHERE student = ?');
  const attend = db.prepare('INSERT OR IGNORE INTO directory_attendance (student, school) VALUES (?, ?)');
  const card = db.prepare('INSERT OR REPLACE INTO directory_card (student, profile, written_at, written_by) VALUES (?, ?, ?, ?)');
  const link = db.prepare('INSERT OR REPLACE INTO directory_guardian (student, guardian, data) VALUES (?, ?, ?)');
  const unlink = db.prepare('DELETE FROM directory_guardian WHERE student = ? AND guardian = ?');
  const enrol = db.prepare(
    'INSERT OR REPLACE INTO directory_enrolment (student, enrolment, class, school, first_day, last_day) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const unenrol = db.prepare('DELETE FROM directory_enrolment WHERE student = ? AND enrolment = ?');
  const assign = db.prepare(
    `INSERT OR REPLACE INTO directory_assignment (student, assignment, staff, role, discipline, classes, first_day, last_day, covering_for)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const endAssignment = db.prepare('UPDATE directory_assignment SET last_day = ? WHERE student = ? AND assignment = ?');

  const fold = (event: RecordedEvent<StudentsEvent>): StudentEntry | undefined => {
    const { student } = event.data;
    const found = read.get(student);
    const before = found === undefined ? undefined : (JSON.parse(found) as StudentEntry);
    const entry = evolveStudent(before, event);
    if (!entry) return undefined;
    const { givenName, familyName, preferredName } = entry;
    const open = entry.caseStatus === 'open' ? 1 : 0;
    // What it is sorted by stays: the index of names need not be touched.
    if (before && sameNames(before, entry)) change.run(open, JSON.stringify(entry), student);
    else write.run(student, folded(familyName, givenName), folded(givenName, familyName, preferredName), open, JSON.stringify(entry));
    return entry;
  };
  const foldWithSchools = (event: RecordedEvent<StudentsEvent>): void => {
    const entry = fold(event);
    if (!entry) return;
    leaveSchools.run(entry.student);
    for (const school of entry.schools) attend.run(entry.student, school);
  };
  return {
    'students.student-rostered': foldWithSchools,
    'students.student-added': foldWithSchools,
    'students.demographics-rostered': (event) => void fold(event),
    'students.student-left-roster': (event) => void fold(event),
    'students.case-opened': (event) => void fold(event),
    'students.case-closed': (event) => void fold(event),
    'students.profile-written': ({ data, meta }) => void card.run(data.student, JSON.stringify(data.profile), meta.recordedAt, meta.actor),
    'students.guardian-linked': ({ data: { student, guardian, ...rest } }) =>
      void link.run(student, guardian, JSON.stringify({ guardian, ...rest })),
    'students.guardian-unlinked': ({ data }) => void unlink.run(data.student, data.guardian),
    'students.enrolled': ({ data: { student, enrolments } }) => {
      for (const { enrolment, class: group, school, from, to } of enrolments)
        enrol.run(student, enrolment, group, school ?? null, from ?? null, to ?? null);
    },
    'students.unenrolled': ({ data: { student, enrolments } }) => {
      for (const { enrolment } of enrolments) unenrol.run(student, enrolment);
    },
    'students.team-member-assigned': ({ data }) => {
      const { student, assignment, staff: member, role, discipline, classes, from, to, coveringFor } = data;
      assign.run(student, assignment, member, role, discipline ?? null, JSON.stringify(classes), from, to ?? null, coveringFor ?? null);
    },
    'students.team-assignment-ended': ({ data }) => void endAssignment.run(data.lastDay, data.student, data.assignment),
  };
}

const sameNames = (one: StudentEntry, other: StudentEntry): boolean =>
  one.familyName === other.familyName && one.givenName === other.givenName && one.preferredName === other.preferredName;

function staff(db: Database): Projection<PeopleEvent> {
  const read = db.prepare<[StaffId], string>('SELECT data FROM directory_staff WHERE staff = ?').pluck();
  const write = db.prepare('INSERT OR REPLACE INTO directory_staff (staff, sort, search, data) VALUES (?, ?, ?, ?)');
  const fold = (event: RecordedEvent<PeopleEvent>): void => {
    const before = read.get(event.data.staff);
    const entry = evolveStaff(before === undefined ? undefined : (JSON.parse(before) as StaffEntry), event);
    if (!entry) return;
    const { givenName, familyName } = entry;
    write.run(entry.staff, folded(familyName, givenName), folded(givenName, familyName), JSON.stringify(entry));
  };
  return {
    'people.staff-rostered': fold,
    'people.staff-added': fold,
    'people.staff-left-roster': fold,
    'people.class-assigned': fold,
    'people.class-unassigned': fold,
    'people.role-granted': fold,
    'people.role-ended': fold,
    'people.staff-removed': fold,
    'people.staff-reinstated': fold,
  };
}

function schools(db: Database): Projection<SchoolsEvent> {
  const school = db.prepare('INSERT OR REPLACE INTO directory_school (school, data) VALUES (?, ?)');
  const term = db.prepare('INSERT OR REPLACE INTO directory_term (term, data) VALUES (?, ?)');
  const group = db.prepare('INSERT OR REPLACE INTO directory_class (class, school, data) VALUES (?, ?, ?)');
  const leave = (table: string, key: string) =>
    db.prepare(`UPDATE ${table} SET data = json_set(data, '$.onRoster', json('false')) WHERE ${key} = ?`);
  const schoolLeft = leave('directory_school', 'school');
  const termLeft = leave('directory_term', 'term');
  const classLeft = leave('directory_class', 'class');
  const listed = (data: object): string => JSON.stringify({ ...data, onRoster: true });
  return {
    'schools.school-rostered': ({ data }) => void school.run(data.school, listed(data)),
    'schools.term-rostered': ({ data }) => void term.run(data.term, listed(data)),
    'schools.class-rostered': ({ data }) => void group.run(data.class, data.school, listed(data)),
    'schools.school-left-roster': ({ data }) => void schoolLeft.run(data.school),
    'schools.term-left-roster': ({ data }) => void termLeft.run(data.term),
    'schools.class-left-roster': ({ data }) => void classLeft.run(data.class),
  };
}

function plans(db: Database): Projection<PlansEvent> {
  const read = db.prepare<[PlanId], string>('SELECT data FROM directory_plan WHERE plan = ?').pluck();
  const write = db.prepare('INSERT OR REPLACE INTO directory_plan (plan, student, data) VALUES (?, ?, ?)');
  const item = db.prepare('INSERT OR REPLACE INTO directory_item (item, kind, student, data) VALUES (?, ?, ?, ?)');
  const removeItem = db.prepare(`UPDATE directory_item SET data = json_set(data, '$.removed', json('true')) WHERE item = ?`);

  const put = (entry: PlanEntry): void => void write.run(entry.plan, entry.student, JSON.stringify(entry));
  const change = (plan: PlanId, changes: Partial<PlanEntry>): PlanEntry | undefined => {
    const before = read.get(plan);
    if (before === undefined) return undefined;
    const entry = { ...(JSON.parse(before) as PlanEntry), ...changes };
    put(entry);
    return entry;
  };
  const putItem = (entry: ItemEntry): void => void item.run(entry.item, entry.kind, entry.student, JSON.stringify(entry));
  const of = (plan: PlanId): { plan: PlanId; student: StudentId; removed: false } | undefined => {
    const found = read.get(plan);
    return found === undefined ? undefined : { plan, student: (JSON.parse(found) as PlanEntry).student, removed: false };
  };
  const putGoal = (plan: PlanId, { goal, label, classes }: Goal): void => {
    const shared = of(plan);
    if (shared) putItem({ kind: 'goal', item: goal, ...shared, label, classes });
  };
  const putAccommodation = (plan: PlanId, { accommodation, label, classes }: Accommodation): void => {
    const shared = of(plan);
    if (shared) putItem({ kind: 'accommodation', item: accommodation, ...shared, label, classes });
  };
  const putService = (plan: PlanId, { service, discipline }: Service): void => {
    const shared = of(plan);
    if (shared) putItem({ kind: 'service', item: service, ...shared, label: discipline, classes: [], discipline });
  };
  return {
    'plans.plan-drafted': ({ data: { plan, student, kind } }) => put({ plan, student, kind, status: 'draft', versions: 0 }),
    'plans.goal-set': ({ data }) => putGoal(data.plan, data.goal),
    'plans.accommodation-set': ({ data }) => putAccommodation(data.plan, data.accommodation),
    'plans.service-set': ({ data }) => putService(data.plan, data.service),
    'plans.item-removed': ({ data }) => void removeItem.run(data.item),
    'plans.plan-activated': ({ data: { plan, effectiveFrom } }) => void change(plan, { status: 'active', effectiveFrom, versions: 1 }),
    'plans.plan-amended': ({ data }) => {
      change(data.plan, { versions: data.planVersion });
      for (const goal of data.goals) putGoal(data.plan, goal);
      for (const accommodation of data.accommodations) putAccommodation(data.plan, accommodation);
      for (const service of data.services) putService(data.plan, service);
      for (const removed of data.removed) removeItem.run(removed);
    },
    'plans.plan-ended': ({ data: { plan, lastDay } }) => void change(plan, { status: 'ended', lastDay }),
  };
}

function purge(db: Database): Projection<PrivacyEvent> {
  const keep = db.prepare(
    `INSERT OR REPLACE INTO directory_student (student, sort, search, open_case, erased_at, data) VALUES (?, '', '', 0, ?, '{}')`,
  );
  const gone = ['card', 'guardian', 'attendance', 'enrolment', 'assignment', 'plan', 'item'].map((table) =>
    db.prepare(`DELETE FROM directory_${table} WHERE student = ?`),
  );
  const forgetStaff = db.prepare('DELETE FROM directory_staff WHERE staff = ?');
  return erasure(db, 'directory', {
    student(student, event) {
      for (const statement of gone) statement.run(student);
      keep.run(student, event.meta.recordedAt);
    },
    staff: (member) => void forgetStaff.run(member),
  });
}
