import type { DomainEvent, EnrolmentId, GuardianId, SchoolId, StaffId, StudentId } from '@foundation/kernel';
import { type ClassesStated, staffDecider, type StaffCommand, type StaffState, staffStream } from '@case/people/rules';
import { classDecider, classStream, schoolDecider, schoolStream, termDecider, termStream } from '@case/schools/rules';
import { type Ending, type Guardian, studentDecider, type StudentCommand, type StudentFile, studentStream } from '@case/students/rules';
import type { Applied, Applier, Statement } from './applier';
import type { Finding } from './findings';
import { isAnotherPerson } from './identity';
import { fileNameOf, type FileMode, type RosterFile } from './manifest';
import type { OnRecord } from './on-record';
import { Pace } from './pace';
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
  readonly stream: string;
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

/** Someone whom users.csv names, and the id that the sourcedId gives as a student and as a member of staff. */
interface Named {
  readonly sourcedId: string;
  readonly id: StudentId & StaffId;
  /** There may be a step for them as such: the others need not be looked at again. */
  readonly student: boolean;
  readonly staff: boolean;
}

/**
 * A roster as steps. It may be walked more than once: the steps are the same each time. People come in the order of their ids, not of the
 * files: neighbours in the log's indexes are then written together, which spares the disk nine tenths of its work.
 */
export class Steps {
  private readonly order: Named[] = [];
  private readonly guardians = new Map<string, string[]>();
  private readonly keptEnrolments: ReadonlySet<EnrolmentId>;
  private readonly keptGuardians: ReadonlySet<GuardianId>;
  private readonly leavers: RosterPerson[] = [];
  /** What the walk finds wrong, and what is to be asked. */
  readonly findings: Finding[] = [];
  readonly doubts: Finding[];

  private constructor(
    private readonly roster: Roster,
    private readonly record: OnRecord,
    private readonly ids: RosterIds,
    /** Enrolments that a delta ends by their sourcedId alone. */
    private readonly endedOf: ReadonlyMap<StudentId | StaffId, readonly EnrolmentId[]>,
  ) {
    this.keptEnrolments = new Set([...roster.refused.enrollments].map((id) => ids.enrolment(id)));
    this.keptGuardians = new Set([...roster.refused.users].map((id) => ids.guardian(id)));
    this.doubts = [...roster.doubts];
  }

  static async of(roster: Roster, record: OnRecord, ids: RosterIds): Promise<Steps> {
    const nameless = roster.enrolments.of('').filter((row) => row.leaves);
    const endedOf = new Map<StudentId | StaffId, EnrolmentId[]>();
    const holders = await record.holdersOf(new Set(nameless.map((row) => ids.enrolment(row.sourcedId))));
    for (const [enrolment, holder] of holders) endedOf.set(holder, [...(endedOf.get(holder) ?? []), enrolment]);
    const steps = new Steps(roster, record, ids, endedOf);
    await steps.meetPeople();
    return steps;
  }

  /** One look at every person: their place in the order, their ties, what is doubtful about them. */
  private async meetPeople(): Promise<void> {
    const pace = new Pace();
    const tied = new Set<string>();
    const lonely: RosterPerson[] = [];
    for (const person of this.roster.people) {
      const id = this.ids.person(person.sourcedId);
      const { students, staff } = this.record;
      const attends = students.ever(id) || this.isStudent(person, false);
      this.order.push({ sourcedId: person.sourcedId, id, student: attends, staff: staff.ever(id) || this.isStaff(person, false) });
      if (person.leaves && (this.record.students.now(id) || this.record.staff.now(id))) this.leavers.push(person);
      this.doubtKind(person, id);
      if (person.agents.length > 0) this.tieGuardians(person, tied);
      if (!person.leaves && person.roles.length > 0 && person.roles.every(isGuardianRole)) lonely.push(person);
      await pace.breathe();
    }
    for (const { sourcedId, file, line } of lonely) {
      if (tied.has(sourcedId)) continue;
      const why = 'This guardian is tied to no student in the files, so nothing was recorded of them.';
      this.findings.push({ file, line, column: 'agentSourcedIds', outcome: 'warning', what: 'guardian', why });
    }
    this.doubtLeaving();
    this.order.sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** About how many there are, for a progress bar. */
  get size(): number {
    const { orgs, terms, classes, people } = this.roster;
    return orgs.length + terms.length + classes.length + people.size;
  }

  *all(): Generator<Step> {
    yield* this.schools();
    yield* this.terms();
    yield* this.classes();
    yield* this.people(() => true);
  }

  /** The steps of people of whom the record knows something: only these can be doubtful, or settled already. */
  recorded(): Generator<Step> {
    return this.people(({ id }) => this.record.students.ever(id) || this.record.staff.ever(id));
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
    for (const school of this.gone('orgs', this.roster.orgs, record.schools.all(), ids.school)) {
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
    for (const term of this.gone('academicSessions', this.roster.terms, record.terms.all(), ids.term)) {
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
    for (const group of this.gone('classes', this.roster.classes, record.classes.all(), ids.class)) {
      const target = { stream: classStream(group) };
      const commands = [{ kind: 'leave-roster' as const, class: group }];
      yield step('class', { file: fileNameOf('classes') }, { decider: classDecider, target, onRecord: true, commandsOf: () => commands });
    }
  }

  private *people(chosen: (named: Named) => boolean): Generator<Step> {
    const { roster, record } = this;
    for (const as of ['student', 'staff'] as const) {
      for (const named of this.order) {
        if (!named[as] || !chosen(named)) continue;
        const { sourcedId, id } = named;
        const person = roster.people.get(sourcedId);
        if (person) yield* as === 'student' ? this.studentOf(person, id) : this.staffOf(person, id);
      }
    }
    yield* this.withoutRow();
    if (this.modeOf('users') !== 'bulk' && this.modeOf('enrollments') !== 'bulk' && this.endedOf.size === 0) return;
    const met = this.peopleMet();
    for (const student of record.students.all()) if (!met.has(student)) yield* this.unnamedStudent(student);
    for (const staff of record.staff.all()) if (!met.has(staff)) yield* this.unnamedStaff(staff);
  }

  /** Everybody whom users.csv names, refused rows too, and everybody whom other files of a delta name. */
  private peopleMet(): ReadonlySet<string> {
    const met = new Set<string>(this.order.map(({ id }) => id));
    for (const sourcedId of this.roster.refused.users) met.add(this.ids.person(sourcedId));
    if (this.modeOf('users') !== 'bulk') for (const sourcedId of this.namedElsewhere()) met.add(this.ids.person(sourcedId));
    return met;
  }

  private *studentOf(person: RosterPerson, student: StudentId): Generator<Step> {
    const { record } = this;
    const now = record.students.now(student);
    if (!this.isStudent(person, now)) {
      if (now) yield this.studentStep(student, person, () => this.leaving(student));
      return;
    }
    const { rows, places } = this.rowsOf(person.sourcedId, 'student');
    const kin = this.kinOf(person.sourcedId);
    for (const guardian of kin) places.set(this.ids.guardian(guardian.sourcedId), guardian);
    const birthDate = this.demographicsRow(person.sourcedId)?.birthDate;
    const doubtOf = ({ rostered, demographics }: StudentFile): string | undefined =>
      rostered && isAnotherPerson({ ...rostered, birthDate: demographics?.birthDate }, { ...person, birthDate })
        ? ANOTHER_PERSON
        : undefined;
    const commandsOf = ({ rostered }: StudentFile): readonly StudentCommand[] => [
      { kind: 'roster', student: this.studentSnapshot(person, student, rostered?.schools) },
      ...this.demographicsOf(person.sourcedId, student),
      ...this.enrolmentsOf(student, person.sourcedId, rows),
      ...this.guardiansOf(kin, student, record.students.ever(student)),
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
      if (roster.people.has(sourcedId) || roster.refused.users.has(sourcedId)) continue;
      const id = ids.person(sourcedId);
      const attends = this.rowsOf(sourcedId, 'student');
      const teaches = this.rowsOf(sourcedId, 'staff');
      const kin = this.kinOf(sourcedId);
      const [place] = [...roster.enrolments.of(sourcedId), this.demographicsRow(sourcedId), ...kin];
      if (place === undefined) continue;
      if (record.students.ever(id)) {
        const commands = [
          ...this.demographicsOf(sourcedId, id),
          ...this.enrolmentsOf(id, sourcedId, attends.rows),
          ...this.guardiansOf(kin, id, true),
        ];
        for (const guardian of kin) attends.places.set(ids.guardian(guardian.sourcedId), guardian);
        yield this.studentStep(id, place, () => commands, attends.places);
      } else this.refuseRows(attends.rows, 'The enrolment says student, but nobody with this sourcedId is a student on the record.');
      if (record.staff.ever(id)) yield this.staffStep(id, place, () => this.classesOf(id, sourcedId, teaches.rows), teaches.places);
      else this.refuseRows(teaches.rows, 'The enrolment gives a class to a person who is no member of staff on the record.');
    }
  }

  private refuseRows(rows: readonly Held[], why: string): void {
    for (const { row } of rows) {
      const { file, line } = row;
      // The steps are walked twice.
      if (this.findings.some((finding) => finding.file === file && finding.line === line)) continue;
      this.findings.push({ file, line, column: 'userSourcedId', outcome: 'refused', what: 'enrolment', why });
    }
  }

  private *namedElsewhere(): Iterable<string> {
    const { enrolments, demographics } = this.roster;
    for (const sourcedId of enrolments.people()) if (sourcedId !== '') yield sourcedId;
    for (const sourcedId of demographics.keys()) if (!enrolments.has(sourcedId)) yield sourcedId;
    for (const sourcedId of this.guardians.keys()) if (!enrolments.has(sourcedId) && !demographics.has(sourcedId)) yield sourcedId;
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
    return step(
      'staff member',
      place,
      { decider: staffDecider, target: { stream: staffStream(staff) }, onRecord, commandsOf },
      places,
      doubtOf,
    );
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
    return {
      student,
      sourcedId,
      ...names,
      identifier,
      email,
      phone,
      grades: [...grades],
      schools: this.schoolsOf(person, before),
      enabled,
      extra,
    };
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

  private demographicsRow(sourcedId: string): RosterDemographics | undefined {
    const row = this.roster.demographics.get(sourcedId);
    return row?.leaves ? undefined : row;
  }

  private demographicsOf(sourcedId: string, student: StudentId): readonly StudentCommand[] {
    const row = this.demographicsRow(sourcedId);
    if (!row || (row.birthDate === undefined && row.sex === undefined && row.extra === undefined)) return [];
    const { birthDate, sex, extra } = row;
    return [{ kind: 'roster-demographics', demographics: { student, birthDate, sex, extra } }];
  }

  private rowsOf(sourcedId: string, as: 'student' | 'staff'): { rows: readonly Held[]; places: Map<string, Place> } {
    const all = this.roster.enrolments.of(sourcedId).map((row): Held => ({ enrolment: this.ids.enrolment(row.sourcedId), row }));
    const rows = all.filter(({ row }) => !row.leaves && (row.role === 'student') === (as === 'student'));
    return { rows, places: new Map(all.map(({ enrolment, row }): [string, Place] => [enrolment, row])) };
  }

  private endingOf(holder: StudentId | StaffId, sourcedId: string | undefined): Ending<EnrolmentId> {
    if (this.modeOf('enrollments') === 'bulk') return { allBut: this.keptEnrolments };
    const rows = sourcedId === undefined ? [] : this.roster.enrolments.of(sourcedId);
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

  private kinOf(sourcedId: string): readonly RosterPerson[] {
    return (this.guardians.get(sourcedId) ?? []).flatMap((guardian) => this.roster.people.get(guardian) ?? []);
  }

  private guardiansOf(kin: readonly RosterPerson[], student: StudentId, onRecord: boolean): readonly StudentCommand[] {
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

  /** Guardians are named by the child's row, or name the child in their own. */
  private tieGuardians(person: RosterPerson, tied: Set<string>): void {
    for (const agent of person.agents) {
      const other = this.roster.people.get(agent);
      if (other && isGuardian(other) && this.isChild(person.sourcedId, person)) this.tie(person.sourcedId, agent, tied);
      if (isGuardian(person) && this.isChild(agent, other)) this.tie(agent, person.sourcedId, tied);
    }
  }

  private tie(child: string, guardian: string, tied: Set<string>): void {
    const known = this.guardians.get(child);
    if (!known) this.guardians.set(child, [guardian]);
    else if (!known.includes(guardian)) known.push(guardian);
    tied.add(guardian);
  }

  private isChild(sourcedId: string, person: RosterPerson | undefined): boolean {
    const { students } = this.record;
    if (person) return this.isStudent(person, !person.rolesWhole && students.now(this.ids.student(sourcedId)));
    return students.ever(this.ids.student(sourcedId));
  }

  /** What a bulk file no longer names. */
  private *gone<T extends string>(
    file: 'orgs' | 'academicSessions' | 'classes',
    taken: readonly Placed[],
    listed: Iterable<T>,
    idOf: (sourcedId: string) => T,
  ): Iterable<T> {
    if (this.modeOf(file) !== 'bulk') return;
    const present = new Set([...taken.map((one) => one.sourcedId), ...this.roster.refused[file]].map(idOf));
    for (const id of listed) if (!present.has(id)) yield id;
  }

  /** A file that was refused as a whole says nothing, whatever the manifest calls it. */
  private modeOf(file: RosterFile): FileMode {
    return this.roster.read.has(file) ? this.roster.modes[file] : 'absent';
  }

  /** A sourcedId that stood for a student and now stands for somebody who works here, or the other way round. */
  private doubtKind({ leaves, rolesWhole, roles, file, line }: RosterPerson, id: StudentId & StaffId): void {
    if (leaves || !rolesWhole) return;
    const { students, staff } = this.record;
    const isStudent = roles.includes('student');
    const works = roles.some(isStaffRole);
    const doubt = (why: string): void =>
      void this.doubts.push({ file, line, column: 'sourcedId', outcome: 'stopped', what: 'person', why });
    if (isStudent && !works && staff.ever(id) && !students.ever(id))
      doubt(
        'This sourcedId was a member of staff and is now a student. Confirmed, the member of staff is marked as having left and a student begins.',
      );
    if (!isStudent && students.ever(id) && !staff.ever(id) && (works || students.now(id)))
      doubt(
        'This sourcedId was a student and is none any more. Confirmed, the student is marked as having left; what the row says begins anew.',
      );
  }

  private doubtLeaving(): void {
    const { record, roster } = this;
    const everybody = new Set<string>([...record.students.all(), ...record.staff.all()]);
    if (everybody.size === 0) return;
    let leaving = this.leavers.length;
    if (this.modeOf('users') === 'bulk') {
      const named = new Set<string>(this.order.map(({ id }) => id));
      for (const sourcedId of roster.refused.users) named.add(this.ids.person(sourcedId));
      for (const one of everybody) if (!named.has(one)) leaving += 1;
    }
    if (leaving <= everybody.size * MOST_LEAVING) return;
    const [first] = this.leavers;
    const share = Math.round((100 * leaving) / everybody.size);
    const why =
      `${leaving} of ${everybody.size} people (${share} %) would be marked as having left; more than ${MOST_LEAVING * 100} % is more likely ` +
      'a file cut short. Confirmed, they are marked.';
    const place = first ? { file: first.file, line: first.line } : { file: fileNameOf('users') };
    this.doubts.push({ ...place, outcome: 'stopped', what: 'file', why });
  }
}

const ANOTHER_PERSON =
  'The record knows another person by this sourcedId: other names, and nothing that says they are the same. Confirmed, the record takes the new ones.';

const isStaffRole = (role: string): boolean => STAFF_ROLES.includes(role);
const isGuardianRole = (role: string): boolean => GUARDIAN_ROLES.includes(role);
/** One who leaves may be a guardian whose roles are not said again. */
const isGuardian = ({ roles, leaves }: RosterPerson): boolean => leaves || roles.some(isGuardianRole);

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
    stream: statement.target.stream,
    onRecord: statement.onRecord,
    apply: (applier) => applier.apply(statement),
    async examine(applier) {
      const { state, events, fresh, refusal } = await applier.decide(statement);
      const decided = { events, fresh, ...(refusal && { refusal }) };
      const why = decided.refusal ? undefined : doubtOf?.(state);
      return why === undefined
        ? decided
        : { ...decided, doubt: { file, line, column: 'sourcedId', outcome: 'stopped', what: 'person', why } };
    },
  };
}
