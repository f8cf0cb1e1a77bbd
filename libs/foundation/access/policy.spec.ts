import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ClassId, type Discipline, id, type Role, ROLES, type SchoolId, type StaffId, TEAM_ROLES } from '@foundation/kernel';
import { decide } from './policy';
import { type Action, ACTIONS, type Actor, type Decision, type RecordTie, type Relation } from './policy.types';

/**
 * The whole policy. Above the line nothing is about one child; below it every cell is: without the tie it names, a child stays
 * hidden (404) or, where the role may know of the child, the answer is 403. `–` is never allowed.
 */
const TABLE = `
| action                    | administrator | coordinator | case-manager | teacher | therapist  | aide       | nurse          | auditor |
| accounts.manage           | yes           | –           | –            | –       | –          | –          | –              | –       |
| roles.manage              | yes           | –           | –            | –       | –          | –          | –              | –       |
| staff.read                | yes           | yes         | yes          | –       | –          | –          | –              | yes     |
| roster.import             | yes           | –           | –            | –       | –          | –          | –              | –       |
| jobs.manage               | yes           | –           | –            | –       | –          | –          | –              | –       |
| school.read               | yes           | yes         | yes          | yes     | yes        | yes        | yes            | yes     |
| student.add               | yes           | –           | –            | –       | –          | –          | –              | –       |
| student.list              | yes           | yes         | yes          | yes     | yes        | yes        | yes            | yes     |
| today.read                | –             | –           | yes          | yes     | yes        | yes        | yes            | –       |
| caseload.read             | –             | yes         | yes          | –       | yes        | –          | –              | yes     |
| changes.read              | yes           | yes         | yes          | yes     | yes        | yes        | yes            | yes     |
| messages.read             | yes           | yes         | yes          | yes     | yes        | yes        | yes            | yes     |
| student.read              | any           | school      | team         | team    | team       | team       | school or team | school  |
| student.erase             | any           | –           | –            | –       | –          | –          | –              | –       |
| case.open                 | –             | school      | team         | –       | –          | –          | –              | –       |
| profile.read              | –             | school      | team         | team    | team       | team       | school or team | school  |
| profile.write             | –             | –           | team         | –       | –          | –          | –              | –       |
| team.read                 | any           | school      | team         | team    | team       | team       | school or team | school  |
| team.write                | any           | school      | team         | –       | –          | –          | –              | –       |
| guardian.write            | –             | school      | team         | –       | –          | –          | –              | –       |
| plan.read                 | –             | school      | team         | team    | team       | team       | team           | school  |
| plan.write                | –             | –           | team         | –       | –          | –          | –              | –       |
| plan.acknowledge          | –             | –           | team         | team    | team       | team       | team           | –       |
| progress.read             | –             | school      | team         | team    | team       | –          | –              | school  |
| timeline.read             | –             | school      | team         | team    | team       | team       | –              | school  |
| history.read              | –             | school      | team         | –       | –          | –          | –              | school  |
| reads.read                | any           | school      | team         | –       | –          | –          | –              | school  |
| export.request            | –             | school      | team         | –       | –          | –          | –              | –       |
| export.read               | –             | school      | team         | –       | –          | –          | –              | –       |
| observation.write         | –             | –           | team         | team    | team       | team       | –              | –       |
| accommodation-entry.write | –             | –           | team         | team    | –          | team       | –              | –       |
| session.write             | –             | –           | –            | –       | discipline | –          | –              | –       |
| record.correct            | –             | school      | team         | own     | own        | own 7 days | –              | –       |
| record.void               | –             | school      | team         | own     | own        | own 7 days | –              | –       |
| record.dispute            | –             | school      | team         | team    | team       | –          | –              | –       |
`;

const rowsOf = (markdown: string): string[][] =>
  markdown
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\|[\s:|-]+$/.test(line))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll('`', '')),
    );

const [header = [], ...rows] = rowsOf(TABLE);
const cells = rows.flatMap(([action, ...row]) =>
  row.map((cell, index) => ({ action: action as Action, role: header[index + 1] as Role, cell })),
);

const school = id<SchoolId>('5f0c1c5e-0f5b-5c59-9f0e-0c7d5d1c0a01');
const math = id<ClassId>('5f0c1c5e-0f5b-5c59-9f0e-0c7d5d1c0a03');
const art = id<ClassId>('5f0c1c5e-0f5b-5c59-9f0e-0c7d5d1c0a04');
const actor = (role: Role): Actor => ({
  staff: id<StaffId>('7a1b0c5e-0f5b-5c59-9f0e-0c7d5d1c0b01'),
  role,
  schools: [school],
  ...(role === 'therapist' && { discipline: 'speech' }),
});
const member = (role: Role, covering = false): Relation['team'] => {
  const teamRole = TEAM_ROLES.find((one) => one === role);
  return teamRole ? [{ role: teamRole, classes: [math], covering, ...(role === 'therapist' && { discipline: 'speech' }) }] : [];
};
const another = (role: Role) => member(role === 'aide' ? 'teacher' : 'aide');

/** Every way in which an actor may be tied to a child. */
const relations: Readonly<Record<string, (role: Role) => Relation | undefined>> = {
  'no such child': () => undefined,
  stranger: () => ({ team: [], sameSchool: false }),
  'same school': () => ({ team: [], sameSchool: true }),
  'on the team': (role) => ({ team: member(role), sameSchool: false }),
  'covering today': (role) => ({ team: member(role, true), sameSchool: false }),
  'on the team in another role': (role) => ({ team: another(role), sameSchool: false }),
  'on the team of the same school': (role) => ({ team: member(role), sameSchool: true }),
  'in another role at the same school': (role) => ({ team: another(role), sameSchool: true }),
};
const ties: Readonly<Record<string, RecordTie | undefined>> = {
  'no record': undefined,
  'own record of today': { own: true, ageDays: 0 },
  'own record of 7 days ago': { own: true, ageDays: 7 },
  'own record of 8 days ago': { own: true, ageDays: 8 },
  'another’s record': { own: false, ageDays: 0 },
  'session of the own discipline': { own: true, ageDays: 0, discipline: 'speech' },
  'session of another discipline': { own: true, ageDays: 0, discipline: 'occupational' },
};

function expected(
  cell: string,
  role: Role,
  childBound: boolean,
  relation: Relation | undefined,
  tie: RecordTie | undefined,
): Decision['kind'] {
  if (!childBound) return cell === 'yes' ? 'allow' : 'forbid';
  const onTeam = relation?.team.some((one) => one.role === role) ?? false;
  const sameSchool = relation?.sameSchool ?? false;
  const mayKnow: Record<Role, boolean> = {
    administrator: true,
    coordinator: sameSchool,
    'case-manager': onTeam,
    teacher: onTeam,
    therapist: onTeam,
    aide: onTeam,
    nurse: sameSchool || onTeam,
    auditor: sameSchool,
  };
  if (!relation || !mayKnow[role]) return 'hide';
  const met: Record<string, boolean> = {
    any: true,
    school: sameSchool,
    team: onTeam,
    'school or team': sameSchool || onTeam,
    own: onTeam && tie?.own === true,
    'own 7 days': onTeam && tie?.own === true && tie.ageDays <= 7,
    discipline: onTeam && tie?.discipline === 'speech',
  };
  return met[cell] ? 'allow' : 'forbid';
}

describe('the policy', () => {
  it('has a cell for every action and every role', () => {
    expect(new Set(rows.map(([action]) => action))).toEqual(new Set(ACTIONS));
    expect(header.slice(1)).toEqual([...ROLES]);
    expect(cells).toHaveLength(ACTIONS.length * ROLES.length);
  });

  const firstOfChild = rows.findIndex(([action]) => action === 'student.read');
  it.each(cells)('$action as $role: $cell', ({ action, role, cell }) => {
    const childBound = rows.findIndex(([row]) => row === action) >= firstOfChild;
    for (const [who, relationOf] of Object.entries(relations)) {
      for (const [what, tie] of Object.entries(ties)) {
        const relation = relationOf(role);
        expect([who, what, decide(actor(role), action, relation, tie).kind]).toEqual([
          who,
          what,
          expected(cell, role, childBound, relation, tie),
        ]);
      }
    }
  });

  it('is the table of the README', () => {
    const readme = rowsOf(readFileSync(join(__dirname, 'README.md'), 'utf8')).filter((row) => row.length === header.length);
    expect(readme).toEqual([header, ...rows]);
  });
});

describe('what a reader sees', () => {
  const scope = (role: Role, relation: Relation, action: Action = 'student.read') => {
    const decision = decide(actor(role), action, relation);
    return decision.kind === 'allow' ? decision.scope : decision;
  };
  const team = (role: Role): Relation => ({ team: member(role), sameSchool: true });

  it('is the whole record for coordinator, case manager, therapist and auditor', () => {
    for (const role of ['coordinator', 'case-manager', 'therapist', 'auditor'] as const) {
      expect(scope(role, team(role))).toEqual({ records: 'all', sessionNotes: true });
    }
  });
  it('is the own records without session notes for aide, nurse and administrator', () => {
    for (const role of ['aide', 'nurse', 'administrator'] as const) {
      expect(scope(role, team(role))).toEqual({ records: 'own', sessionNotes: false });
    }
  });
  it('is, for a teacher, what concerns the classes of all assignments of the day in that role', () => {
    const assignment = { role: 'teacher', covering: false } as const;
    const relation: Relation = {
      team: [
        { ...assignment, classes: [math] },
        { ...assignment, classes: [math, art] },
        { role: 'aide', covering: false, classes: [] },
      ],
      sameSchool: true,
    };
    expect(scope('teacher', relation, 'plan.read')).toEqual({ records: 'own', sessionNotes: false, classes: [math, art] });
  });
});

describe('a therapist’s session', () => {
  const write = (granted: Discipline | undefined, assigned: Discipline | undefined, line: Discipline | undefined) =>
    decide(
      { ...actor('therapist'), discipline: granted },
      'session.write',
      { team: [{ role: 'therapist', discipline: assigned, classes: [], covering: false }], sameSchool: true },
      { own: true, ageDays: 0, discipline: line },
    ).kind;

  it('needs the discipline of the line in the grant and, where it names one, in the assignment', () => {
    expect(write('speech', 'speech', 'speech')).toBe('allow');
    expect(write('speech', undefined, 'speech')).toBe('allow');
    expect(write('speech', 'occupational', 'speech')).toBe('forbid');
    expect(write('speech', 'occupational', 'occupational')).toBe('forbid');
    expect(write('occupational', 'speech', 'speech')).toBe('forbid');
    expect(write(undefined, undefined, undefined)).toBe('forbid');
  });
});

describe('a refusal', () => {
  it('names the roles that may, and never a person or a child', () => {
    expect(decide(actor('administrator'), 'plan.read', { team: [], sameSchool: false })).toEqual({
      kind: 'forbid',
      why: 'This needs a tie to the child as coordinator, case manager, teacher, therapist, aide, nurse, auditor.',
    });
    expect(decide(actor('aide'), 'roster.import')).toEqual({ kind: 'forbid', why: 'This needs the role of administrator.' });
  });
});
