import { createWriteStream, mkdirSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';

/** A small generator of chance: the same seed gives the same roster. */
function chanceOf(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 4_294_967_296) * below);
  };
}

const GIVEN = [
  'Ada',
  'Bram',
  'Cleo',
  'Dov',
  'Esme',
  'Finn',
  'Greta',
  'Hugo',
  'Inés',
  'Jory',
  'Kofi',
  'Leo',
  'Mia',
  'Nils',
  'Otis',
  'Priya',
];
const FAMILY = [
  'Ashgrove',
  'Braeburn',
  'Cloverly',
  'Dovecote',
  'Elmwood',
  'Fernsby',
  'Glenhollow',
  'Hartwell',
  'Ivydale',
  'Juniper',
  'Larkin',
];

/** Writes a 1.1 set of that many people into a folder: 84 % students, 6 % staff, 10 % guardians, three classes for each student. */
export async function writeRoster(folder: string, people: number, seed = 1): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const chance = chanceOf(seed);
  const staff = Math.round(people * 0.06);
  const guardians = Math.round(people * 0.1);
  const students = people - staff - guardians;
  const schools = Math.max(1, Math.round(students / 700));
  const classes = Math.max(3, Math.round(students / 8));

  const file = async (name: string, header: string, rows: Iterable<string>): Promise<void> => {
    const out = createWriteStream(join(folder, `${name}.csv`));
    let page = `${header}\r\n`;
    for (const row of rows) {
      page += `${row}\r\n`;
      if (page.length > 65_536) {
        if (!out.write(page)) await once(out, 'drain');
        page = '';
      }
    }
    out.end(page);
    await once(out, 'close');
  };
  const named = (): string => `${GIVEN[chance(GIVEN.length)]},${FAMILY[chance(FAMILY.length)]}-${FAMILY[chance(FAMILY.length)]}`;
  const schoolOf = (index: number): string => `org-${index % schools}`;
  const day = (year: number): string => `${year}-${String(1 + chance(12)).padStart(2, '0')}-${String(1 + chance(28)).padStart(2, '0')}`;

  const parts = ['academicSessions', 'classes', 'demographics', 'enrollments', 'orgs', 'users'];
  await file('manifest', 'propertyName,value', [
    'manifest.version,1.0',
    'oneroster.version,1.1',
    ...parts.map((part) => `file.${part},bulk`),
  ]);
  await file('orgs', 'sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId', [
    'org-district,,,Willow District,district,WD,',
    ...Array.from({ length: schools }, (_, n) => `org-${n},,,School ${n},school,S${n},org-district`),
  ]);
  await file('academicSessions', 'sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,schoolYear', [
    'year,,,2026-27,schoolYear,2026-08-24,2027-06-11,,2027',
    'fall,,,Fall,semester,2026-08-24,2027-01-15,year,2027',
  ]);
  await file(
    'classes',
    'sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods',
    (function* () {
      for (let n = 0; n < classes; n++)
        yield `class-${n},,,Class ${n},03,course-${n},C${n},scheduled,Room ${n % 60},${schoolOf(n)},fall,Mathematics,MAT,${n % 8}`;
    })(),
  );
  await file(
    'users',
    'sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password',
    (function* () {
      for (let n = 0; n < staff; n++)
        yield `staff-${n},,,true,${schoolOf(n)},${n % 3 === 0 ? 'aide' : 'teacher'},t${n},,${named()},,E${n},t${n}@willow.example,,,,,`;
      for (let n = 0; n < students; n++) {
        const agent = n < guardians ? `guardian-${n}` : '';
        yield `student-${n},,,true,${schoolOf(n)},student,s${n},,${named()},,S${n},s${n}@willow.example,,,${agent},0${1 + (n % 8)},`;
      }
      for (let n = 0; n < guardians; n++)
        yield `guardian-${n},,,true,${schoolOf(n)},parent,,,${named()},,,g${n}@home.example,,555-01${n % 100},,,`;
    })(),
  );
  await file(
    'enrollments',
    'sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate',
    (function* () {
      for (let n = 0; n < classes; n++) yield `teaches-${n},,,class-${n},${schoolOf(n)},staff-${n % staff},teacher,true,2026-08-24,`;
      for (let n = 0; n < students * 3; n++)
        yield `attends-${n},,,class-${n % classes},${schoolOf(n % classes)},student-${n % students},student,false,2026-08-24,`;
    })(),
  );
  await file(
    'demographics',
    'sourcedId,status,dateLastModified,birthDate,sex',
    (function* () {
      for (let n = 0; n < students; n++) yield `student-${n},,,${day(2009 + (n % 8))},${n % 2 ? 'male' : 'female'}`;
    })(),
  );
}
