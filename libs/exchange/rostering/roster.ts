import { localDate } from '@foundation/calendar';
import type { LocalDate } from '@foundation/kernel';
import { digestOf, readCsv, type Row } from './csv-file';
import type { Finding } from './findings';
import { type FileMode, fileNameOf, type Manifest, readManifest, ROSTER_FILES, type RosterFile } from './manifest';
import { type Fields, Packed, PackedByPerson, PeopleIndex } from './packed';
import { findFile, type SourceFile } from './source-file';

/** Where a rostered thing stands in the files, for the report. Spread last: an object that begins with a spread is slow to be given more (0005). */
export interface Placed {
  readonly sourcedId: string;
  readonly file: string;
  readonly line: number;
  /** Delta files say `tobedeleted`. */
  readonly leaves: boolean;
  /** Columns that no field has a place for, `metadata.` and `ext:` ones first of all. */
  readonly extra?: Readonly<Record<string, string>>;
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
  /** Roles that a delta of roles.csv takes away. */
  readonly endedRoles: readonly string[];
  /** False in a delta that names the person but not (all of) their roles: the others are those on the record. */
  readonly rolesWhole: boolean;
  /** People this person is tied to: guardians of a student, children of a guardian. */
  readonly agents: readonly string[];
}
export interface RosterEnrolment extends Placed {
  readonly class: string;
  readonly school?: string;
  /** Blank in a delta that only names the enrolment that ends. */
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

/** One file of the set, for the record of the import. */
export interface FileFacts {
  readonly name: string;
  readonly sha256: string;
  readonly bytes: number;
  /** Absent for a file that is not read. */
  readonly mode?: FileMode;
  readonly rows?: number;
}

/** What a set of OneRoster files says, as far as it can be taken; everything else is in `findings`. */
export interface Roster {
  readonly version: Manifest['version'];
  readonly modes: Manifest['modes'];
  readonly files: readonly FileFacts[];
  readonly orgs: readonly RosterOrg[];
  readonly terms: readonly RosterTerm[];
  readonly classes: readonly RosterClass[];
  readonly people: Packed<RosterPerson>;
  readonly enrolments: PackedByPerson<RosterEnrolment>;
  readonly demographics: Packed<RosterDemographics>;
  /** Files that were read; one that was refused as a whole says nothing. */
  readonly read: ReadonlySet<RosterFile>;
  /** Rows that were refused, by sourcedId: a person whose row has a fault has not left. */
  readonly refused: Readonly<Record<RosterFile, ReadonlySet<string>>>;
  readonly findings: readonly Finding[];
  /** Places that only a person can tell right from wrong: the import waits for a confirmation. */
  readonly doubts: readonly Finding[];
}

const PERSON: Fields<RosterPerson> = {
  own: [
    ...(['line', 'leaves', 'extra', 'enabled', 'givenName', 'familyName', 'middleName', 'preferredName', 'identifier'] as const),
    ...(['username', 'email', 'phone', 'rolesWhole', 'agents'] as const),
  ],
  shared: ['file', 'grades', 'orgs', 'roles', 'endedRoles'],
};
const ENROLMENT: Fields<RosterEnrolment> = {
  own: ['sourcedId', 'line', 'leaves', 'extra', 'primary'],
  shared: ['file', 'class', 'school', 'role', 'from', 'to'],
};
const DEMOGRAPHICS: Fields<RosterDemographics> = { own: ['line', 'leaves', 'extra', 'birthDate'], shared: ['file', 'sex'] };

/** Things that may be on the record already: what a delta need not repeat. */
export type Thing = 'org' | 'term' | 'class' | 'person';
export interface Recorded {
  has(thing: Thing, sourcedId: string): boolean;
}
const EVERYTHING: Recorded = { has: () => true };

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

/** Known columns that go to `extra`: no rule reads them. */
const KEPT_ASIDE: Readonly<Partial<Record<RosterFile, readonly string[]>>> = {
  users: ['userIds', 'userMasterIdentifier', 'preferredMiddleName', 'preferredFamilyName', 'pronouns'],
  demographics: [
    ...['americanIndianOrAlaskaNative', 'asian', 'blackOrAfricanAmerican', 'nativeHawaiianOrOtherPacificIslander', 'white'],
    ...['demographicRaceTwoOrMoreRaces', 'hispanicOrLatinoEthnicity', 'countryOfBirthCode', 'stateOfBirthAbbreviation'],
    ...['cityOfBirth', 'publicSchoolResidenceStatus'],
  ],
};

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
const MOST_EXTRA = 60;
const NONE: readonly string[] = [];

/** Texts and lists that stand in thousands of rows are kept once. */
class Shared {
  private readonly texts = new Map<string, string>();
  private readonly lists = new Map<string, readonly string[]>();

  text(value: string): string {
    const known = this.texts.get(value);
    if (known === undefined) this.texts.set(value, value);
    return known ?? value;
  }
  list(values: readonly string[]): readonly string[] {
    if (values.length === 0) return NONE;
    const key = values.join('\n');
    const known = this.lists.get(key);
    if (known) return known;
    const kept = values.map((value) => this.text(value));
    this.lists.set(key, kept);
    return kept;
  }
}

/** One row while it is being read: what it lacks is reported where it stands. */
class RowReader {
  refused = false;
  /** A row that ends something need say no more than what. */
  leaves = false;
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
  required(column: string, most: number): string {
    const value = this.row.value(column);
    if (value === undefined) {
      if (!this.leaves) this.refuse(column, 'This value is missing and must be given.');
      return '';
    }
    if (value.length > most) this.refuse(column, `This value is longer than ${most} characters.`);
    return value;
  }
  optional(column: string, most: number): string | undefined {
    const value = this.row.value(column);
    if (value === undefined || value.length <= most) return value;
    this.warn(column, `This value is longer than ${most} characters; it was left out.`);
    return undefined;
  }
  list(column: string, most: number): readonly string[] {
    const values = this.row.list(column);
    if (values.every((value) => value.length <= most) && values.length <= 500) return values;
    this.warn(column, `Entries longer than ${most} characters, or beyond the 500th, were left out.`);
    return values.filter((value) => value.length <= most).slice(0, 500);
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
    return value.slice(0, 40);
  }
  /** A day; a time after it is cut off with a warning. */
  day(column: string, need: 'required' | 'optional'): LocalDate | undefined {
    const value = this.row.value(column);
    if (value === undefined) {
      if (need === 'required' && !this.leaves) this.refuse(column, 'This day is missing: write it as 2026-08-31.');
      return undefined;
    }
    const day = localDate(value.slice(0, 10));
    if (day === undefined) {
      if (need === 'required' && !this.leaves) this.refuse(column, 'Not a day of the calendar: write it as 2026-08-31.');
      else this.warn(column, 'Not a day of the calendar (write it as 2026-08-31); it was left out.');
    } else if (value.length > 10) this.warn(column, 'A time follows the day; only the day was taken.');
    return day;
  }
  extra(aside: readonly string[], shared: Shared): Readonly<Record<string, string>> | undefined {
    let extra: Record<string, string> | undefined;
    for (const columns of [this.row.extensions, aside]) {
      for (const column of columns) {
        const value = this.optional(column, 1000);
        if (value === undefined) continue;
        extra ??= {};
        if (Object.keys(extra).length < MOST_EXTRA && column.length <= 100) extra[shared.text(column)] = value;
        else this.warn(column, `More than ${MOST_EXTRA} such columns, or a name longer than 100 characters; it was left out.`);
      }
    }
    return extra;
  }
}

/** Reads a set of files. Nothing is thrown for what a file says: faults are findings, and the rest is taken. */
export async function readRoster(
  files: readonly SourceFile[],
  recorded: Recorded = EVERYTHING,
  progress: (bytes: number) => void = () => undefined,
): Promise<Roster> {
  return new RosterReading(files, recorded, progress).read();
}

class RosterReading {
  private readonly findings: Finding[] = [];
  private readonly doubts: Finding[] = [];
  private readonly shared = new Shared();
  private readonly refused = Object.fromEntries(ROSTER_FILES.map((file) => [file, new Set<string>()])) as Record<RosterFile, Set<string>>;
  private readonly filesRead = new Set<RosterFile>();
  private readonly facts = new Map<string, FileFacts>();
  private manifest: Manifest = { version: '1.1', modes: {} as Manifest['modes'] };
  private bytes = 0;
  private readonly index = new PeopleIndex();
  private persons = new Packed<RosterPerson>(PERSON, this.index);
  private readonly rolesOf = new Map<string, readonly string[]>();
  /** Line of each identifier, by kind of person. */
  private readonly identifiers = new Map<string, number>();

  constructor(
    private readonly files: readonly SourceFile[],
    private readonly recorded: Recorded,
    private readonly progress: (bytes: number) => void,
  ) {}

  async read(): Promise<Roster> {
    this.manifest = await readManifest(this.files, this.findings);
    const orgs = this.rooted(await this.orgs(), 'org');
    const terms = this.rooted(await this.terms(), 'term');
    const classes = await this.classes();
    const granted = await this.roles();
    const people = await this.people(granted);
    const enrolments = await this.enrolments(people);
    const demographics = await this.demographics(people);
    for (const file of this.files) {
      if (!this.facts.has(file.name)) this.facts.set(file.name, { name: file.name, bytes: file.bytes, sha256: await digestOf(file) });
    }
    return {
      version: this.manifest.version,
      modes: this.manifest.modes,
      files: [...this.facts.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
      orgs,
      terms,
      classes,
      people,
      enrolments,
      demographics,
      read: this.filesRead,
      refused: this.refused,
      findings: this.findings,
      doubts: this.doubts,
    };
  }

  /** Hands on every row of a file that can be taken and has a sourcedId of its own. False when there is nothing to read, or it was refused. */
  private async each<T extends Placed>(
    file: RosterFile,
    read: (reader: RowReader, placed: Placed) => T | undefined,
    take: (thing: T) => void,
  ): Promise<boolean> {
    const mode: FileMode = this.manifest.modes[file];
    const source = findFile(this.files, fileNameOf(file));
    if (mode === 'absent' || !source) return false;
    const { name } = source;
    const { required, optional, what } = COLUMNS[file];
    if (name !== fileNameOf(file)) {
      const why = `OneRoster writes this name ${fileNameOf(file)}; it was read all the same.`;
      this.findings.push({ file: name, line: 1, outcome: 'warning', what: 'file', why });
    }
    const lines = new Map<string, number>();
    const aside = KEPT_ASIDE[file] ?? NONE;
    const { taken, rows, sha256 } = await readCsv(source, required, [...COMMON, ...optional], this.findings, (row) => {
      const reader = new RowReader(name, row, what, this.findings);
      const sourcedId = reader.required('sourcedId', 255);
      if (sourcedId === '') return;
      const earlier = lines.get(sourcedId);
      if (earlier !== undefined) return this.again(reader, file, sourcedId, earlier);
      lines.set(sourcedId, row.line);
      reader.leaves = isEnding(reader);
      const extra = reader.extra(aside, this.shared);
      const thing = read(reader, { sourcedId, file: name, line: row.line, leaves: reader.leaves, extra });
      if (reader.refused) this.refused[file].add(sourcedId);
      else if (thing !== undefined) take(thing);
    });
    this.facts.set(name, { name, sha256, bytes: source.bytes, mode, rows });
    this.progress((this.bytes += source.bytes));
    if (taken) this.filesRead.add(file);
    return taken;
  }

  private async list<T extends Placed>(file: RosterFile, read: (reader: RowReader, placed: Placed) => T | undefined): Promise<T[]> {
    const things: T[] = [];
    return (await this.each(file, read, (thing) => things.push(thing))) ? things : [];
  }

  /** A sourcedId that stood in an earlier row of the file. Of a person it may be two people under one id: that is for somebody to look at. */
  private again(reader: RowReader, file: RosterFile, sourcedId: string, earlier: number): void {
    reader.refuse('sourcedId', `The same sourcedId stands on line ${earlier}; the first row was kept.`);
    const first = file === 'users' ? this.persons.get(sourcedId) : undefined;
    if (!first || (first.givenName === reader.row.value('givenName') && first.familyName === reader.row.value('familyName'))) return;
    const why = `Two people have this sourcedId: the other stands on line ${earlier}. Confirmed, the first is taken.`;
    this.doubt(first.file, reader.row.line, 'sourcedId', why);
  }

  private doubt(file: string, line: number, column: string, why: string): void {
    this.doubts.push({ file, line, column, outcome: 'stopped', what: 'person', why });
  }

  /** True for what a bulk file lists, or what a delta may take from the record. */
  private isThere(file: RosterFile, thing: Thing, sourcedId: string, taken: { has(sourcedId: string): boolean }): boolean {
    return taken.has(sourcedId) || (this.manifest.modes[file] !== 'bulk' && this.recorded.has(thing, sourcedId));
  }

  private taken: Record<'orgs' | 'academicSessions' | 'classes', ReadonlySet<string>> = {
    orgs: new Set(),
    academicSessions: new Set(),
    classes: new Set(),
  };

  private async orgs(): Promise<RosterOrg[]> {
    const orgs = await this.list('orgs', (reader, placed): RosterOrg => ({
      name: reader.required('name', 255),
      kind: reader.word('type', ORG_KINDS, 'keep') ?? 'school',
      identifier: reader.optional('identifier', 255),
      parent: reader.row.value('parentSourcedId'),
      ...placed,
    }));
    this.taken.orgs = new Set(orgs.map((org) => org.sourcedId));
    return orgs;
  }

  private async terms(): Promise<RosterTerm[]> {
    const terms = await this.list('academicSessions', (reader, placed): RosterTerm | undefined => {
      const start = reader.day('startDate', 'required');
      const end = reader.day('endDate', 'required');
      if (start !== undefined && end !== undefined && end < start) reader.refuse('endDate', 'The term ends before it starts.');
      const title = reader.required('title', 255);
      const kind = reader.word('type', TERM_KINDS, 'keep') ?? 'term';
      const parent = reader.row.value('parentSourcedId');
      const schoolYear = reader.optional('schoolYear', 10);
      if (placed.leaves) return { title, kind, start: start ?? NO_DAY, end: end ?? NO_DAY, ...placed };
      return start === undefined || end === undefined ? undefined : { title, kind, start, end, parent, schoolYear, ...placed };
    });
    this.taken.academicSessions = new Set(terms.map((term) => term.sourcedId));
    return terms;
  }

  /** Parents may stand further down in the same file: looked at once all of it is read. */
  private rooted<T extends Placed & { readonly parent?: string }>(things: readonly T[], thing: 'org' | 'term'): readonly T[] {
    const file = thing === 'org' ? 'orgs' : 'academicSessions';
    const why =
      thing === 'org'
        ? 'No org with this sourcedId is in orgs.csv; the reference was left out.'
        : 'No academic session with this sourcedId is in the file; the reference was left out.';
    return things.map((one) => {
      if (one.parent === undefined || this.isThere(file, thing, one.parent, this.taken[file])) return one;
      const what = thing === 'org' ? 'school' : 'term';
      this.findings.push({ file: one.file, line: one.line, column: 'parentSourcedId', outcome: 'warning', what, why });
      return { ...one, parent: undefined };
    });
  }

  private keepsOrg(reader: RowReader, column: string, org: string): boolean {
    if (this.isThere('orgs', 'org', org, this.taken.orgs)) return true;
    reader.warn(column, 'No org with this sourcedId is in orgs.csv; the reference was left out.');
    return false;
  }

  private async classes(): Promise<RosterClass[]> {
    const classes = await this.list('classes', (reader, placed): RosterClass => {
      const school = this.shared.text(reader.required('schoolSourcedId', 255));
      if (!placed.leaves && school !== '' && !this.isThere('orgs', 'org', school, this.taken.orgs))
        reader.refuse('schoolSourcedId', 'No org with this sourcedId is in orgs.csv: add the school or correct the reference.');
      const stated = reader.row.list('termSourcedIds');
      const terms = stated.filter((term) => this.isThere('academicSessions', 'term', term, this.taken.academicSessions));
      if (terms.length < stated.length)
        reader.warn('termSourcedIds', 'A term named here is not in academicSessions.csv; that reference was left out.');
      const subjects = reader.list('subjects', 120);
      const codes = reader.row.list('subjectCodes');
      if (codes.length > 0 && codes.length !== subjects.length)
        reader.warn('subjectCodes', 'There are not as many codes as subjects; the subjects were taken without codes.');
      return {
        title: reader.required('title', 255),
        kind: reader.word('classType', CLASS_KINDS, 'keep') ?? 'scheduled',
        school,
        location: reader.optional('location', 255),
        terms: this.shared.list(terms),
        periods: this.shared.list(reader.list('periods', 40)),
        subjects: this.shared.list(subjects),
        ...placed,
      };
    });
    this.taken.classes = new Set(classes.map((one) => one.sourcedId));
    return classes;
  }

  /** Who holds which role where, by 1.2's roles.csv. */
  private async roles(): Promise<ReadonlyMap<string, Granted>> {
    const granted = new Map<string, Granted>();
    const read = (reader: RowReader, placed: Placed): undefined => {
      const person = this.shared.text(reader.required('userSourcedId', 255));
      const role = reader.word('role', ROLES, 'refuse');
      const org = reader.required('orgSourcedId', 255);
      if (role === undefined && !placed.leaves) reader.refuse('role', 'This value is missing and must be given.');
      reader.day('beginDate', 'optional');
      reader.day('endDate', 'optional');
      if (reader.refused || role === undefined || person === '') return undefined;
      const { held = NONE, ended = NONE, orgs = NONE } = granted.get(person) ?? {};
      const place = org !== '' && !placed.leaves && this.keepsOrg(reader, 'orgSourcedId', org) ? [org] : NONE;
      granted.set(person, {
        line: granted.get(person)?.line ?? placed.line,
        file: placed.file,
        held: placed.leaves ? held : this.shared.list([...new Set([...held, role])]),
        ended: placed.leaves ? this.shared.list([...new Set([...ended, role])]) : ended,
        orgs: this.shared.list([...new Set([...orgs, ...place])]),
      });
      return undefined;
    };
    return (await this.each('roles', read, () => undefined)) ? granted : new Map();
  }

  private async people(granted: ReadonlyMap<string, Granted>): Promise<Packed<RosterPerson>> {
    const { version, modes } = this.manifest;
    const wholeRoles = modes.roles === 'bulk' || (version === '1.1' && modes.roles === 'absent') || modes.users === 'bulk';
    const tied: string[] = [];
    const read = (reader: RowReader, placed: Placed): RosterPerson => {
      const grants = granted.get(placed.sourcedId);
      const stated = reader.word('role', ROLES, 'refuse');
      const roles = this.shared.list([...new Set([...(stated === undefined ? NONE : [stated]), ...(grants?.held ?? NONE)])]);
      const rolesWhole = wholeRoles || (stated !== undefined && modes.roles === 'absent');
      const none = roles.length === 0 && (rolesWhole || !this.recorded.has('person', placed.sourcedId));
      if (none && !reader.refused && !placed.leaves) {
        const why = 'The person has no role: give one in users.csv (1.1) or roles.csv (1.2).';
        reader.refuse(version === '1.1' ? 'role' : 'sourcedId', why);
      }
      const primary = reader.row.value('primaryOrgSourcedId');
      const listed = [...reader.row.list('orgSourcedIds'), ...(primary === undefined ? NONE : [primary])];
      const orgs = listed.filter((org) => this.keepsOrg(reader, listed[0] === primary ? 'primaryOrgSourcedId' : 'orgSourcedIds', org));
      const enabled = reader.row.value('enabledUser');
      if (enabled !== undefined && !/^(true|false)$/i.test(enabled)) reader.warn('enabledUser', 'Neither true nor false; taken as true.');
      return {
        enabled: enabled === undefined || !/^false$/i.test(enabled),
        givenName: reader.required('givenName', 120),
        familyName: reader.required('familyName', 120),
        middleName: reader.optional('middleName', 120),
        preferredName: reader.optional('preferredGivenName', 120),
        identifier: reader.optional('identifier', 255),
        username: reader.optional('username', 120),
        email: reader.optional('email', 254),
        phone: reader.optional('phone', 60) ?? reader.optional('sms', 60),
        grades: this.shared.list(reader.list('grades', 20)),
        orgs: this.shared.list([...new Set([...orgs, ...(grants?.orgs ?? NONE)])]),
        roles,
        endedRoles: grants?.ended ?? NONE,
        rolesWhole,
        agents: this.shared.list(reader.row.list('agentSourcedIds')),
        ...placed,
      };
    };
    const take = (person: RosterPerson): void => {
      this.persons.put(person);
      if (person.rolesWhole) this.rolesOf.set(person.sourcedId, person.roles);
      if (person.agents.length > 0) tied.push(person.sourcedId);
      this.oneIdentifierEach(person);
    };
    if (!(await this.each('users', read, take))) {
      this.persons = new Packed<RosterPerson>(PERSON, this.index);
      this.rolesOf.clear();
      this.doubts.length = 0;
    }
    this.rolesOfNobody(granted);
    for (const sourcedId of tied) this.onlyKnownAgents(sourcedId);
    return this.persons;
  }

  private isNamedUser = (sourcedId: string): boolean => this.persons.has(sourcedId) || this.refused.users.has(sourcedId);

  private rolesOfNobody(granted: ReadonlyMap<string, Granted>): void {
    for (const [person, { file, line }] of granted) {
      if (this.isNamedUser(person)) continue;
      const unknown = this.manifest.modes.users === 'bulk' || !this.recorded.has('person', person);
      const why = unknown
        ? 'No user with this sourcedId is in users.csv: add the person or correct the reference.'
        : 'A change of roles is taken together with the person’s row: send it in users.csv of the same set.';
      this.findings.push({ file, line, column: 'userSourcedId', outcome: 'refused', what: 'role', why });
    }
  }

  /** The district’s own number of a person stands for one person: the same on two is a slip that would join or swap them. */
  private oneIdentifierEach({ identifier, leaves, roles, file, line }: RosterPerson): void {
    // A guardian often carries the child's number, and staff may be numbered on their own.
    const kind = roles.includes('student') ? 'student' : roles.some((role) => STAFF_ROLES.includes(role)) ? 'staff' : undefined;
    if (identifier === undefined || leaves || kind === undefined) return;
    const key = `${kind} ${identifier}`;
    const earlier = this.identifiers.get(key);
    if (earlier === undefined) this.identifiers.set(key, line);
    else
      this.doubt(
        file,
        line,
        'identifier',
        `Two people have this identifier: the other stands on line ${earlier}. Confirmed, both are taken.`,
      );
  }

  private onlyKnownAgents(sourcedId: string): void {
    const person = this.persons.get(sourcedId);
    if (!person) return;
    const agents = person.agents.filter((agent) => this.isThere('users', 'person', agent, { has: this.isNamedUser }));
    if (agents.length === person.agents.length) return;
    const why = 'A person named here is not in users.csv; that tie was left out.';
    const { file, line } = person;
    this.findings.push({ file, line, column: 'agentSourcedIds', outcome: 'warning', what: 'person', why });
    this.persons.put({ ...person, agents });
  }

  private async enrolments(people: Packed<RosterPerson>): Promise<PackedByPerson<RosterEnrolment>> {
    const enrolments = new PackedByPerson<RosterEnrolment>(ENROLMENT, this.index);
    const read = (reader: RowReader, placed: Placed): RosterEnrolment => {
      const group = reader.required('classSourcedId', 255);
      const person = reader.required('userSourcedId', 255);
      const stated = reader.word('role', ROLES, 'refuse');
      if (stated === undefined && !placed.leaves) reader.refuse('role', 'This value is missing and must be given.');
      const role = stated ?? '';
      if (!placed.leaves) {
        if (group !== '' && !this.isThere('classes', 'class', group, this.taken.classes))
          reader.refuse('classSourcedId', 'No class with this sourcedId could be taken from classes.csv: add it or correct the reference.');
        if (person !== '' && !this.isThere('users', 'person', person, people))
          reader.refuse('userSourcedId', 'No person with this sourcedId could be taken from users.csv: add them or correct the reference.');
        const roles = this.rolesOf.get(person);
        if (roles && role === 'student' && !roles.includes('student'))
          reader.refuse('role', 'The enrolment says student but the person is not a student in users.csv or roles.csv.');
        if (roles && role !== '' && role !== 'student' && !roles.some((held) => STAFF_ROLES.includes(held)))
          reader.refuse('role', 'The enrolment gives a class to a person who has no staff role in users.csv or roles.csv.');
      }
      const from = reader.day('beginDate', 'optional');
      const to = reader.day('endDate', 'optional');
      if (from !== undefined && to !== undefined && to < from)
        reader.warn('endDate', 'The enrolment ends before it begins; its days were left out.');
      const sound = from === undefined || to === undefined || from <= to;
      const school = reader.row.value('schoolSourcedId');
      const place = school !== undefined && !placed.leaves && this.keepsOrg(reader, 'schoolSourcedId', school) ? school : undefined;
      return {
        class: group,
        school: place,
        person,
        role,
        primary: /^true$/i.test(reader.row.value('primary') ?? ''),
        from: sound ? from : undefined,
        to: sound ? to : undefined,
        ...placed,
      };
    };
    const taken = await this.each('enrollments', read, (row) => enrolments.put(row));
    return taken ? enrolments : new PackedByPerson<RosterEnrolment>(ENROLMENT, this.index);
  }

  private async demographics(people: Packed<RosterPerson>): Promise<Packed<RosterDemographics>> {
    const demographics = new Packed<RosterDemographics>(DEMOGRAPHICS, this.index);
    const read = (reader: RowReader, placed: Placed): RosterDemographics => {
      if (!placed.leaves && !this.isThere('users', 'person', placed.sourcedId, people))
        reader.refuse('sourcedId', 'No person with this sourcedId could be taken from users.csv.');
      return { birthDate: reader.day('birthDate', 'optional'), sex: reader.optional('sex', 40), ...placed };
    };
    const taken = await this.each('demographics', read, (row) => demographics.put(row));
    return taken ? demographics : new Packed<RosterDemographics>(DEMOGRAPHICS, this.index);
  }
}

/** `tobedeleted`, and what 1.0 wrote for it. */
function isEnding(reader: RowReader): boolean {
  if (reader.row.value('status') === 'inactive') {
    reader.warn('status', 'OneRoster 1.0 wrote inactive; taken as tobedeleted.');
    return true;
  }
  return reader.word('status', ['active', 'tobedeleted'], 'keep') === 'tobedeleted';
}

/** What roles.csv says of one person. */
interface Granted {
  readonly file: string;
  readonly line: number;
  readonly held: readonly string[];
  readonly ended: readonly string[];
  readonly orgs: readonly string[];
}

/** Of a term that ends: nothing reads its days. */
const NO_DAY = '' as LocalDate;
