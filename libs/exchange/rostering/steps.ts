import type { DomainEvent, EnrolmentId, GuardianId, SchoolId, StaffId, StudentId } from '@foundation/kernel';
import { type ClassesStated, staffDecider, type StaffCommand, type StaffState, staffStream } from '@case/people';
import { classDecider, classStream, schoolDecider, schoolStream, termDecider, termStream } from '@case/schools';
import { type Ending, type Guardian, studentDecider, type StudentCommand, type StudentFile, studentStream } from '@case/students';
import type { Applied, Applier, Statement } from './applier';
import type { Finding } from './findings';
import { isAnotherPerson } from './identity';
import { fileNameOf, type FileMode, type RosterFile } from './manifest';
import type { OnRecord } from './on-record';
import {
  GUARDIAN_ROLES,
  type Placed,
  type Roster,
  type RosterDemographics,
  type RosterEnrolment,
  type RosterPerson,
  STAFF_ROLES,
} from './roster';
import type { RosterIds } from './roster-ids';

/** Where a row stands; without a line, what a bulk file no longer names. */
export interface Place {
  readonly file: string;
  readonly line?: number;
}

export interface Examined extends Applied {
  readonly doubt?: Finding;
}

/** What the roster states to one stream, in the order in which it is applied. */
export interface Step {
  /** `student`, `staff member`, `school`, `class`, `term`. */
  readonly what: string;
  readonly place: Place;
  /** Rows of its enrolments and guardians, by their ids. */
  readonly places?: ReadonlyMap<string, Place>;
  readonly onRecord: boolean;
  examine(applier: Applier): Promise<Examined>;
  apply(applier: Applier): Promise<Applied>;
}

/** More people than this share leaving at once are a file cut short, until somebody says otherwise. */
const MOST_LEAVING = 0.2;
/** A row of enrollments.csv and the id that it gives the enrolment. */
interface Held {
  readonly enrolment: EnrolmentId;
  readonly row: RosterEnrolment;
}
const NO_ROWS: readonly Held[] = [];

/** A roster as steps. It may be walked more than once: the steps are the same each time. */
export class Steps {
  private readonly enrolments = new Map<string, RosterEnrolment[]>();
  private readonly demographics: ReadonlyMap<string, RosterDemographics>;
  private readonly guardians = new Map<string, RosterPerson[]>();
  private readonly keptEnrolments: ReadonlySet<EnrolmentId>;
  private readonly keptGuardians: ReadonlySet<GuardianId>;
  readonly findings: Finding[] = [];

  private constructor(
    private readonly roster: Roster,
    private readonly record: OnRecord,
    private readonly ids: RosterIds,
    /** Enrolments that a delta ends by their sourcedId alone. */
    private readonly endedOf: ReadonlyMap<StudentId | StaffId, readonly EnrolmentId[]>,
  ) {
    for (const row of roster.enrolments) {
      if (row.person === '') continue;
      const rows = this.enrolments.get(row.person);
      if (rows) rows.push(row);
      else this.enrolments.set(row.person, [row]);
    }
    this.demographics = new Map(roster.demographics.filter((row) => !row.leaves).map((row) => [row.sourcedId, row]));
    this.keptEnrolments = new Set(refused(roster, 'enrollments', roster.enrolments).map((id) => ids.enrolment(id)));
    this.keptGuardians = new Set(refused(roster, 'users', roster.people).map((id) => ids.guardian(id)));
    this.tieGuardians();
  }

  static async of(roster: Roster, record: OnRecord, ids: RosterIds): Promise<Steps> {
    const nameless = roster.enrolments.filter((row) => row.leaves && row.person === '').map((row) => ids.enrolment(row.sourcedId));
    const endedOf = new Map<StudentId | StaffId, EnrolmentId[]>();
    for (const [enrolment, holder] of await record.holdersOf(new Set(nameless)))
      endedOf.set(holder, [...(endedOf.get(holder) ?? []), enrolment]);
    return new Steps(roster, record, ids, endedOf);
  }

  /** About how many there are, for a progress bar. */
  get size(): number {
    const { orgs, terms, classes, people } = this.roster;
    return orgs.length + terms.length + classes.length + people.length;
  }

  *all(): Generator<Step> {
    yield* this.schools();
    yield* this.terms();
    yield* this.classes();
    yield* this.people();
  }

  /** What only a person can judge, as far as the files and the ids on the record show it. */
  doubts(): readonly Finding[] {
    return [...this.roster.doubts, ...this.roster.people.flatMap((person) => this.changedKind(person)), ...this.tooManyLeave()];
  }

  private *schools(): Generator<Step> {
    const { record, ids } = this;
    for (const org of this.roster.orgs) {
      const { sourcedId, name, kind, identifier, extra } = org;
      const school = ids.school(sourcedId);
      const parent = org.parent === undefined ? undefined : ids.school(org.parent);
      const commands = org.leaves
        ? [{ kind: 'leave-roster' as const, school }]
        : [{ kind: 'roster-school' as const, school: { school, sourcedId, name, kind, identifier, parent, extra } }];
      if (org.leaves && !record.schools.now(school)) continue;
      const target = { stream: schoolStream(school) };
      yield step('school', org, { decider: schoolDecider, target, onRecord: record.schools.ever(school), commandsOf: () => commands });
    }
    for (const school of this.gone('orgs', record.schools.all(), ids.school)) {
      const target = { stream: schoolStream(school) };
      const commands = [{ kind: 'leave-roster' as const, school }];
      yield step('school', { file: fileNameOf('orgs') }, { decider: schoolDecider, target, onRecord: true, commandsOf: () => commands });
    }
  }

  private *terms(): Generator<Step> {
    const { record, ids } = this;
    for (const one of this.roster.terms) {
      const { sourcedId, title, kind, start, end, schoolYear, extra } = one;
      const term = ids.term(sourcedId);
      const parent = one.parent === undefined ? undefined : ids.term(one.parent);
      const commands = one.leaves
        ? [{ kind: 'leave-roster' as const, term }]
        : [{ kind: 'roster-term' as const, term: { term, sourcedId, title, kind, start, end, parent, schoolYear, extra } }];
      if (one.leaves && !record.terms.now(term)) continue;
      const target = { stream: termStream(term) };
      yield step('term', one, { decider: termDecider, target, onRecord: record.terms.ever(term), commandsOf: () => commands });
    }
    for (const term of this.gone('academicSessions', record.terms.all(), ids.term)) {
      const target = { stream: termStream(term) };
      const commands = [{ kind: 'leave-roster' as const, term }];
      const place = { file: fileNameOf('academicSessions') };
      yield step('term', place, { decider: termDecider, target, onRecord: true, commandsOf: () => commands });
    }
  }

  private *classes(): Generator<Step> {
    const { record, ids } = this;
    for (const one of this.roster.classes) {
      const { sourcedId, title, kind, location, periods, subjects, extra } = one;
      const group = ids.class(sourcedId);
      if (one.leaves && !record.classes.now(group)) continue;
      const statement = {
        class: group,
        sourcedId,
        school: ids.school(one.school),
        title,
        kind,
        location,
        periods: [...periods],
        terms: one.terms.map(ids.term),
        subjects: [...subjects],
        extra,
      };
      const commands = one.leaves
        ? [{ kind: 'leave-roster' as const, class: group }]
        : [{ kind: 'roster-class' as const, class: statement }];
      const target = { stream: classStream(group) };
      yield step('class', one, { decider: classDecider, target, onRecord: record.classes.ever(group), commandsOf: () => commands });
    }
    for (const group of this.gone('classes', record.classes.all(), ids.class)) {
      const target = { stream: classStream(group) };
      const commands = [{ kind: 'leave-roster' as const, class: group }];
      yield step('class', { file: fileNameOf('classes') }, { decider: classDecider, target, onRecord: true, commandsOf: () => commands });
    }
  }

  private *people(): Generator<Step> {
    const { roster, record, ids } = this;
    for (const person of roster.people) {
      const student = ids.student(person.sourcedId);
      yield* this.studentOf(person, student);
      yield* this.staffOf(person, ids.staff(person.sourcedId));
    }
    yield* this.withoutRow();
    if (this.modeOf('users') !== 'bulk' && this.modeOf('enrollments') !== 'bulk' && this.endedOf.size === 0) return;
    const met = this.peopleMet();
    for (const student of record.students.all()) if (!met.has(student)) yield* this.unnamedStudent(student);
    for (const staff of record.staff.all()) if (!met.has(staff)) yield* this.unnamedStaff(staff);
  }

  /** Ids of everybody whom users.csv names, refused rows too, and of everybody whom other files name. */
  private peopleMet(): ReadonlySet<string> {
    const named = [...(this.roster.named.users ?? []), ...this.namedElsewhere()];
    return new Set(named.map((sourcedId) => this.ids.student(sourcedId) as string));
  }

  private *studentOf(person: RosterPerson, student: StudentId): Generator<Step> {
    const { record } = this;
    const now = record.students.now(student);
    if (!this.isStudent(person, now)) {
      if (now) yield this.studentStep(student, person, () => this.leaving(student));
      return;
    }
    const { rows, places } = this.rowsOf(person.sourcedId, 'student');
    const kin = this.guardians.get(person.sourcedId) ?? [];
    for (const guardian of kin) places.set(this.ids.guardian(guardian.sourcedId), guardian);
    const birthDate = this.demographics.get(person.sourcedId)?.birthDate;
    const doubtOf = ({ rostered, demographics }: StudentFile): string | undefined =>
      rostered && isAnotherPerson({ ...rostered, birthDate: demographics?.birthDate }, { ...person, birthDate }) ? ANOTHER_PERSON : undefined;
    const commandsOf = ({ rostered }: StudentFile): readonly StudentCommand[] => [
      { kind: 'roster', student: this.studentSnapshot(person, student, rostered?.schools) },
      ...this.demographicsOf(person.sourcedId, student),
      ...this.enrolmentsOf(student, person.sourcedId, rows),
      ...this.guardiansOf(person.sourcedId, student, record.students.ever(student)),
    ];
    yield this.studentStep(student, person, commandsOf, places, doubtOf);
  }

  private *staffOf(person: RosterPerson, staff: StaffId): Generator<Step> {
    const now = this.record.staff.now(staff);
    if (!this.isStaff(person, now)) {
      if (now) yield this.staffStep(staff, person, () => [{ kind: 'leave-roster' }]);
      return;
    }
    const { rows, places } = this.rowsOf(person.sourcedId, 'staff');
    const doubtOf = ({ rostered }: StaffState): string | undefined =>
      rostered && isAnotherPerson(rostered, person) ? ANOTHER_PERSON : undefined;
    const commandsOf = ({ rostered }: StaffState): readonly StaffCommand[] => {
      const snapshot = this.staffSnapshot(person, staff, rostered);
      if (snapshot.rosterRoles.length === 0) return [{ kind: 'leave-roster' }];
      return [{ kind: 'roster', ...snapshot }, ...this.classesOf(staff, person.sourcedId, rows)];
    };
    yield this.staffStep(staff, person, commandsOf, places, doubtOf);
  }

  /** People of whom other files speak and users.csv, a delta or absent, does not. */
  private *withoutRow(): Generator<Step> {
    const { record, ids, roster } = this;
    if (this.modeOf('users') === 'bulk') return;
    for (const sourcedId of this.namedElsewhere()) {
      if (roster.named.users?.has(sourcedId)) continue;
      const student = ids.student(sourcedId);
      const staff = ids.staff(sourcedId);
      const attends = this.rowsOf(sourcedId, 'student');
      const teaches = this.rowsOf(sourcedId, 'staff');
      const [place] = [...(this.enrolments.get(sourcedId) ?? []), this.demographics.get(sourcedId), ...(this.guardians.get(sourcedId) ?? [])];
      if (place === undefined) continue;
      if (record.students.ever(student)) {
        const commands = [
          ...this.demographicsOf(sourcedId, student),
          ...this.enrolmentsOf(student, sourcedId, attends.rows),
          ...this.guardiansOf(sourcedId, student, true),
        ];
        for (const guardian of this.guardians.get(sourcedId) ?? []) attends.places.set(ids.guardian(guardian.sourcedId), guardian);
        yield this.studentStep(student, place, () => commands, attends.places);
      } else for (const { row } of attends.rows) this.refuseRow(row, 'The enrolment says student, but nobody with this sourcedId is a student on the record.');
      if (record.staff.ever(staff)) yield this.staffStep(staff, place, () => this.classesOf(staff, sourcedId, teaches.rows), teaches.places);
      else for (const { row } of teaches.rows) this.refuseRow(row, 'The enrolment gives a class to a person who is no member of staff on the record.');
    }
  }

  private refuseRow({ file, line }: Placed, why: string): void {
    if (this.findings.some((finding) => finding.file === file && finding.line === line)) return;
    this.findings.push({ file, line, column: 'userSourcedId', outcome: 'refused', what: 'enrolment', why });
  }

  private *namedElsewhere(): Iterable<string> {
    yield* this.enrolments.keys();
    for (const sourcedId of this.demographics.keys()) if (!this.enrolments.has(sourcedId)) yield sourcedId;
    for (const sourcedId of this.guardians.keys())
      if (!this.enrolments.has(sourcedId) && !this.demographics.has(sourcedId)) yield sourcedId;
  }

  /** On the roster, and no file of this set names them. */
  private *unnamedStudent(student: StudentId): Generator<Step> {
    if (this.modeOf('users') === 'bulk') yield this.studentStep(student, { file: fileNameOf('users') }, () => this.leaving(student));
    else if (this.modeOf('enrollments') !== 'absent')
      yield this.studentStep(student, { file: fileNameOf('enrollments') }, () => this.enrolmentsOf(student, undefined, NO_ROWS));
  }

  private *unnamedStaff(staff: StaffId): Generator<Step> {
    if (this.modeOf('users') === 'bulk') yield this.staffStep(staff, { file: fileNameOf('users') }, () => [{ kind: 'leave-roster' }]);
    else if (this.modeOf('enrollments') !== 'absent')
      yield this.staffStep(staff, { file: fileNameOf('enrollments') }, () => this.classesOf(staff, undefined, NO_ROWS));
  }

  private studentStep(
    student: StudentId,
    place: Place,
    commandsOf: (state: StudentFile) => readonly StudentCommand[],
    places?: ReadonlyMap<string, Place>,
    doubtOf?: (state: StudentFile) => string | undefined,
  ): Step {
    const onRecord = this.record.students.ever(student);
    const target = { stream: studentStream(student), student };
    return step('student', place, { decider: studentDecider, target, onRecord, commandsOf }, places, doubtOf);
  }

  private staffStep(
    staff: StaffId,
    place: Place,
    commandsOf: (state: StaffState) => readonly StaffCommand[],
    places?: ReadonlyMap<string, Place>,
    doubtOf?: (state: StaffState) => string | undefined,
  ): Step {
    const onRecord = this.record.staff.ever(staff);
    return step('staff member', place, { decider: staffDecider, target: { stream: staffStream(staff) }, onRecord, commandsOf }, places, doubtOf);
  }

  private isStudent({ leaves, roles, rolesWhole, endedRoles }: RosterPerson, now: boolean): boolean {
    return !leaves && (roles.includes('student') || (!rolesWhole && now && !endedRoles.includes('student')));
  }

  private isStaff({ leaves, roles, rolesWhole }: RosterPerson, now: boolean): boolean {
    return !leaves && (roles.some(isStaffRole) || (!rolesWhole && now));
  }

  private leaving(student: StudentId): readonly StudentCommand[] {
    return [{ kind: 'leave-roster', student }, ...this.enrolmentsOf(student, undefined, NO_ROWS)];
  }

  private studentSnapshot(person: RosterPerson, student: StudentId, before: readonly SchoolId[] | undefined) {
    const { sourcedId, givenName, familyName, middleName, preferredName, identifier, email, phone, grades, enabled, extra } = person;
    const names = { givenName, familyName, middleName, preferredName };
    return { student, sourcedId, ...names, identifier, email, phone, grades: [...grades], schools: this.schoolsOf(person, before), enabled, extra };
  }

  private staffSnapshot(person: RosterPerson, staff: StaffId, before: StaffState['rostered']) {
    const { sourcedId, givenName, familyName, email, username, identifier, enabled, extra } = person;
    const held = person.rolesWhole ? [] : (before?.rosterRoles ?? []).filter((role) => !person.endedRoles.includes(role));
    const rosterRoles = [...new Set([...person.roles.filter(isStaffRole), ...held])];
    const schools = this.schoolsOf(person, before?.schools);
    return { staff, sourcedId, givenName, familyName, email, username, schools, rosterRoles, enabled, identifier, extra };
  }

  /** A delta that names not all of a person's roles names not all of their schools either. */
  private schoolsOf({ orgs, rolesWhole }: RosterPerson, before: readonly SchoolId[] = []): SchoolId[] {
    const stated = orgs.map(this.ids.school);
    return rolesWhole ? stated : [...new Set([...before, ...stated])];
  }

  private demographicsOf(sourcedId: string, student: StudentId): readonly StudentCommand[] {
    const row = this.demographics.get(sourcedId);
    if (!row || (row.birthDate === undefined && row.sex === undefined && row.extra === undefined)) return [];
    const { birthDate, sex, extra } = row;
    return [{ kind: 'roster-demographics', demographics: { student, birthDate, sex, extra } }];
  }

  private rowsOf(sourcedId: string, as: 'student' | 'staff'): { rows: readonly Held[]; places: Map<string, Place> } {
    const all = (this.enrolments.get(sourcedId) ?? []).map((row): Held => ({ enrolment: this.ids.enrolment(row.sourcedId), row }));
    const rows = all.filter(({ row }) => !row.leaves && (row.role === 'student') === (as === 'student'));
    return { rows, places: new Map(all.map(({ enrolment, row }): [string, Place] => [enrolment, row])) };
  }

  private endingOf(holder: StudentId | StaffId, sourcedId: string | undefined): Ending<EnrolmentId> {
    if (this.modeOf('enrollments') === 'bulk') return { allBut: this.keptEnrolments };
    const rows = sourcedId === undefined ? [] : (this.enrolments.get(sourcedId) ?? []);
    const ended = rows.filter((row) => row.leaves).map((row) => this.ids.enrolment(row.sourcedId));
    return { only: [...ended, ...(this.endedOf.get(holder) ?? [])] };
  }

  private enrolmentsOf(student: StudentId, sourcedId: string | undefined, rows: readonly Held[]): readonly StudentCommand[] {
    if (this.modeOf('enrollments') === 'absent') return [];
    const { ids } = this;
    const enrolments = rows.map(({ enrolment, row: { class: group, school, from, to, extra } }) => ({
      enrolment,
      class: ids.class(group),
      school: school === undefined ? undefined : ids.school(school),
      from,
      to,
      extra,
    }));
    return [{ kind: 'roster-enrolments', student, enrolments, ending: this.endingOf(student, sourcedId) }];
  }

  private classesOf(
    staff: StaffId,
    sourcedId: string | undefined,
    rows: readonly Held[],
  ): readonly ({ readonly kind: 'roster-classes' } & ClassesStated)[] {
    if (this.modeOf('enrollments') === 'absent') return [];
    const { ids } = this;
    const enrolments = rows.map(({ enrolment, row: { class: group, role, primary, from, to, extra } }) => ({
      enrolment,
      class: ids.class(group),
      role,
      primary,
      from,
      to,
      extra,
    }));
    return [{ kind: 'roster-classes', enrolments, ending: this.endingOf(staff, sourcedId) }];
  }

  private guardiansOf(sourcedId: string, student: StudentId, onRecord: boolean): readonly StudentCommand[] {
    const kin = this.guardians.get(sourcedId) ?? [];
    if (this.modeOf('users') === 'absent' || (kin.length === 0 && !onRecord)) return [];
    const idOf = ({ sourcedId: id }: RosterPerson): GuardianId => this.ids.guardian(id);
    const guardians = kin
      .filter((one) => !one.leaves)
      .map((one): Guardian => ({
        student,
        guardian: idOf(one),
        name: `${one.givenName} ${one.familyName}`,
        relationship: one.roles.find(isGuardianRole) ?? 'guardian',
        phone: one.phone,
        email: one.email,
        fromRoster: true,
      }));
    const bulk = this.modeOf('users') === 'bulk';
    const ending: Ending<GuardianId> = bulk ? { allBut: this.keptGuardians } : { only: kin.filter((one) => one.leaves).map(idOf) };
    return [{ kind: 'roster-guardians', student, guardians, ending }];
  }

  /** Guardians of each child: named by the child's row or naming the child in their own. */
  private tieGuardians(): void {
    const people = new Map(this.roster.people.map((person) => [person.sourcedId, person]));
    const tied = new Set<RosterPerson>();
    const tie = (child: string, guardian: RosterPerson): void => {
      const known = this.guardians.get(child);
      if (!known) this.guardians.set(child, [guardian]);
      else if (!known.includes(guardian)) known.push(guardian);
      tied.add(guardian);
    };
    const isGuardian = ({ roles, leaves }: RosterPerson): boolean => leaves || roles.some(isGuardianRole);
    const mayBeChild = (sourcedId: string): boolean => {
      const person = people.get(sourcedId);
      if (person) return person.roles.includes('student') || (!person.rolesWhole && this.record.students.now(this.ids.student(sourcedId)));
      return this.record.students.ever(this.ids.student(sourcedId));
    };
    for (const person of this.roster.people) {
      if (person.agents.length === 0) continue;
      for (const agent of person.agents) {
        const other = people.get(agent);
        if (other && isGuardian(other) && mayBeChild(person.sourcedId)) tie(person.sourcedId, other);
        if (isGuardian(person) && mayBeChild(agent)) tie(agent, person);
      }
    }
    for (const person of this.roster.people) {
      if (person.leaves || person.roles.length === 0 || !person.roles.every(isGuardianRole) || tied.has(person)) continue;
      const { file, line } = person;
      const why = 'This guardian is tied to no student in the files, so nothing was recorded of them.';
      this.findings.push({ file, line, column: 'agentSourcedIds', outcome: 'warning', what: 'guardian', why });
    }
  }

  /** What a bulk file no longer names. */
  private *gone<T extends string>(file: RosterFile, listed: Iterable<T>, idOf: (sourcedId: string) => T): Iterable<T> {
    const named = this.roster.named[file];
    if (this.modeOf(file) !== 'bulk' || named === undefined) return;
    const present = new Set([...named].map(idOf));
    for (const id of listed) if (!present.has(id)) yield id;
  }

  /** A file that was refused as a whole says nothing, whatever the manifest calls it. */
  private modeOf(file: RosterFile): FileMode {
    return this.roster.named[file] === undefined ? 'absent' : this.roster.modes[file];
  }

  private changedKind(person: RosterPerson): readonly Finding[] {
    if (person.leaves || !person.rolesWhole) return [];
    const { record } = this;
    const student = this.ids.student(person.sourcedId);
    const staff = this.ids.staff(person.sourcedId);
    const isStudent = person.roles.includes('student');
    const works = person.roles.some(isStaffRole);
    const wasStudent = record.students.ever(student) && !record.staff.ever(staff) && (works || record.students.now(student));
    const wasStaff = record.staff.ever(staff) && !record.students.ever(student);
    if (isStudent ? !(wasStaff && !works) : !wasStudent) return [];
    const why = isStudent
      ? 'This sourcedId was a member of staff and is now a student. Confirmed, the member of staff is marked as having left and a student begins.'
      : 'This sourcedId was a student and is none any more. Confirmed, the student is marked as having left; what the row says begins anew.';
    return [{ file: person.file, line: person.line, column: 'sourcedId', outcome: 'stopped', what: 'person', why }];
  }

  private tooManyLeave(): readonly Finding[] {
    const { record, roster } = this;
    const everybody = new Set<string>([...record.students.all(), ...record.staff.all()]);
    if (everybody.size === 0) return [];
    const rows = roster.people.filter((person) => person.leaves && everybody.has(this.ids.student(person.sourcedId)));
    let leaving = rows.length;
    if (this.modeOf('users') === 'bulk') {
      const named = new Set([...(roster.named.users ?? [])].map((sourcedId) => this.ids.student(sourcedId) as string));
      for (const one of everybody) if (!named.has(one)) leaving += 1;
    }
    if (leaving <= everybody.size * MOST_LEAVING) return [];
    const [first] = rows;
    const share = Math.round((100 * leaving) / everybody.size);
    const why =
      `${leaving} of ${everybody.size} people (${share} %) would be marked as having left; more than ${MOST_LEAVING * 100} % is more likely ` +
      'a file cut short. Confirmed, they are marked.';
    return [{ file: first?.file ?? fileNameOf('users'), ...(first && { line: first.line }), outcome: 'stopped', what: 'file', why }];
  }
}

const ANOTHER_PERSON = 'The record knows another person by this sourcedId: other names, and nothing that says they are the same. Confirmed, the record takes the new ones.';

const isStaffRole = (role: string): boolean => STAFF_ROLES.includes(role);
const isGuardianRole = (role: string): boolean => GUARDIAN_ROLES.includes(role);

/** Rows that a file names and that were refused. */
function refused(roster: Roster, file: RosterFile, taken: readonly Placed[]): readonly string[] {
  const named = roster.named[file];
  if (named === undefined || named.size === taken.length) return [];
  const sound = new Set(taken.map((row) => row.sourcedId));
  return [...named].filter((sourcedId) => !sound.has(sourcedId));
}

function step<C, S, E extends DomainEvent>(
  what: string,
  { file, line }: Place,
  statement: Statement<C, S, E>,
  places?: ReadonlyMap<string, Place>,
  doubtOf?: (state: S) => string | undefined,
): Step {
  return {
    what,
    place: { file, line },
    places,
    onRecord: statement.onRecord,
    apply: (applier) => applier.apply(statement),
    async examine(applier) {
      const { state, ...decided } = await applier.decide(statement);
      const why = decided.refusal ? undefined : doubtOf?.(state);
      return why === undefined ? decided : { ...decided, doubt: { file, line, column: 'sourcedId', outcome: 'stopped', what: 'person', why } };
    },
  };
}
