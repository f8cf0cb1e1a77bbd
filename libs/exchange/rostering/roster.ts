import { localDate } from '@foundation/calendar';
import type { LocalDate } from '@foundation/kernel';
import { type CsvFile, readCsv, type Row } from './csv-file';
import type { Finding } from './findings';
import { type FileMode, fileNameOf, findFile, type Manifest, readManifest, type RosterFile, type SourceFile } from './manifest';

/** Where a rostered thing stands in the files, for the report. */
interface Placed {
  readonly sourcedId: string;
  readonly file: string;
  readonly line: number;
  /** Delta files say `tobedeleted`. */
  readonly leaves: boolean;
}
export interface RosterOrg extends Placed {
  readonly name: string;
  readonly kind: string;
  readonly identifier?: string;
  readonly parent?: string;
}
export interface RosterTerm extends Placed {
  readonly title: string;
  readonly kind: string;
  readonly start: LocalDate;
  readonly end: LocalDate;
  readonly parent?: string;
  readonly schoolYear?: string;
}
export interface RosterClass extends Placed {
  readonly title: string;
  readonly kind: string;
  readonly school: string;
  readonly location?: string;
  readonly terms: readonly string[];
  readonly periods: readonly string[];
  readonly subjects: readonly string[];
}
export interface RosterPerson extends Placed {
  readonly enabled: boolean;
  readonly givenName: string;
  readonly familyName: string;
  readonly middleName?: string;
  readonly preferredName?: string;
  readonly identifier?: string;
  readonly username?: string;
  readonly email?: string;
  readonly phone?: string;
  readonly grades: readonly string[];
  readonly orgs: readonly string[];
  readonly roles: readonly string[];
  /** People this person is tied to: guardians of a student, children of a guardian. */
  readonly agents: readonly string[];
}
export interface RosterEnrolment extends Placed {
  readonly class: string;
  readonly school?: string;
  readonly person: string;
  readonly role: string;
  readonly primary: boolean;
  readonly from?: LocalDate;
  readonly to?: LocalDate;
}
export interface RosterDemographics extends Placed {
  readonly birthDate?: LocalDate;
  readonly sex?: string;
}

/** What a set of OneRoster files says, as far as it can be taken; everything else is in `findings`. */
export interface Roster {
  readonly version: Manifest['version'];
  readonly modes: Manifest['modes'];
  readonly orgs: readonly RosterOrg[];
  readonly terms: readonly RosterTerm[];
  readonly classes: readonly RosterClass[];
  readonly people: readonly RosterPerson[];
  readonly enrolments: readonly RosterEnrolment[];
  readonly demographics: readonly RosterDemographics[];
  /** Every sourcedId that a file names, refused rows too: a person whose row has a fault has not left. */
  readonly named: Readonly<Record<RosterFile, ReadonlySet<string>>>;
  readonly findings: readonly Finding[];
}

const ORG_KINDS = ['department', 'school', 'district', 'local', 'state', 'national'];
const TERM_KINDS = ['gradingPeriod', 'semester', 'schoolYear', 'term'];
const CLASS_KINDS = ['homeroom', 'scheduled'];
export const STUDENT_ROLES: readonly string[] = ['student'];
export const GUARDIAN_ROLES: readonly string[] = ['guardian', 'parent', 'relative'];
export const STAFF_ROLES: readonly string[] = [
  'administrator',
  'aide',
  'counselor',
  'districtAdministrator',
  'principal',
  'proctor',
  'siteAdministrator',
  'systemAdministrator',
  'teacher',
];
const ROLES = [...STUDENT_ROLES, ...GUARDIAN_ROLES, ...STAFF_ROLES];

const COLUMNS: Readonly<Record<RosterFile, { required: readonly string[]; optional: readonly string[]; what: string }>> = {
  orgs: { required: ['sourcedId', 'name', 'type'], optional: ['identifier', 'parentSourcedId'], what: 'school' },
  academicSessions: {
    required: ['sourcedId', 'title', 'type', 'startDate', 'endDate'],
    optional: ['parentSourcedId', 'schoolYear'],
    what: 'term',
  },
  classes: {
    required: ['sourcedId', 'title', 'schoolSourcedId'],
    optional: [
      'grades',
      'courseSourcedId',
      'classCode',
      'classType',
      'location',
      'termSourcedIds',
      'subjects',
      'subjectCodes',
      'periods',
      'resources',
    ],
    what: 'class',
  },
  users: {
    required: ['sourcedId', 'givenName', 'familyName'],
    optional: [
      ...[
        'enabledUser',
        'orgSourcedIds',
        'role',
        'username',
        'userIds',
        'middleName',
        'identifier',
        'email',
        'sms',
        'phone',
        'agentSourcedIds',
        'grades',
      ],
      ...[
        'userMasterIdentifier',
        'resourceSourcedIds',
        'preferredGivenName',
        'preferredMiddleName',
        'preferredFamilyName',
        'primaryOrgSourcedId',
        'pronouns',
      ],
    ],
    what: 'person',
  },
  roles: {
    required: ['sourcedId', 'userSourcedId', 'role', 'orgSourcedId'],
    optional: ['roleType', 'beginDate', 'endDate', 'userProfileSourcedId'],
    what: 'role',
  },
  enrollments: {
    required: ['sourcedId', 'classSourcedId', 'userSourcedId', 'role'],
    optional: ['schoolSourcedId', 'primary', 'beginDate', 'endDate'],
    what: 'enrolment',
  },
  demographics: {
    required: ['sourcedId'],
    optional: [
      ...[
        'birthDate',
        'sex',
        'americanIndianOrAlaskaNative',
        'asian',
        'blackOrAfricanAmerican',
        'nativeHawaiianOrOtherPacificIslander',
        'white',
      ],
      ...[
        'demographicRaceTwoOrMoreRaces',
        'hispanicOrLatinoEthnicity',
        'countryOfBirthCode',
        'stateOfBirthAbbreviation',
        'cityOfBirth',
        'publicSchoolResidenceStatus',
      ],
    ],
    what: 'demographics',
  },
};
/** In every file; filled in delta files, blank in bulk ones by the binding, filled all the same by many exporters. */
const COMMON = ['status', 'dateLastModified'];

/** One row while it is being read: what it lacks is reported where it stands. */
class RowReader {
  refused = false;
  constructor(
    private readonly file: string,
    readonly row: Row,
    private readonly what: string,
    private readonly findings: Finding[],
  ) {}

  refuse(column: string, why: string): void {
    this.refused = true;
    this.findings.push({ file: this.file, line: this.row.line, column, outcome: 'refused', what: this.what, why });
  }
  warn(column: string, why: string): void {
    this.findings.push({ file: this.file, line: this.row.line, column, outcome: 'warning', what: this.what, why });
  }
  required(column: string): string {
    const value = this.row.value(column);
    if (value === undefined) this.refuse(column, 'This value is missing and must be given.');
    return value ?? '';
  }
  /** A word of a fixed list; another case of the same word is taken with a warning. */
  word(column: string, words: readonly string[], otherwise: 'refuse' | 'keep'): string | undefined {
    const value = this.row.value(column);
    if (value === undefined || words.includes(value)) return value;
    const near = words.find((word) => word.toLowerCase() === value.toLowerCase());
    if (near !== undefined) {
      this.warn(column, `Written otherwise than OneRoster writes it; taken as ${near}.`);
      return near;
    }
    if (otherwise === 'refuse') this.refuse(column, `Not one of ${words.join(', ')}.`);
    else this.warn(column, `Not one of ${words.join(', ')}; kept as it is.`);
    return value;
  }
  /** A day; a time after it is cut off with a warning. */
  day(column: string, need: 'required' | 'optional'): LocalDate | undefined {
    const value = this.row.value(column);
    if (value === undefined) {
      if (need === 'required') this.refuse(column, 'This day is missing: write it as 2026-08-31.');
      return undefined;
    }
    const day = localDate(value.slice(0, 10));
    if (day === undefined) {
      if (need === 'required') this.refuse(column, 'Not a day of the calendar: write it as 2026-08-31.');
      else this.warn(column, 'Not a day of the calendar (write it as 2026-08-31); it was left out.');
    } else if (value.length > 10) this.warn(column, 'A time follows the day; only the day was taken.');
    return day;
  }
}

/** Reads a set of files. Nothing is thrown for what a file says: faults are findings, and the rest is taken. */
export function readRoster(files: readonly SourceFile[]): Roster {
  const findings: Finding[] = [];
  const manifest = readManifest(files, findings);
  const named = {} as Record<RosterFile, Set<string>>;

  const each = <T extends Placed>(file: RosterFile, read: (reader: RowReader, placed: Placed) => T | undefined): T[] => {
    named[file] = new Set();
    const mode: FileMode = manifest.modes[file];
    const source = findFile(files, fileNameOf(file));
    if (mode === 'absent' || !source) return [];
    const { required, optional, what } = COLUMNS[file];
    if (source.name !== fileNameOf(file)) {
      findings.push({
        file: source.name,
        line: 1,
        outcome: 'warning',
        what: 'file',
        why: `OneRoster writes this name ${fileNameOf(file)}; it was read all the same.`,
      });
    }
    const csv: CsvFile = readCsv(source.name, source.content, required, [...COMMON, ...optional], findings);
    const first = new Map<string, number>();
    return csv.rows.flatMap((row) => {
      const reader = new RowReader(source.name, row, what, findings);
      const sourcedId = reader.required('sourcedId');
      if (sourcedId === '') return [];
      named[file].add(sourcedId);
      const earlier = first.get(sourcedId);
      if (earlier !== undefined) {
        reader.refuse('sourcedId', `The same sourcedId stands on line ${earlier}; the first row was kept.`);
        return [];
      }
      first.set(sourcedId, row.line);
      const status = reader.word('status', ['active', 'tobedeleted'], 'keep');
      const leaves = status === 'tobedeleted' || status === 'inactive';
      const value = read(reader, { sourcedId, file: source.name, line: row.line, leaves });
      return reader.refused || value === undefined ? [] : [value];
    });
  };

  const orgs = each('orgs', (reader, placed): RosterOrg => ({
    ...placed,
    name: reader.required('name'),
    kind: reader.word('type', ORG_KINDS, 'keep') ?? 'school',
    identifier: reader.row.value('identifier'),
    parent: reader.row.value('parentSourcedId'),
  }));
  const orgIds = new Set(orgs.map((org) => org.sourcedId));
  const keepOrg = (reader: RowReader, column: string, org: string): boolean => {
    if (manifest.modes.orgs !== 'bulk' || orgIds.has(org)) return true;
    reader.warn(column, 'No org with this sourcedId is in orgs.csv; the reference was left out.');
    return false;
  };
  const placedOrgs = orgs.map((org) => {
    if (org.parent === undefined || manifest.modes.orgs !== 'bulk' || orgIds.has(org.parent)) return org;
    findings.push({
      file: org.file,
      line: org.line,
      column: 'parentSourcedId',
      outcome: 'warning',
      what: 'school',
      why: 'No org with this sourcedId is in orgs.csv; the reference was left out.',
    });
    return { ...org, parent: undefined };
  });

  const terms = each('academicSessions', (reader, placed): RosterTerm | undefined => {
    const start = reader.day('startDate', 'required');
    const end = reader.day('endDate', 'required');
    if (start !== undefined && end !== undefined && end < start) reader.refuse('endDate', 'The term ends before it starts.');
    const title = reader.required('title');
    const kind = reader.word('type', TERM_KINDS, 'keep') ?? 'term';
    if (start === undefined || end === undefined) return undefined;
    return { ...placed, title, kind, start, end, parent: reader.row.value('parentSourcedId'), schoolYear: reader.row.value('schoolYear') };
  });
  const termIds = new Set(terms.map((term) => term.sourcedId));
  const placedTerms = terms.map((term) => {
    if (term.parent === undefined || manifest.modes.academicSessions !== 'bulk' || termIds.has(term.parent)) return term;
    findings.push({
      file: term.file,
      line: term.line,
      column: 'parentSourcedId',
      outcome: 'warning',
      what: 'term',
      why: 'No academic session with this sourcedId is in the file; the reference was left out.',
    });
    return { ...term, parent: undefined };
  });

  const classes = each('classes', (reader, placed): RosterClass => {
    const school = reader.required('schoolSourcedId');
    if (school !== '' && manifest.modes.orgs === 'bulk' && !orgIds.has(school)) {
      reader.refuse('schoolSourcedId', 'No org with this sourcedId is in orgs.csv: add the school or correct the reference.');
    }
    const stated = reader.row.list('termSourcedIds');
    const kept = stated.filter((term) => manifest.modes.academicSessions !== 'bulk' || termIds.has(term));
    if (kept.length < stated.length)
      reader.warn('termSourcedIds', 'A term named here is not in academicSessions.csv; that reference was left out.');
    const subjects = reader.row.list('subjects');
    const codes = reader.row.list('subjectCodes');
    if (codes.length > 0 && codes.length !== subjects.length)
      reader.warn('subjectCodes', 'There are not as many codes as subjects; the subjects were taken without codes.');
    return {
      ...placed,
      title: reader.required('title'),
      kind: reader.word('classType', CLASS_KINDS, 'keep') ?? 'scheduled',
      school,
      location: reader.row.value('location'),
      terms: kept,
      periods: reader.row.list('periods'),
      subjects,
    };
  });
  const classIds = new Set(classes.map((one) => one.sourcedId));

  const grantedRoles = new Map<string, { role: string; org: string }[]>();
  const userIds = manifest.modes.users === 'absent' ? undefined : namedIn(files, 'users');
  each('roles', (reader, placed) => {
    const person = reader.required('userSourcedId');
    const role = reader.word('role', ROLES, 'refuse');
    const org = reader.required('orgSourcedId');
    reader.day('beginDate', 'optional');
    reader.day('endDate', 'optional');
    if (manifest.modes.users === 'bulk' && userIds && person !== '' && !userIds.has(person)) {
      reader.refuse('userSourcedId', 'No user with this sourcedId is in users.csv: add the person or correct the reference.');
    }
    if (!reader.refused && !placed.leaves && role !== undefined) {
      grantedRoles.set(person, [
        ...(grantedRoles.get(person) ?? []),
        ...(keepOrg(reader, 'orgSourcedId', org) ? [{ role, org }] : [{ role, org: '' }]),
      ]);
    }
    return placed;
  });

  const people = each('users', (reader, placed): RosterPerson => {
    const granted = grantedRoles.get(placed.sourcedId) ?? [];
    const stated = reader.word('role', ROLES, 'refuse');
    const roles = [...new Set([...(stated === undefined ? [] : [stated]), ...granted.map(({ role }) => role)])];
    if (roles.length === 0 && !reader.refused) {
      reader.refuse(
        manifest.version === '1.1' ? 'role' : 'sourcedId',
        'The person has no role: give one in users.csv (1.1) or roles.csv (1.2).',
      );
    }
    const primary = reader.row.value('primaryOrgSourcedId');
    const listed = [...reader.row.list('orgSourcedIds'), ...(primary === undefined ? [] : [primary])];
    const orgsHeld = listed.filter((org) => keepOrg(reader, listed[0] === primary ? 'primaryOrgSourcedId' : 'orgSourcedIds', org));
    const agents = reader.row.list('agentSourcedIds').filter((agent) => {
      const found = manifest.modes.users !== 'bulk' || !userIds || userIds.has(agent);
      if (!found) reader.warn('agentSourcedIds', 'A person named here is not in users.csv; that tie was left out.');
      return found;
    });
    const enabled = reader.row.value('enabledUser');
    if (enabled !== undefined && !/^(true|false)$/i.test(enabled)) reader.warn('enabledUser', 'Neither true nor false; taken as true.');
    return {
      ...placed,
      enabled: enabled === undefined || !/^false$/i.test(enabled),
      givenName: reader.required('givenName'),
      familyName: reader.required('familyName'),
      middleName: reader.row.value('middleName'),
      preferredName: reader.row.value('preferredGivenName'),
      identifier: reader.row.value('identifier'),
      username: reader.row.value('username'),
      email: reader.row.value('email'),
      phone: reader.row.value('phone') ?? reader.row.value('sms'),
      grades: reader.row.list('grades'),
      orgs: [...new Set([...orgsHeld, ...granted.map(({ org }) => org).filter((org) => org !== '')])],
      roles,
      agents,
    };
  });
  const rolesOfPerson = new Map(people.map((person) => [person.sourcedId, person.roles]));

  const enrolments = each('enrollments', (reader, placed): RosterEnrolment => {
    const klass = reader.required('classSourcedId');
    const person = reader.required('userSourcedId');
    const role = reader.word('role', ROLES, 'refuse') ?? '';
    if (klass !== '' && manifest.modes.classes === 'bulk' && !classIds.has(klass)) {
      reader.refuse('classSourcedId', 'No class with this sourcedId could be taken from classes.csv: add it or correct the reference.');
    }
    const personRoles = rolesOfPerson.get(person);
    if (person !== '' && manifest.modes.users === 'bulk' && personRoles === undefined) {
      reader.refuse('userSourcedId', 'No person with this sourcedId could be taken from users.csv: add them or correct the reference.');
    }
    if (personRoles && role === 'student' && !personRoles.includes('student')) {
      reader.refuse('role', 'The enrolment says student but the person is not a student in users.csv or roles.csv.');
    }
    if (personRoles && role !== '' && role !== 'student' && !personRoles.some((held) => STAFF_ROLES.includes(held))) {
      reader.refuse('role', 'The enrolment gives a class to a person who has no staff role in users.csv or roles.csv.');
    }
    const from = reader.day('beginDate', 'optional');
    const to = reader.day('endDate', 'optional');
    if (from !== undefined && to !== undefined && to < from)
      reader.warn('endDate', 'The enrolment ends before it begins; its days were left out.');
    const sound = from === undefined || to === undefined || from <= to;
    const school = reader.row.value('schoolSourcedId');
    return {
      ...placed,
      class: klass,
      school: school !== undefined && keepOrg(reader, 'schoolSourcedId', school) ? school : undefined,
      person,
      role,
      primary: /^true$/i.test(reader.row.value('primary') ?? ''),
      from: sound ? from : undefined,
      to: sound ? to : undefined,
    };
  });

  const demographics = each('demographics', (reader, placed): RosterDemographics => {
    if (manifest.modes.users === 'bulk' && !rolesOfPerson.has(placed.sourcedId)) {
      reader.refuse('sourcedId', 'No person with this sourcedId could be taken from users.csv.');
    }
    return { ...placed, birthDate: reader.day('birthDate', 'optional'), sex: reader.row.value('sex') };
  });

  return {
    version: manifest.version,
    modes: manifest.modes,
    orgs: placedOrgs,
    terms: placedTerms,
    classes,
    people,
    enrolments,
    demographics,
    named,
    findings,
  };
}

function namedIn(files: readonly SourceFile[], file: RosterFile): ReadonlySet<string> {
  const source = findFile(files, fileNameOf(file));
  if (!source) return new Set();
  return new Set(readCsv(source.name, source.content, ['sourcedId'], [], []).rows.map((row) => row.value('sourcedId') ?? ''));
}
