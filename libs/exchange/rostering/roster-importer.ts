import { createHash } from 'node:crypto';
import {
  type ClassId,
  type Clock,
  derivedId,
  type DomainEvent,
  type EnrolmentId,
  type GuardianId,
  type ImportId,
  type SchoolId,
  type StaffId,
  START,
  type StudentId,
  type TermId,
} from '@foundation/kernel';
import type { CommandRunner, EventStore } from '@foundation/event-store';
import { classDecider, classStream, schoolDecider, schoolStream, termDecider, termStream } from '@case/schools';
import { staffDecider, staffStream } from '@case/people';
import { studentDecider, type StudentCommand, studentStream } from '@case/students';
import { type Applied, Applier, type ImportContext } from './applier';
import type { ImportCounts } from './events';
import type { Finding } from './findings';
import { importRecordDecider, importStream } from './import-record';
import type { RosterFile, SourceFile } from './manifest';
import { fileNameOf } from './manifest';
import { GUARDIAN_ROLES, readRoster, type Roster, type RosterPerson, STAFF_ROLES } from './roster';

export interface ImportRequest extends ImportContext {
  readonly files: readonly SourceFile[];
}

export interface ImportReport {
  readonly import: ImportId;
  readonly dryRun: boolean;
  readonly version: '1.1' | '1.2';
  readonly counts: ImportCounts;
  readonly findings: readonly Finding[];
}

export type Progress = (done: number, total: number) => void;

/** How many streams are in flight at once: their appends are committed together. */
const IN_FLIGHT = 250;

interface Place {
  readonly file: string;
  readonly line: number;
}

/** Ids that follow from the roster's own ids within one log: a second import of the same files meets the same streams. */
class Ids {
  constructor(private readonly logId: string) {}
  school = (sourcedId: string) => derivedId<SchoolId>(this.logId, `org:${sourcedId}`);
  term = (sourcedId: string) => derivedId<TermId>(this.logId, `term:${sourcedId}`);
  class = (sourcedId: string) => derivedId<ClassId>(this.logId, `class:${sourcedId}`);
  student = (sourcedId: string) => derivedId<StudentId>(this.logId, `user:${sourcedId}`);
  staff = (sourcedId: string) => derivedId<StaffId>(this.logId, `user:${sourcedId}`);
  guardian = (sourcedId: string) => derivedId<GuardianId>(this.logId, `user:${sourcedId}`);
  enrolment = (sourcedId: string) => derivedId<EnrolmentId>(this.logId, `enrolment:${sourcedId}`);
}

/**
 * Imports a OneRoster set: every row that can be taken becomes events of its own stream, every other one a finding. People whom a bulk file
 * no longer names are marked as having left; nothing is erased.
 */
export class RosterImporter {
  constructor(
    private readonly store: EventStore,
    private readonly runner: CommandRunner,
    private readonly clock: Clock,
    private readonly zone: string,
  ) {}

  async run(request: ImportRequest, progress: Progress = () => undefined): Promise<ImportReport> {
    const roster = readRoster(request.files);
    const record = new Applier(this.runner, this.clock, this.zone, request);
    const target = { stream: importStream(request.import) };
    if (!request.dryRun) {
      const started = { import: request.import, by: request.by, version: roster.version, files: request.files.map(digestOf) };
      await this.runner.handle(importRecordDecider, target, { kind: 'start', started }, record.contextOf(`${target.stream}/start`));
    }
    const run = new ImportRun(this.store, record, new Ids(this.store.logId), roster, progress);
    const { counts, findings } = await run.run();
    if (!request.dryRun) {
      await this.runner.handle(
        importRecordDecider,
        target,
        { kind: 'finish', import: request.import, counts },
        record.contextOf(`${target.stream}/finish`),
      );
    }
    return { import: request.import, dryRun: request.dryRun, version: roster.version, counts, findings };
  }
}

function digestOf({ name, content }: SourceFile) {
  return { name: name.slice(0, 120), sha256: createHash('sha256').update(content).digest('hex'), bytes: Buffer.byteLength(content) };
}

type Job = () => Promise<void>;

/** One pass over one roster. */
class ImportRun {
  private readonly findings: Finding[];
  private unchanged = 0;
  private done = 0;

  constructor(
    private readonly store: EventStore,
    private readonly applier: Applier,
    private readonly ids: Ids,
    private readonly roster: Roster,
    private readonly progress: Progress,
  ) {
    this.findings = [...roster.findings];
  }

  async run(): Promise<{ counts: ImportCounts; findings: readonly Finding[] }> {
    const jobs = [
      ...this.schoolJobs(),
      ...this.termJobs(),
      ...this.classJobs(),
      ...this.studentJobs(),
      ...this.staffJobs(),
      ...(await this.leavingJobs()),
    ];
    for (let start = 0; start < jobs.length; start += IN_FLIGHT) {
      await Promise.all(jobs.slice(start, start + IN_FLIGHT).map((job) => job()));
      this.done = Math.min(jobs.length, start + IN_FLIGHT);
      this.progress(this.done, jobs.length);
    }
    const count = (outcome: Finding['outcome']) => this.findings.filter((finding) => finding.outcome === outcome).length;
    const counts = {
      created: count('created'),
      changed: count('changed'),
      unchanged: this.unchanged,
      left: count('left'),
      refused: count('refused'),
      warnings: count('warning'),
    };
    return { counts, findings: this.findings };
  }

  private schoolJobs(): Job[] {
    return this.roster.orgs.map((org) => async () => {
      const school = this.ids.school(org.sourcedId);
      const { sourcedId, name, kind, identifier } = org;
      const parent = org.parent === undefined ? undefined : this.ids.school(org.parent);
      const command = org.leaves
        ? ({ kind: 'leave-roster', school } as const)
        : ({ kind: 'roster-school', school: { school, sourcedId, name, kind, identifier, parent } } as const);
      this.report('school', org, await this.applier.apply(schoolDecider, { stream: schoolStream(school) }, [command]));
    });
  }

  private termJobs(): Job[] {
    return this.roster.terms.map((one) => async () => {
      const term = this.ids.term(one.sourcedId);
      const { sourcedId, title, kind, start, end, schoolYear } = one;
      const parent = one.parent === undefined ? undefined : this.ids.term(one.parent);
      const command = one.leaves
        ? ({ kind: 'leave-roster', term } as const)
        : ({ kind: 'roster-term', term: { term, sourcedId, title, kind, start, end, parent, schoolYear } } as const);
      this.report('term', one, await this.applier.apply(termDecider, { stream: termStream(term) }, [command]));
    });
  }

  private classJobs(): Job[] {
    return this.roster.classes.map((one) => async () => {
      const group = this.ids.class(one.sourcedId);
      const { sourcedId, title, kind, location, periods, subjects } = one;
      const statement = {
        class: group,
        sourcedId,
        school: this.ids.school(one.school),
        title,
        kind,
        location,
        periods: [...periods],
        terms: one.terms.map((term) => this.ids.term(term)),
        subjects: [...subjects],
      };
      const command = one.leaves
        ? ({ kind: 'leave-roster', class: group } as const)
        : ({ kind: 'roster-class', class: statement } as const);
      this.report('class', one, await this.applier.apply(classDecider, { stream: classStream(group) }, [command]));
    });
  }

  private studentJobs(): Job[] {
    const demographics = new Map(this.roster.demographics.map((row) => [row.sourcedId, row]));
    const enrolments = groupBy(
      this.roster.enrolments.filter((row) => row.role === 'student' && !row.leaves),
      (row) => row.person,
    );
    const guardians = this.guardiansByChild();
    return this.roster.people
      .filter((person) => person.roles.includes('student'))
      .map((person) => async () => {
        const student = this.ids.student(person.sourcedId);
        const target = { stream: studentStream(student), student };
        if (person.leaves) {
          this.report('student', person, await this.applier.apply(studentDecider, target, [{ kind: 'leave-roster', student }]));
          return;
        }
        const rows = enrolments.get(person.sourcedId) ?? [];
        const facts = demographics.get(person.sourcedId);
        const commands: StudentCommand[] = [
          {
            kind: 'roster',
            student: {
              student,
              sourcedId: person.sourcedId,
              givenName: person.givenName,
              familyName: person.familyName,
              middleName: person.middleName,
              preferredName: person.preferredName,
              identifier: person.identifier,
              email: person.email,
              phone: person.phone,
              grades: [...person.grades],
              schools: person.orgs.map((org) => this.ids.school(org)),
              enabled: person.enabled,
            },
          },
        ];
        if (facts && (facts.birthDate !== undefined || facts.sex !== undefined)) {
          commands.push({ kind: 'roster-demographics', demographics: { student, birthDate: facts.birthDate, sex: facts.sex } });
        }
        if (this.roster.modes.enrollments === 'bulk') {
          commands.push({
            kind: 'roster-enrolments',
            student,
            enrolments: rows.map((row) => ({
              enrolment: this.ids.enrolment(row.sourcedId),
              class: this.ids.class(row.class),
              school: row.school === undefined ? undefined : this.ids.school(row.school),
              from: row.from,
              to: row.to,
            })),
          });
        }
        const kin = guardians.get(person.sourcedId) ?? [];
        for (const guardian of kin) {
          commands.push({
            kind: 'link-guardian',
            guardian: {
              student,
              guardian: this.ids.guardian(guardian.sourcedId),
              name: `${guardian.givenName} ${guardian.familyName}`,
              relationship: guardian.roles.find((role) => GUARDIAN_ROLES.includes(role)) ?? 'guardian',
              phone: guardian.phone,
              email: guardian.email,
              fromRoster: true,
            },
          });
        }
        const places = new Map<string, Place>([
          ...rows.map((row): [string, Place] => [this.ids.enrolment(row.sourcedId), row]),
          ...kin.map((row): [string, Place] => [this.ids.guardian(row.sourcedId), row]),
        ]);
        this.report('student', person, await this.applier.apply(studentDecider, target, commands), places);
      });
  }

  private staffJobs(): Job[] {
    const classes = groupBy(
      this.roster.enrolments.filter((row) => row.role !== 'student' && !row.leaves),
      (row) => row.person,
    );
    return this.roster.people
      .filter((person) => person.roles.some((role) => STAFF_ROLES.includes(role)))
      .map((person) => async () => {
        const staff = this.ids.staff(person.sourcedId);
        const target = { stream: staffStream(staff) };
        if (person.leaves) {
          this.report('staff member', person, await this.applier.apply(staffDecider, target, [{ kind: 'leave-roster' }]));
          return;
        }
        const rows = classes.get(person.sourcedId) ?? [];
        const statement = {
          staff,
          sourcedId: person.sourcedId,
          givenName: person.givenName,
          familyName: person.familyName,
          email: person.email,
          username: person.username,
          schools: person.orgs.map((org) => this.ids.school(org)),
          rosterRoles: person.roles.filter((role) => STAFF_ROLES.includes(role)),
          enabled: person.enabled,
        };
        const assigned = rows.map((row) => ({
          enrolment: this.ids.enrolment(row.sourcedId),
          class: this.ids.class(row.class),
          role: row.role,
          primary: row.primary,
          from: row.from,
          to: row.to,
        }));
        const enrolments = this.roster.modes.enrollments === 'bulk' ? assigned : undefined;
        const places = new Map(rows.map((row): [string, Place] => [this.ids.enrolment(row.sourcedId), row]));
        const applied = await this.applier.apply(staffDecider, target, [{ kind: 'roster', ...statement, enrolments }]);
        this.report('staff member', person, applied, places);
      });
  }

  /** Guardians of each child: named by the child's row or naming the child in their own. */
  private guardiansByChild(): ReadonlyMap<string, readonly RosterPerson[]> {
    const people = new Map(this.roster.people.map((person) => [person.sourcedId, person]));
    const ties = new Map<string, RosterPerson[]>();
    const tie = (child: string, guardian: RosterPerson) => {
      const known = ties.get(child) ?? [];
      if (!known.includes(guardian)) ties.set(child, [...known, guardian]);
    };
    const isGuardian = (person: RosterPerson) => person.roles.some((role) => GUARDIAN_ROLES.includes(role));
    const isChild = (person: RosterPerson) => person.roles.includes('student');
    for (const person of this.roster.people) {
      for (const agent of person.agents.flatMap((sourcedId) => people.get(sourcedId) ?? [])) {
        if (isChild(person) && isGuardian(agent)) tie(person.sourcedId, agent);
        if (isGuardian(person) && isChild(agent)) tie(agent.sourcedId, person);
      }
    }
    const tied = new Set([...ties.values()].flat());
    for (const person of this.roster.people) {
      if (isGuardian(person) && !tied.has(person) && person.roles.every((role) => GUARDIAN_ROLES.includes(role))) {
        this.findings.push({
          file: person.file,
          line: person.line,
          column: 'agentSourcedIds',
          outcome: 'warning',
          what: 'guardian',
          why: 'This guardian is tied to no student in the files, so nothing was recorded of them.',
        });
      }
    }
    return ties;
  }

  /** What bulk files no longer name leaves the roster; a delta file says so itself. */
  private async leavingJobs(): Promise<Job[]> {
    const { modes, named } = this.roster;
    const gone = async <T extends string>(
      file: RosterFile,
      listed: string,
      left: string,
      field: string,
      idOf: (sourcedId: string) => T,
    ) => {
      if (modes[file] !== 'bulk' || named[file].size === 0) return [];
      const present = new Set([...named[file]].map(idOf));
      return (await this.listedNow<T>(listed, left, field)).filter((id) => !present.has(id));
    };
    const schools = await gone('orgs', 'schools.school-rostered', 'schools.school-left-roster', 'school', this.ids.school);
    const terms = await gone('academicSessions', 'schools.term-rostered', 'schools.term-left-roster', 'term', this.ids.term);
    const classes = await gone('classes', 'schools.class-rostered', 'schools.class-left-roster', 'class', this.ids.class);
    const students = await gone('users', 'students.student-rostered', 'students.student-left-roster', 'student', this.ids.student);
    const staff = await gone('users', 'people.staff-rostered', 'people.staff-left-roster', 'staff', this.ids.staff);
    return [
      ...schools.map((school) => async () => {
        const applied = await this.applier.apply(schoolDecider, { stream: schoolStream(school) }, [{ kind: 'leave-roster', school }]);
        this.report('school', { file: fileNameOf('orgs') }, applied);
      }),
      ...terms.map((term) => async () => {
        const applied = await this.applier.apply(termDecider, { stream: termStream(term) }, [{ kind: 'leave-roster', term }]);
        this.report('term', { file: fileNameOf('academicSessions') }, applied);
      }),
      ...classes.map((group) => async () => {
        const applied = await this.applier.apply(classDecider, { stream: classStream(group) }, [{ kind: 'leave-roster', class: group }]);
        this.report('class', { file: fileNameOf('classes') }, applied);
      }),
      ...students.map((student) => async () => {
        const target = { stream: studentStream(student), student };
        this.report(
          'student',
          { file: fileNameOf('users') },
          await this.applier.apply(studentDecider, target, [{ kind: 'leave-roster', student }]),
        );
      }),
      ...staff.map((member) => async () => {
        const applied = await this.applier.apply(staffDecider, { stream: staffStream(member) }, [{ kind: 'leave-roster' }]);
        this.report('staff member', { file: fileNameOf('users') }, applied);
      }),
    ];
  }

  /** Ids that the roster listed and that have not left since, read from the log. */
  private async listedNow<T extends string>(listed: string, left: string, field: string): Promise<readonly T[]> {
    const now = new Set<T>();
    for (let after = START; ;) {
      const page = await this.store.readAll({ after, limit: 1000, types: [listed, left] });
      for (const event of page) {
        const subject = (event.data as Record<string, T>)[field];
        if (subject === undefined) continue;
        if (event.type === listed) now.add(subject);
        else now.delete(subject);
      }
      const last = page.at(-1);
      if (!last) return [...now];
      after = last.position;
    }
  }

  private report<E extends DomainEvent>(
    what: string,
    place: Place | { readonly file: string },
    applied: Applied<E>,
    places?: ReadonlyMap<string, Place>,
  ): void {
    const { events, fresh, refusal } = applied;
    if (refusal) {
      this.findings.push({ ...at(place), outcome: 'refused', what, why: `${refusal.title}. ${refusal.detail}` });
      return;
    }
    if (events.length === 0) this.unchanged += 1;
    for (const event of events) {
      const part = partOf(event);
      const own = part === undefined ? undefined : places?.get(part.id);
      const outcome = event.type.endsWith('left-roster') || part?.ends ? 'left' : fresh || part ? 'created' : 'changed';
      this.findings.push({ ...at(own ?? place), outcome, what: part?.what ?? what });
    }
  }
}

const at = (place: Place | { readonly file: string }): Pick<Finding, 'file' | 'line'> =>
  'line' in place ? { file: place.file, line: place.line } : { file: place.file };

/** Enrolments and guardians have rows of their own though their events stand in another's stream. */
function partOf(event: DomainEvent): { what: string; id: string; ends: boolean } | undefined {
  const data = event.data as { readonly enrolment?: string; readonly guardian?: string };
  switch (event.type) {
    case 'students.enrolled':
    case 'people.class-assigned':
      return { what: 'enrolment', id: data.enrolment ?? '', ends: false };
    case 'students.unenrolled':
    case 'people.class-unassigned':
      return { what: 'enrolment', id: data.enrolment ?? '', ends: true };
    case 'students.guardian-linked':
      return { what: 'guardian', id: data.guardian ?? '', ends: false };
    default:
      return undefined;
  }
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}
