import { join } from 'node:path';
import type { Finding } from './findings';
import { readFolder } from './folder';
import { readRoster } from './roster';

const folder = (name: string) => join(__dirname, '../../../test/rosters', name);
const place = ({ outcome, file, line, column }: Finding) => `${outcome} ${file}:${line}${column ? ` ${column}` : ''}`;

describe('reading a OneRoster 1.1 set', () => {
  const reading = readFolder(folder('lincoln-v1p1')).then(readRoster);

  it('takes every row that can be taken', async () => {
    const roster = await reading;
    expect(roster.version).toBe('1.1');
    expect(roster.orgs.map((org) => org.name)).toEqual(['Willowbrook Unified', 'Lincoln Elementary', 'Harbor Middle School']);
    expect(roster.terms).toHaveLength(3);
    expect(roster.classes.map((one) => one.sourcedId)).toEqual(['cls-math-3a', 'cls-reading-3a', 'cls-home-3a', 'cls-art-3', 'cls-sci-6']);
    expect(roster.people).toHaveLength(13);
    expect(roster.enrolments).toHaveLength(11);
  });

  it('names each fault by file, line and column', async () => {
    expect((await reading).findings.map(place)).toEqual([
      'warning classes.csv:5 termSourcedIds',
      'warning classes.csv:5 classType',
      'refused classes.csv:7 schoolSourcedId',
      'warning users.csv:13 agentSourcedIds',
      'refused users.csv:15 role',
      'refused users.csv:16 givenName',
      'refused enrollments.csv:13 classSourcedId',
      'refused enrollments.csv:14 role',
      'warning demographics.csv:3 birthDate',
    ]);
  });

  it('keeps no password and trims lists', async () => {
    const roster = await reading;
    expect(JSON.stringify(roster)).not.toMatch(/Plaintext-Secret|hunter2/);
    expect(roster.classes[0]).toMatchObject({ terms: ['term-fall', 'term-spring'], periods: ['1', '2'] });
    expect(roster.people.find((person) => person.sourcedId === 'usr-ines')?.givenName).toBe('Inés "Nessa"');
  });

  it('repeats nobody’s values in what it reports', async () => {
    const text = JSON.stringify((await reading).findings);
    expect(text).not.toMatch(/Rivermoss|wizard|usr-|2018/);
  });
});

describe('reading a OneRoster 1.2 set', () => {
  const reading = readFolder(folder('lincoln-v1p2')).then(readRoster);

  it('finds roles in their own file and columns wherever they stand', async () => {
    const roster = await reading;
    expect(roster.version).toBe('1.2');
    expect(roster.people.map(({ sourcedId, roles, orgs }) => ({ sourcedId, roles, orgs }))).toEqual([
      { sourcedId: 'usr-tarrow', roles: ['teacher', 'guardian'], orgs: ['org-lincoln'] },
      { sourcedId: 'usr-sam', roles: ['student'], orgs: ['org-lincoln'] },
      { sourcedId: 'usr-rita', roles: ['parent'], orgs: ['org-lincoln'] },
    ]);
    expect(roster.orgs[0]).toMatchObject({ name: 'Lincoln Elementary', sourcedId: 'org-lincoln' });
  });

  it('reports the person without a role and the role without a person', async () => {
    expect((await reading).findings.map(place)).toEqual(['refused roles.csv:6 userSourcedId', 'refused users.csv:5 sourcedId']);
  });
});

describe('files that are not what they should be', () => {
  const users = 'sourcedId,givenName,familyName,role\n';
  const read = (content: string, manifest?: string) =>
    readRoster([{ name: 'users.csv', content }, ...(manifest === undefined ? [] : [{ name: 'manifest.csv', content: manifest }])]);

  it('an unclosed quotation mark refuses the file and names the line', () => {
    const { people, findings } = read(`${users}u1,"Sam,Rivermoss,student\n`);
    expect(people).toEqual([]);
    expect(findings.map(place)).toContainEqual(expect.stringMatching(/^refused users\.csv:/));
  });

  it('a missing required column refuses the file', () => {
    const { people, findings } = read('sourcedId,givenName,role\nu1,Sam,student\n');
    expect(people).toEqual([]);
    expect(findings.map(place)).toContain('refused users.csv:1 familyName');
  });

  it('the same sourcedId twice keeps the first', () => {
    const { people, findings } = read(`${users}u1,Sam,Rivermoss,student\nu1,Other,Person,student\n`);
    expect(people.map((person) => person.givenName)).toEqual(['Sam']);
    expect(findings.map(place)).toContain('refused users.csv:3 sourcedId');
  });

  it('an empty file, a lone header and line breaks inside cells are no fault', () => {
    expect(read('').people).toEqual([]);
    expect(read(users).people).toEqual([]);
    const { people, findings } = read(`${users}u1,"Sam\r\nJory",Rivermoss,student\r\n\r\nu2,Mia,Larkspindle,wizard\r\n`);
    expect(people).toHaveLength(1);
    expect(findings.map(place)).toContain('refused users.csv:5 role');
  });

  it('a file that the manifest does not name is not read', () => {
    const { people, findings } = read(`${users}u1,Sam,Rivermoss,student\n`, 'propertyName,value\noneroster.version,1.1\nfile.orgs,bulk\n');
    expect(people).toEqual([]);
    expect(findings.map(place)).toEqual(['refused manifest.csv:3 value', 'warning manifest.csv:1 value']);
  });
});
