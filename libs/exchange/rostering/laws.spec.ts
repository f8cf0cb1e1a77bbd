import fc from 'fast-check';
import { type Csv, TestDistrict } from './testing';

const ORGS = 'sourcedId,status,name,type';
const TERMS = 'sourcedId,status,title,type,startDate,endDate';
const CLASSES = 'sourcedId,status,title,schoolSourcedId,termSourcedIds';
const USERS = 'sourcedId,status,orgSourcedIds,role,givenName,familyName,identifier,agentSourcedIds,metadata.note';
const ENROLLMENTS = 'sourcedId,status,classSourcedId,userSourcedId,role';
const DEMOGRAPHICS = 'sourcedId,status,birthDate,sex';
const FILES = ['orgs', 'academicSessions', 'classes', 'users', 'enrollments', 'demographics'];
const manifest = (mode: string) => ['propertyName,value', 'oneroster.version,1.1', ...FILES.map((file) => `file.${file},${mode}`)];

const NAMES = ['Ada', 'Bram', 'Cleo', 'Dov', 'Esme'];

/** Small districts: some people, some classes, rows with and without faults. */
const rosters = fc
  .record({
    people: fc.array(
      fc.record({
        role: fc.constantFrom('student', 'student', 'student', 'teacher', 'aide', 'parent', 'wizard'),
        name: fc.constantFrom(...NAMES, ''),
        orgs: fc.subarray(['o0', 'o1', 'o9']),
        agents: fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 2 }),
        born: fc.constantFrom('2017-02-11', '2018-13-40', ''),
        note: fc.constantFrom('', 'likes trains'),
      }),
      { minLength: 1, maxLength: 10 },
    ),
    enrolments: fc.array(
      fc.record({
        class: fc.integer({ min: 0, max: 3 }),
        person: fc.integer({ min: 0, max: 10 }),
        role: fc.constantFrom('student', 'teacher'),
      }),
      { maxLength: 15 },
    ),
  })
  .map(({ people, enrolments }): Csv => ({
    manifest: manifest('bulk'),
    orgs: [ORGS, 'o0,,Lincoln,school', 'o1,,Harbor,school'],
    academicSessions: [TERMS, 't0,,Fall,term,2026-08-24,2027-01-15'],
    classes: [CLASSES, 'c0,,Math,o0,t0', 'c1,,Art,o1,t0', 'c2,,Music,o0,'],
    users: [
      USERS,
      ...people.map(
        ({ role, name, orgs, agents, note }, n) =>
          `u${n},,"${orgs.join(', ')}",${role},${name},Family${n},N${n},"${agents.map((agent) => `u${agent}`).join(',')}",${note}`,
      ),
    ],
    enrollments: [ENROLLMENTS, ...enrolments.map(({ class: group, person, role }, n) => `e${n},,c${group},u${person},${role}`)],
    demographics: [DEMOGRAPHICS, ...people.map(({ born }, n) => `u${n},,${born},`)],
  }));

const sourcedIds = (csv: Csv): readonly string[] =>
  Object.values(csv).flatMap((rows) => rows.slice(1).map((row) => row.split(',')[0] ?? ''));

const inDistrict = async <T>(work: (district: TestDistrict) => Promise<T>): Promise<T> => {
  const district = new TestDistrict();
  try {
    return await work(district);
  } finally {
    await district.close();
  }
};

/** Lists of a stream that are sets: their order follows the order of the rows. */
const asSets = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(asSets).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, asSets(inner)]));
};

describe('laws of importing', () => {
  it('rows in any order give the same streams', async () => {
    await fc.assert(
      fc.asyncProperty(rosters, fc.infiniteStream(fc.nat()), async (csv, chance) => {
        const shuffled = Object.fromEntries(
          Object.entries(csv).map(([file, [header = '', ...rows]]) => {
            const keyed = rows.map((row) => ({ row, key: Number(chance.next().value) }));
            return [file, [header, ...keyed.sort((a, b) => a.key - b.key).map(({ row }) => row)]];
          }),
        );
        const streamsOf = (set: Csv) =>
          inDistrict(async (district) => {
            await district.import(set, { confirm: true });
            return asSets(await district.streams(sourcedIds(csv)));
          });
        expect(await streamsOf(shuffled)).toEqual(await streamsOf(csv));
      }),
      { numRuns: 25 },
    );
  }, 60_000);

  it('importing twice changes nothing, and an equal delta after it neither', async () => {
    await fc.assert(
      fc.asyncProperty(rosters, async (csv) =>
        inDistrict(async (district) => {
          const quiet = { created: 0, changed: 0, left: 0 };
          await district.import(csv, { confirm: true });
          expect((await district.import(csv, { confirm: true })).report.counts).toMatchObject(quiet);
          expect((await district.import({ ...csv, manifest: manifest('delta') }, { confirm: true })).report.counts).toMatchObject(quiet);
        }),
      ),
      { numRuns: 40 },
    );
  }, 60_000);

  it('whatever the second roster says, its outcome is that of the second alone for everybody in it', async () => {
    await fc.assert(
      fc.asyncProperty(rosters, rosters, async (first, second) =>
        inDistrict(async (district) => {
          await district.import(first, { confirm: true });
          await district.import(second, { confirm: true });
          const again = await district.import(second, { confirm: true });
          expect(again.report.counts).toMatchObject({ created: 0, changed: 0, left: 0 });
        }),
      ),
      { numRuns: 40 },
    );
  }, 60_000);
});
