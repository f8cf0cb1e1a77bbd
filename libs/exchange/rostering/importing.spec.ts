import { staffDecider, staffStream } from '@case/people';
import { schoolStream, termStream } from '@case/schools';
import { studentDecider, studentStream } from '@case/students';
import { type CommandId, eventIdOf, type ImportId, type LocalDate, newId, type RecordedEvent } from '@foundation/kernel';
import { sampleContext, sampleMeta } from '@foundation/testing';
import { compareImports, pastImports } from './import-history';
import { type Csv, TestDistrict } from './testing';

const ORGS = 'sourcedId,status,name,type,parentSourcedId,metadata.color';
const TERMS = 'sourcedId,status,title,type,startDate,endDate,parentSourcedId,schoolYear';
const CLASSES = 'sourcedId,status,title,schoolSourcedId,termSourcedIds';
const USERS = 'sourcedId,status,orgSourcedIds,role,givenName,familyName,identifier,phone,agentSourcedIds,ext:bus';
const ENROLLMENTS = 'sourcedId,status,classSourcedId,userSourcedId,role,schoolSourcedId';
const DEMOGRAPHICS = 'sourcedId,status,birthDate,sex,asian';
const manifest = (modes: Readonly<Record<string, string>>, version = '1.1') => [
  'propertyName,value',
  `oneroster.version,${version}`,
  ...Object.entries(modes).map(([file, mode]) => `file.${file},${mode}`),
];
const BULK = manifest({
  orgs: 'bulk',
  academicSessions: 'bulk',
  classes: 'bulk',
  users: 'bulk',
  enrollments: 'bulk',
  demographics: 'bulk',
});

/** Two schools under a district, a year and a term over the summer, five people. */
const BASE = {
  manifest: BULK,
  orgs: [ORGS, 'wd,,Willow District,district,,', 'lin,,Lincoln,school,wd,teal', 'har,,Harbor,school,wd,'],
  academicSessions: [
    TERMS,
    'year,,2025-26,schoolYear,2025-08-25,2026-06-12,,2026',
    'summer,,Over the summer,term,2026-05-04,2026-09-18,year,2026',
  ],
  classes: [CLASSES, 'math,,Math 3A,lin,summer', 'art,,Art,har,year'],
  users: [
    USERS,
    'tar,,lin,teacher,Tobias,Tarrow,E1,,,',
    'ana,,lin,aide,Ana,Quillfeather,E2,,,',
    'sam,,"lin, har",student,Sam,Rivermoss,S1,,rita,12',
    'mia,,lin,student,Mia,Larkspindle,S2,,,',
    'rita,,,parent,Rita,Rivermoss,,555-0100,,',
  ],
  enrollments: [ENROLLMENTS, 'e1,,math,tar,teacher,lin', 'e2,,math,sam,student,lin', 'e3,,art,sam,student,har', 'e4,,math,mia,student,lin'],
  demographics: [DEMOGRAPHICS, 'sam,,2017-02-11,male,true', 'mia,,2017-05-30,female,'],
};

const without = (rows: readonly string[], ...sourcedIds: readonly string[]) =>
  rows.filter((row) => !sourcedIds.includes(row.split(',')[0] ?? ''));
const replaced = (rows: readonly string[], row: string) => rows.map((one) => (one.split(',')[0] === row.split(',')[0] ? row : one));

describe('importing a roster', () => {
  let district: TestDistrict;
  beforeEach(() => {
    district = new TestDistrict();
  });
  afterEach(() => district.close());

  const student = async (sourcedId: string) =>
    (await district.runner.load(studentDecider, studentStream(district.ids.student(sourcedId)))).state;
  const staff = async (sourcedId: string) => (await district.runner.load(staffDecider, staffStream(district.ids.person(sourcedId)))).state;
  const classesOf = async (sourcedId: string) =>
    Object.values((await staff(sourcedId)).classes).map((one) => (one as { class: string }).class);

  describe('in bulk', () => {
    it('takes several orgs, a term over the summer and a person in two schools', async () => {
      const { report, findings } = await district.import(BASE);
      expect(findings.filter(({ outcome }) => outcome !== 'created')).toEqual([]);
      expect(report).toMatchObject({ status: 'finished', counts: { refused: 0, warnings: 0, changed: 0, left: 0 } });
      const [lincoln] = await district.events(schoolStream(district.ids.school('lin')));
      expect(lincoln?.data).toMatchObject({ parent: district.ids.school('wd'), extra: { 'metadata.color': 'teal' } });
      const [summer] = await district.events(termStream(district.ids.term('summer')));
      expect(summer?.data).toMatchObject({ start: '2026-05-04', end: '2026-09-18', parent: district.ids.term('year') });
      expect((await student('sam')).facts.schools).toEqual([district.ids.school('lin'), district.ids.school('har')]);
      expect(Object.keys((await student('sam')).facts.enrolments)).toHaveLength(2);
    });

    it('seals what extensions and demographics say of a person, and keeps it', async () => {
      await district.import({ ...BASE, users: replaced(BASE.users, 'sam,,lin,student,Sam,Rivermoss,S1,,rita,bus twelve') });
      const { rostered, demographics } = await student('sam');
      expect(rostered?.extra).toEqual({ 'ext:bus': 'bus twelve' });
      expect(demographics).toMatchObject({ birthDate: '2017-02-11', sex: 'male', extra: { asian: 'true' } });
      const stored = await district.stored();
      expect(stored).toContain('teal');
      expect(stored).not.toMatch(/bus twelve|2017-02-11|"male"|Rivermoss|555-0100/);
    });

    it('records all that it adds to a child as one event, and all that it ends, and reports each by its own row', async () => {
      const note = [`${ENROLLMENTS},metadata.note`, ...BASE.enrollments.slice(1).map((row) => `${row},note of ${row.slice(0, 2)}`)];
      const { report, lines } = await district.import({ ...BASE, enrollments: note });
      const ofEnrolments = async () =>
        (await district.events(studentStream(district.ids.student('sam'))))
          .filter(({ type }) => type.endsWith('enrolled'))
          .map(({ type, data }) => [type, (data as { enrolments: object[] }).enrolments]);
      const [e2, e3] = [district.ids.enrolment('e2'), district.ids.enrolment('e3')];
      const stated = [
        expect.objectContaining({ enrolment: e2, extra: { 'metadata.note': 'note of e2' } }),
        expect.objectContaining({ enrolment: e3 }),
      ];
      expect(await ofEnrolments()).toEqual([['students.enrolled', stated]]);
      expect(await district.stored()).not.toContain('note of');
      expect(lines.filter((line) => line.startsWith('created enrolment')).sort()).toEqual(
        [2, 3, 4, 5].map((line) => `created enrolment enrollments.csv:${line}`),
      );
      expect(report.counts.created).toBe(lines.filter((line) => line.startsWith('created')).length);

      const gone = await district.import({ ...BASE, enrollments: without(note, 'e2', 'e3') });
      expect(gone.lines).toEqual(['left enrolment users.csv:4', 'left enrolment users.csv:4']);
      expect(gone.report.counts).toMatchObject({ created: 0, changed: 0, left: 2 });
      expect((await ofEnrolments())[1]).toEqual([
        'students.unenrolled',
        [
          { enrolment: e2, class: district.ids.class('math') },
          { enrolment: e3, class: district.ids.class('art') },
        ],
      ]);
    });

    it('gives teachers their classes, and takes the class from one whom no enrolment names any more', async () => {
      await district.import(BASE);
      expect(await classesOf('tar')).toEqual([district.ids.class('math')]);
      const { lines } = await district.import({ ...BASE, enrollments: without(BASE.enrollments, 'e1') });
      expect(lines).toEqual(['left enrolment users.csv:2']);
      expect(await classesOf('tar')).toEqual([]);
      expect((await staff('tar')).onRoster).toBe(true);
    });

    it('follows a person who changes role, without a question', async () => {
      await district.import(BASE);
      const { report, lines } = await district.import({ ...BASE, users: replaced(BASE.users, 'ana,,lin,teacher,Ana,Quillfeather,E2,,,') });
      expect([report.status, ...lines]).toEqual(['finished', 'changed staff member users.csv:3']);
      expect((await staff('ana')).rostered?.rosterRoles).toEqual(['teacher']);
    });

    it('marks a student who leaves and finds the same case when they return', async () => {
      await district.import(BASE);
      const target = { stream: studentStream(district.ids.student('mia')), student: district.ids.student('mia') };
      const open = { kind: 'open-case', student: target.student, on: '2025-09-01' as LocalDate } as const;
      await district.runner.handle(studentDecider, target, open, sampleContext());
      const gone = await district.import(
        {
          ...BASE,
          users: without(BASE.users, 'mia'),
          enrollments: without(BASE.enrollments, 'e4'),
          demographics: without(BASE.demographics, 'mia'),
        },
        { confirm: true },
      );
      expect(gone.lines).toEqual(expect.arrayContaining(['left student users.csv', 'left enrolment users.csv']));
      expect((await student('mia')).facts).toMatchObject({ onRoster: false, caseStatus: 'open', enrolments: {} });
      const back = await district.import(BASE);
      expect(back.lines).toEqual(expect.arrayContaining(['changed student users.csv:5', 'created enrolment enrollments.csv:5']));
      const { facts } = await student('mia');
      expect(facts).toMatchObject({ onRoster: true, caseStatus: 'open', caseSince: '2025-09-01', student: target.student });
      expect(Object.keys(facts.enrolments)).toEqual([district.ids.enrolment('e4')]);
    });

    it('ties guardians by either row, and unties them when neither says so any more', async () => {
      await district.import(BASE);
      const guardians = async () =>
        Object.values((await student('sam')).guardians).map(({ linked, content }) => ({
          linked,
          name: content.name,
          as: content.relationship,
        }));
      expect(await guardians()).toEqual([{ linked: true, name: 'Rita Rivermoss', as: 'parent' }]);
      const untied = replaced(BASE.users, 'sam,,"lin, har",student,Sam,Rivermoss,S1,,,12');
      const named = replaced(untied, 'rita,,,parent,Rita,Rivermoss,,555-0100,sam,');
      expect((await district.import({ ...BASE, users: named })).lines).toEqual([]);
      const { lines } = await district.import({ ...BASE, users: untied });
      expect(lines).toEqual(['warning guardian users.csv:6', 'left guardian users.csv:4']);
      expect(await guardians()).toEqual([{ linked: false, name: 'Rita Rivermoss', as: 'parent' }]);
      expect((await district.import(BASE)).lines).toEqual(['created guardian users.csv:6']);
    });

    it('makes no tie again that a person ended', async () => {
      await district.import(BASE);
      const target = { stream: studentStream(district.ids.student('sam')), student: district.ids.student('sam') };
      const end = {
        kind: 'unlink-guardian',
        student: target.student,
        guardian: district.ids.guardian('rita'),
        reason: 'By order of the court',
      } as const;
      await district.runner.handle(studentDecider, target, end, sampleContext());
      expect((await district.import(BASE)).lines).toEqual([]);
      expect(Object.values((await student('sam')).guardians).map(({ linked }) => linked)).toEqual([false]);
    });

    it('takes nobody for gone whose row, or whose enrolment’s row, has a fault', async () => {
      await district.import(BASE);
      const users = replaced(BASE.users, 'mia,,lin,student,,Larkspindle,S2,,,');
      const enrollments = replaced(BASE.enrollments, 'e3,,nowhere,sam,student,har');
      const { lines } = await district.import({ ...BASE, users, enrollments });
      expect(lines.filter((line) => line.startsWith('left'))).toEqual([]);
      expect((await student('mia')).facts.onRoster).toBe(true);
      expect(Object.keys((await student('mia')).facts.enrolments)).toHaveLength(1);
      expect(Object.keys((await student('sam')).facts.enrolments)).toHaveLength(2);
    });

    it('takes nobody for gone when users.csv cannot be read at all', async () => {
      await district.import(BASE);
      const { report, lines } = await district.import({ ...BASE, users: ['sourcedId,givenName', 'sam,Sam'] });
      expect(report.counts).toMatchObject({ left: 0 });
      expect(lines).toContain('refused file users.csv:1');
      expect((await student('sam')).facts.onRoster).toBe(true);
    });

    it('keeps a person who is staff and guardian both', async () => {
      const roles = ['sourcedId,userSourcedId,role,orgSourcedId', 'r1,tar,teacher,lin', 'r2,tar,guardian,lin', 'r3,sam,student,lin'];
      const users = [
        'sourcedId,givenName,familyName,agentSourcedIds,primaryOrgSourcedId',
        'tar,Tobias,Tarrow,,lin',
        'sam,Sam,Rivermoss,tar,lin',
      ];
      await district.import({ manifest: manifest({ orgs: 'bulk', users: 'bulk', roles: 'bulk' }, '1.2'), orgs: BASE.orgs, users, roles });
      expect((await staff('tar')).rostered?.rosterRoles).toEqual(['teacher']);
      expect(Object.values((await student('sam')).guardians).map(({ content }) => content.relationship)).toEqual(['guardian']);
    });
  });

  describe('as a delta', () => {
    const delta = (parts: Csv, version?: string): Csv => ({
      manifest: manifest(Object.fromEntries(Object.keys(parts).map((file) => [file, 'delta'])), version),
      ...parts,
    });

    it('changes what it names and leaves the rest', async () => {
      await district.import(BASE);
      const { lines } = await district.import(delta({ users: [USERS, 'mia,active,lin,student,Mia,Larkspindle,S2,555-0199,,'] }));
      expect(lines).toEqual(['changed student users.csv:2']);
      expect((await student('sam')).facts.onRoster).toBe(true);
      expect(Object.keys((await student('mia')).facts.enrolments)).toHaveLength(1);
    });

    it('lets go what it says is to be deleted, by the sourcedId alone', async () => {
      await district.import(BASE);
      const parts = {
        users: [USERS, 'ana,tobedeleted,,,,,,,,'],
        classes: [CLASSES, 'art,tobedeleted,,,'],
        enrollments: [ENROLLMENTS, 'e3,tobedeleted,,,,', 'e1,tobedeleted,,,,'],
      };
      const { report, lines } = await district.import(delta(parts), { confirm: true });
      expect(report.counts.refused).toBe(0);
      expect(lines.filter((line) => line.startsWith('left')).map((line) => line.replace(/ \S+$/, ''))).toEqual(
        expect.arrayContaining(['left class', 'left staff member', 'left enrolment']),
      );
      expect((await staff('ana')).onRoster).toBe(false);
      expect(Object.keys((await student('sam')).facts.enrolments)).toEqual([district.ids.enrolment('e2')]);
      expect(await classesOf('tar')).toEqual([]);
    });

    it('lets go by the sourcedId alone what an earlier release recorded as an event of its own', async () => {
      await district.import({ ...BASE, enrollments: without(BASE.enrollments, 'e2', 'e3') });
      const sam = district.ids.student('sam');
      const { revision } = (await district.events(studentStream(sam))).at(-1) as RecordedEvent;
      const rows = [
        { enrolment: district.ids.enrolment('e2'), class: district.ids.class('math'), school: district.ids.school('lin') },
        { enrolment: district.ids.enrolment('e3'), class: district.ids.class('art'), school: district.ids.school('har') },
      ];
      const meta = { ...sampleMeta, student: sam, commandId: newId<CommandId>() };
      await district.store.append(
        studentStream(sam),
        revision,
        rows.map((row, n) => ({
          id: eventIdOf(meta.commandId, n),
          type: 'students.enrolled',
          version: 1,
          data: { student: sam, ...row },
          meta,
        })),
      );
      expect((await district.import(BASE)).report.counts).toMatchObject({ created: 0, changed: 0, left: 0 });
      await district.import(delta({ enrollments: [ENROLLMENTS, 'e3,tobedeleted,,,,'] }));
      expect(Object.keys((await student('sam')).facts.enrolments)).toEqual([district.ids.enrolment('e2')]);
    });

    it('adds an enrolment and a birth date of people whom it does not repeat', async () => {
      await district.import(BASE);
      const parts = {
        enrollments: [ENROLLMENTS, 'e9,active,art,mia,student,har', 'e8,active,art,ana,aide,har'],
        demographics: [DEMOGRAPHICS, 'sam,active,2017-02-12,male,true'],
      };
      const { lines } = await district.import(delta(parts));
      expect([...lines].sort()).toEqual([
        'changed student demographics.csv:2',
        'created enrolment enrollments.csv:2',
        'created enrolment enrollments.csv:3',
      ]);
      expect(Object.keys((await student('mia')).facts.enrolments)).toHaveLength(2);
      expect(await classesOf('ana')).toEqual([district.ids.class('art')]);
      expect((await student('sam')).demographics?.birthDate).toBe('2017-02-12');
    });

    it('refuses references to what is neither in its files nor on the record', async () => {
      await district.import(BASE);
      const { findings } = await district.import(
        delta({
          enrollments: [
            ENROLLMENTS,
            'e9,active,nowhere,mia,student,har',
            'e8,active,art,nobody,student,har',
            'e7,active,art,tar,student,har',
          ],
        }),
      );
      expect(findings.map(({ outcome, line, column }) => `${outcome} ${line} ${column}`)).toEqual([
        'refused 2 classSourcedId',
        'refused 3 userSourcedId',
        'refused 4 userSourcedId',
      ]);
    });

    it('adds a role and keeps the others of a person (1.2)', async () => {
      await district.import(BASE);
      const users = ['sourcedId,status,givenName,familyName,identifier', 'ana,active,Ana,Quillfeather,E2'];
      const roles = ['sourcedId,status,userSourcedId,role,orgSourcedId', 'r9,active,ana,teacher,har'];
      await district.import(delta({ users, roles }, '1.2'));
      expect((await staff('ana')).rostered).toMatchObject({ rosterRoles: ['aide', 'teacher'] });
      expect([...((await staff('ana')).rostered?.schools ?? [])].sort()).toEqual(
        [district.ids.school('lin'), district.ids.school('har')].sort(),
      );
      await district.import(delta({ users, roles: [roles[0] ?? '', 'r0,tobedeleted,ana,aide,lin'] }, '1.2'));
      expect((await staff('ana')).rostered?.rosterRoles).toEqual(['teacher']);
    });

    it('may stand beside bulk files: classes whole, people as a delta, demographics absent', async () => {
      await district.import(BASE);
      const set = {
        manifest: manifest({ classes: 'bulk', users: 'delta', demographics: 'absent' }),
        classes: without(BASE.classes, 'art'),
        users: [USERS, 'new,active,lin,student,Nia,Newcomer,S9,,,'],
        demographics: [DEMOGRAPHICS],
      };
      const { lines } = await district.import(set);
      expect(lines).toEqual(['warning file manifest.csv:5', 'left class classes.csv', 'created student users.csv:2']);
      expect((await student('mia')).facts.onRoster).toBe(true);
    });
  });

  describe('stops before it records anything', () => {
    const stopped = async (csv: Csv): Promise<readonly string[]> => {
      const before = await district.store.head();
      const { report, findings } = await district.import(csv);
      expect(report.status).toBe('stopped');
      expect(await district.store.head()).toBe(before);
      const trial = await district.import(csv, { dryRun: true });
      expect(trial.findings.filter(({ outcome }) => outcome === 'stopped')).toHaveLength(report.doubts);
      return findings
        .filter(({ outcome }) => outcome === 'stopped')
        .map(({ file, line, column, why }) => `${file}:${line ?? ''} ${column ?? ''} ${why}`);
    };

    it('at a student who is a teacher now; confirmed, one leaves and the other begins', async () => {
      await district.import(BASE);
      const csv = {
        ...BASE,
        users: replaced(BASE.users, 'mia,,lin,teacher,Mia,Larkspindle,E9,,,'),
        enrollments: without(BASE.enrollments, 'e4'),
        demographics: without(BASE.demographics, 'mia'),
      };
      expect(await stopped(csv)).toEqual([expect.stringMatching(/^users\.csv:5 sourcedId This sourcedId was a student/)]);
      const { report } = await district.import(csv, { confirm: true });
      expect(report).toMatchObject({ status: 'finished', doubts: 1 });
      expect((await student('mia')).facts.onRoster).toBe(false);
      expect((await staff('mia')).onRoster).toBe(true);
      expect((await district.import(csv)).report).toMatchObject({
        status: 'finished',
        doubts: 0,
        counts: { changed: 0, created: 0, left: 0 },
      });
    });

    it('at a teacher who is a student now', async () => {
      await district.import(BASE);
      const users = replaced(BASE.users, 'ana,,lin,student,Ana,Quillfeather,E2,,,');
      expect(await stopped({ ...BASE, users })).toEqual([
        expect.stringMatching(/^users\.csv:3 sourcedId This sourcedId was a member of staff/),
      ]);
    });

    it('at a sourcedId that stands for obviously another child', async () => {
      await district.import(BASE);
      const users = replaced(BASE.users, 'sam,,lin,student,Otto,Fennimore,S77,,,');
      const demographics = replaced(BASE.demographics, 'sam,,2015-11-02,male,');
      expect(await stopped({ ...BASE, users, demographics })).toEqual([
        expect.stringMatching(/^users\.csv:4 sourcedId The record knows another person/),
      ]);
      await district.import({ ...BASE, users, demographics }, { confirm: true });
      expect((await student('sam')).rostered?.givenName).toBe('Otto');
    });

    it('not at a new family name, a chosen first name, or a corrected birth date', async () => {
      await district.import(BASE);
      let users = replaced(BASE.users, 'tar,,lin,teacher,Tobias,Marshlight,E55,,,');
      users = replaced(users, 'mia,,lin,student,Milo,Larkspindle,S2,,,');
      const demographics = replaced(BASE.demographics, 'sam,,2017-02-12,male,true');
      expect((await district.import({ ...BASE, users, demographics })).report.status).toBe('finished');
    });

    it('at two people with one identifier, and at two under one sourcedId', async () => {
      const twins = { ...BASE, users: [...BASE.users, 'zoe,,lin,student,Zoe,Ashgrove,S2,,,', 'ana,,lin,aide,Other,Person,E7,,,'] };
      expect(await stopped(twins)).toEqual([
        expect.stringMatching(/^users\.csv:7 identifier .*line 5/),
        expect.stringMatching(/^users\.csv:8 sourcedId .*line 3/),
      ]);
      const { report } = await district.import(twins, { confirm: true });
      expect(report.status).toBe('finished');
      expect((await student('zoe')).facts.onRoster).toBe(true);
      expect((await staff('ana')).rostered?.givenName).toBe('Ana');
    });

    it('at a file that would drop more than a fifth of the people, in bulk or as a delta', async () => {
      await district.import(BASE);
      const cut = {
        ...BASE,
        users: without(BASE.users, 'mia'),
        enrollments: without(BASE.enrollments, 'e4'),
        demographics: without(BASE.demographics, 'mia'),
      };
      expect(await stopped(cut)).toEqual([expect.stringMatching(/^users\.csv: {2}1 of 4 people \(25 %\)/)]);
      expect(await stopped({ ...BASE, users: [USERS], enrollments: [ENROLLMENTS], demographics: [DEMOGRAPHICS] })).toEqual([
        expect.stringMatching(/4 of 4 people \(100 %\)/),
      ]);
      expect(await stopped({ manifest: manifest({ users: 'delta' }), users: [USERS, 'mia,tobedeleted,,,,,,,,'] })).toEqual([
        expect.stringMatching(/^users\.csv:2 {2}1 of 4 people/),
      ]);
      expect((await student('mia')).facts.onRoster).toBe(true);
    });

    it('not at exactly a fifth', async () => {
      await district.import({ ...BASE, users: [...BASE.users, 'kof,,har,student,Kofi,Braeburn,S5,,,'] });
      expect((await district.import(BASE)).report).toMatchObject({ status: 'finished', counts: { left: 1 } });
    });
  });

  it('says on a dry run exactly what it then does', async () => {
    const dry = await district.import(BASE, { dryRun: true });
    expect(await district.store.head()).toBe(0n);
    const real = await district.import(BASE);
    expect(real.report.counts).toEqual(dry.report.counts);
    expect([...real.lines].sort()).toEqual([...dry.lines].sort());
  });

  it('adds nothing twice when the same import is begun again', async () => {
    const id = newId<ImportId>();
    await district.import(BASE, { import: id });
    const before = await district.store.head();
    await district.import(BASE, { import: id });
    expect(await district.store.head()).toBe(before);
  });

  it('is on the record with files, digests and counts, beside the one before', async () => {
    await district.import(BASE);
    await district.import({ ...BASE, users: without(BASE.users, 'mia') }, { confirm: true });
    const [first, second] = await pastImports(district.store);
    if (!first || !second) throw new Error('There are two imports');
    expect(first).toMatchObject({ by: 'system', status: 'finished', confirmed: false, version: '1.1' });
    expect(second.confirmed).toBe(true);
    expect(first.files.find(({ name }) => name === 'users.csv')).toMatchObject({
      mode: 'bulk',
      rows: 5,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    const { files, counts } = compareImports(first, second);
    expect(files.filter(({ change }) => change !== 'same')).toEqual([
      expect.objectContaining({ name: 'users.csv', change: 'changed', rows: 4, rowsBefore: 5 }),
    ]);
    expect(counts).toMatchObject({ left: { before: 0, now: second.counts?.left }, created: { before: first.counts?.created, now: 0 } });
    expect(second.counts?.left).toBeGreaterThan(0);
  });
});
