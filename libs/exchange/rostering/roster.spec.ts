import fc from 'fast-check';
import { Readable } from 'node:stream';
import { join } from 'node:path';
import type { Finding } from './findings';
import { openFolder } from './folder';
import { readRoster } from './roster';
import { bufferFile, textFile } from './source-file';

const folder = (name: string) => join(__dirname, '../../../test/rosters', name);
const place = ({ outcome, file, line, column }: Finding) => `${outcome} ${file}:${line}${column ? ` ${column}` : ''}`;

describe('reading a OneRoster 1.1 set', () => {
  const reading = openFolder(folder('lincoln-v1p1')).then(({ files }) => readRoster(files));

  it('takes every row that can be taken', async () => {
    const roster = await reading;
    expect(roster.version).toBe('1.1');
    expect(roster.orgs.map((org) => org.name)).toEqual(['Willowbrook Unified', 'Lincoln Elementary', 'Harbor Middle School']);
    expect(roster.terms).toHaveLength(3);
    expect(roster.classes.map((one) => one.sourcedId)).toEqual(['cls-math-3a', 'cls-reading-3a', 'cls-home-3a', 'cls-art-3', 'cls-sci-6']);
    expect(roster.people.size).toBe(13);
    expect(roster.enrolments.size).toBe(11);
  });

  it('names each fault by file, line and column', async () => {
    expect((await reading).findings.map(place)).toEqual([
      'warning classes.csv:5 termSourcedIds',
      'warning classes.csv:5 classType',
      'refused classes.csv:7 schoolSourcedId',
      'refused users.csv:15 role',
      'refused users.csv:16 givenName',
      'warning users.csv:13 agentSourcedIds',
      'refused enrollments.csv:13 classSourcedId',
      'refused enrollments.csv:14 role',
      'warning demographics.csv:3 birthDate',
    ]);
  });

  it('keeps no password and trims lists', async () => {
    const roster = await reading;
    expect(JSON.stringify([...roster.people])).not.toMatch(/Plaintext-Secret|hunter2/);
    expect(roster.classes[0]).toMatchObject({ terms: ['term-fall', 'term-spring'], periods: ['1', '2'] });
    expect(roster.people.get('usr-ines')?.givenName).toBe('Inés "Nessa"');
  });

  it('repeats nobody’s values in what it reports', async () => {
    const text = JSON.stringify((await reading).findings);
    expect(text).not.toMatch(/Rivermoss|wizard|usr-|2018/);
  });
});

describe('reading a OneRoster 1.2 set', () => {
  const reading = openFolder(folder('lincoln-v1p2')).then(({ files }) => readRoster(files));

  it('finds roles in their own file and columns wherever they stand', async () => {
    const roster = await reading;
    expect(roster.version).toBe('1.2');
    expect([...roster.people].map(({ sourcedId, roles, orgs }) => ({ sourcedId, roles, orgs }))).toEqual([
      { sourcedId: 'usr-tarrow', roles: ['teacher', 'guardian'], orgs: ['org-lincoln'] },
      { sourcedId: 'usr-sam', roles: ['student'], orgs: ['org-lincoln'] },
      { sourcedId: 'usr-rita', roles: ['parent'], orgs: ['org-lincoln'] },
    ]);
    expect(roster.orgs[0]).toMatchObject({ name: 'Lincoln Elementary', sourcedId: 'org-lincoln' });
  });

  it('reports the person without a role and the role without a person', async () => {
    expect((await reading).findings.map(place)).toEqual(['refused users.csv:5 sourcedId', 'refused roles.csv:6 userSourcedId']);
  });
});

describe('files that are not what they should be', () => {
  const users = 'sourcedId,givenName,familyName,role\n';
  const read = async (content: string, manifest?: string) => {
    const roster = await readRoster([
      textFile('users.csv', content),
      ...(manifest === undefined ? [] : [textFile('manifest.csv', manifest)]),
    ]);
    return { people: [...roster.people], findings: roster.findings, doubts: roster.doubts };
  };

  it('an unclosed quotation mark refuses the file and names the line', async () => {
    const { people, findings } = await read(`${users}u0,Mia,Larkspindle,student\nu1,"Sam,Rivermoss,student\n`);
    expect(people).toEqual([]);
    expect(findings.map(place)).toContainEqual(expect.stringMatching(/^refused users\.csv:/));
  });

  it('a missing required column refuses the file', async () => {
    const { people, findings } = await read('sourcedId,givenName,role\nu1,Sam,student\n');
    expect(people).toEqual([]);
    expect(findings.map(place)).toContain('refused users.csv:1 familyName');
  });

  it.each([
    ['semicolons', ';'],
    ['tabs', '\t'],
  ])('columns divided by %s are told as that, once, not as columns that are missing', async (called, mark) => {
    const { people, findings } = await read(`${users}u1,"Sam, Jr.",Rivermoss,student\n`.replaceAll(',', mark));
    expect(people).toEqual([]);
    const refused = findings.filter(({ file }) => file === 'users.csv');
    expect(refused.map(place)).toEqual(['refused users.csv:1']);
    expect(refused[0]?.why).toContain(`divided by ${called}: save the file with commas`);
  });

  it.each([
    ['breaks off further down', 'propertyName,value\nfile.users,bulk\n"file.orgs,bulk\n'],
    ['is divided by semicolons', 'propertyName;value\nfile.users;bulk\n'],
  ])('a manifest that %s is refused as a whole: no file is read by half of it', async (_, manifest) => {
    const roster = await readRoster([textFile('users.csv', `${users}u1,Sam,Rivermoss,student\n`), textFile('manifest.csv', manifest)]);
    expect([[...roster.people], roster.modes.users, roster.read.size]).toEqual([[], 'absent', 0]);
    expect(roster.findings.filter(({ outcome }) => outcome === 'refused').map(({ file, what }) => [file, what])).toEqual([
      ['manifest.csv', 'file'],
    ]);
  });

  const broken = '"never closed,,\n';

  it('a roles.csv that is refused gives nobody a part of their roles: people keep those on the record', async () => {
    const roster = await readRoster([
      textFile('users.csv', 'sourcedId,givenName,familyName\nu1,Sam,Rivermoss\nu2,Mia,Larkspindle\n'),
      textFile('roles.csv', `sourcedId,userSourcedId,role,orgSourcedId\nr1,u1,student,o1\n${broken}`),
    ]);
    expect([[...roster.people], [...roster.refused.users], roster.read.has('roles')]).toEqual([[], ['u1', 'u2'], false]);
  });

  it('a users.csv that is refused further down leaves neither doubts nor roles of what stood before', async () => {
    const twins = 'sourcedId,givenName,familyName,role,identifier\nu1,Sam,Rivermoss,student,7\nu2,Mia,Larkspindle,student,7\n';
    const manifest = 'propertyName,value\nfile.users,delta\nfile.enrollments,delta\n';
    const enrolments = 'sourcedId,classSourcedId,userSourcedId,role\ne1,c1,u1,teacher\n';
    const roster = await readRoster([
      textFile('manifest.csv', manifest),
      textFile('users.csv', `${twins}${broken}`),
      textFile('enrollments.csv', enrolments),
    ]);
    expect([[...roster.people], roster.doubts]).toEqual([[], []]);
    expect(roster.enrolments.of('u1').map(({ sourcedId, role }) => [sourcedId, role])).toEqual([['e1', 'teacher']]);
  });

  it('the same sourcedId twice keeps the first; with other names it is for somebody to look at', async () => {
    const { people, findings, doubts } = await read(
      `${users}u1,Sam,Rivermoss,student\nu1,Other,Person,student\nu1,Sam,Rivermoss,student\n`,
    );
    expect(people.map((person) => person.givenName)).toEqual(['Sam']);
    expect(findings.map(place)).toEqual(expect.arrayContaining(['refused users.csv:3 sourcedId', 'refused users.csv:4 sourcedId']));
    expect(doubts.map(place)).toEqual(['stopped users.csv:3 sourcedId']);
  });

  it('an empty file, a lone header and line breaks inside cells are no fault', async () => {
    expect((await read('')).people).toEqual([]);
    expect((await read(users)).people).toEqual([]);
    const { people, findings } = await read(`${users}u1,"Sam\r\nJory",Rivermoss,student\r\n\r\nu2,Mia,Larkspindle,wizard\r\n`);
    expect(people.map(({ givenName }) => givenName)).toEqual(['Sam\nJory']);
    expect(findings.map(place)).toContain('refused users.csv:5 role');
  });

  it('letters of another encoding refuse the file and name the line, so that nobody’s name is spoilt', async () => {
    const rows = Buffer.from(`${users}u1,"Sam\r\nJory",Rivermoss,student\r\n`);
    const windows = Buffer.from('u2,In\xe9s,Dovecote,student\nu3,C,D,student\n', 'latin1');
    const excel = Buffer.from(`\uFEFF${users}u1,Inés,Dovecote,student\n`, 'utf16le');
    const cutShort = Buffer.from(`${users}u1,C,Ż`).subarray(0, -1);
    const sets = [
      [Buffer.concat([rows, windows]), 4],
      [excel, 1],
      [cutShort, 2],
    ] as const;
    for (const [content, line] of sets) {
      const { people, findings } = await readRoster([bufferFile('users.csv', content)]);
      expect([...people]).toEqual([]);
      expect(findings.map(place)).toContain(`refused users.csv:${line}`);
      expect(findings.find(({ outcome }) => outcome === 'refused')?.why).toContain('CSV UTF-8');
    }
  });

  it('a file that the manifest does not name is not read', async () => {
    const manifest = 'propertyName,value\noneroster.version,1.1\nfile.orgs,bulk\n';
    const { people, findings } = await read(`${users}u1,Sam,Rivermoss,student\n`, manifest);
    expect(people).toEqual([]);
    expect(findings.map(place)).toEqual(['refused manifest.csv:3 value', 'warning manifest.csv:1 value']);
  });

  it('columns in any order, old line ends and a byte order mark read the same', async () => {
    const rows = [
      ['sourcedId', 'givenName', 'familyName', 'role', 'ext:bus'],
      ['u1', 'Inés', 'Dovecote', 'student', '7'],
    ];
    const text = (order: readonly number[], end: string) => rows.map((row) => order.map((at) => row[at]).join(',') + end).join('');
    const { people: plain } = await read(text([0, 1, 2, 3, 4], '\n'));
    expect(plain[0]).toMatchObject({ givenName: 'Inés', extra: { 'ext:bus': '7' } });
    for (const end of ['\r\n', '\r']) expect((await read(`\uFEFF${text([4, 2, 0, 3, 1], end)}`)).people).toEqual(plain);
  });

  it('an unknown column is reported once, however many rows there are', async () => {
    const { findings } = await read('sourcedId,givenName,familyName,role,shoeSize\nu1,A,B,student,7\nu2,C,D,student,8\n');
    expect(findings.filter(({ column }) => column === 'shoeSize').map(place)).toEqual(['warning users.csv:1 shoeSize']);
  });

  it('what is too long for the record is refused or left out where it stands', async () => {
    const long = 'x'.repeat(300);
    const { people, findings } = await read(`sourcedId,givenName,familyName,role,email\nu1,${long},B,student,\nu2,C,D,student,${long}\n`);
    expect(people.map(({ sourcedId, email }) => ({ sourcedId, email }))).toEqual([{ sourcedId: 'u2', email: undefined }]);
    expect(findings.map(place)).toEqual(expect.arrayContaining(['refused users.csv:2 givenName', 'warning users.csv:3 email']));
  });

  it('law: however the bytes are cut into pages, the same rows with the same lines are read', async () => {
    const content = Buffer.from(
      '\uFEFFsourcedId,givenName,familyName,role\r\nu1,"Inés\r\n""N""",Dovecote,student\r\n\r\nu2,Żofia 🎈,李,student\r\nu3,C,D,student',
    );
    const whole = [...(await readRoster([bufferFile('users.csv', content)])).people];
    expect(whole.map(({ line }) => line)).toEqual([2, 5, 6]);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: content.length - 1 }), { maxLength: 12 }), async (cuts) => {
        const edges = [0, ...[...new Set(cuts)].sort((a, b) => a - b), content.length];
        const pages = edges.slice(1).map((end, index) => content.subarray(edges[index], end));
        const file = { name: 'users.csv', bytes: content.length, open: () => Readable.from(pages) };
        expect([...(await readRoster([file])).people]).toEqual(whole);
      }),
      { numRuns: 60 },
    );
  });
});
