import { InvalidCursor } from '../cursor';
import { ana, anaLeaves, day, district, eva, items, liv, logOf, mia, places, sam, samErased, serve, tom } from '../testing';

const on = day('2026-03-03');

describe('directory', () => {
  const { directory, team } = serve(logOf([...district, anaLeaves]));

  it('knows a child by name, school and case', () => {
    expect(directory.student(sam)).toMatchObject({
      givenName: 'Samuel',
      familyName: 'Rivermoss',
      preferredName: 'Sammy',
      birthDate: '2016-05-04',
      grades: ['03'],
      schools: [places.school],
      caseStatus: 'open',
      caseSince: '2025-09-01',
      onRoster: true,
    });
    expect(directory.student(mia)).toMatchObject({ caseStatus: 'none', onRoster: false });
    expect(directory.profile(sam)?.profile.strengths).toEqual(['Sings well']);
    expect(directory.guardians(sam)).toEqual([expect.objectContaining({ name: 'Rita Rivermoss', relationship: 'mother' })]);
    expect(directory.enrolments(sam)).toEqual([expect.objectContaining({ class: places.math, from: '2025-08-25' })]);
    expect([...directory.withProfile([sam, mia])]).toEqual([sam]);
  });

  it('lists children by family name, page by page, without a name in the cursor', () => {
    const first = directory.students({ on, limit: 1 });
    expect(first.items.map(({ givenName }) => givenName)).toEqual(['Mia']);
    const cursor = first.next ?? '';
    expect(Buffer.from(cursor, 'base64url').toString()).toBe(mia);
    const second = directory.students({ on, limit: 1, cursor });
    expect(second).toEqual({ items: [expect.objectContaining({ givenName: 'Samuel' })] });
    expect(() => directory.students({ on, cursor: 'x' })).toThrow(InvalidCursor);
  });

  it('filters by school, person, case and the beginning of names without accents', () => {
    const found = (filter: object) => directory.students({ on, ...filter }).items.map(({ student }) => student);
    expect(found({ schools: [places.school] })).toEqual([mia, sam]);
    expect(found({ schools: [] })).toEqual([]);
    expect(found({ caseOnly: true })).toEqual([sam]);
    expect(found({ staff: ana })).toEqual([sam]);
    expect(found({ staff: ana, on: day('2026-03-21') })).toEqual([]);
    expect(found({ search: 'ang MI' })).toEqual([mia]);
    expect(found({ search: 'sammy' })).toEqual([sam]);
    expect(found({ search: '%' })).toEqual([]);
  });

  it('says which child and plan an id belongs to', () => {
    expect(directory.goal(items.help)).toMatchObject({ student: sam, plan: items.plan, label: 'Asks for help', removed: false });
    expect(directory.item(items.speech)).toMatchObject({ kind: 'service', discipline: 'speech', student: sam });
    expect(directory.item(items.extraTime)).toMatchObject({ kind: 'accommodation', classes: [places.math, places.reading] });
    expect([...directory.itemsIn(sam, [places.reading])].sort()).toEqual([items.calls, items.extraTime].sort());
    expect(directory.plansOf(sam)).toEqual([
      { plan: items.plan, student: sam, kind: 'iep', status: 'active', effectiveFrom: '2025-09-01', versions: 1 },
    ]);
  });

  it('knows staff with their grants and classes', () => {
    expect(directory.staff().items.map(({ givenName }) => givenName)).toEqual(['Eva', 'Tom', 'Liv', 'Ana']);
    expect(directory.staff({ schools: [places.school], search: 'el' }).items.map(({ staff }) => staff)).toEqual([tom]);
    expect(directory.staffMember(tom)?.grants).toEqual([expect.objectContaining({ role: 'case-manager', to: '2026-06-12' })]);
    expect(directory.staffMember(ana)?.classes).toEqual([expect.objectContaining({ class: places.math })]);
    expect(directory.staffMember(eva)?.onRoster).toBe(false);
    expect(directory.staffMember(liv)?.removed).toBe(false);
    const first = directory.staff({ limit: 3 });
    expect(directory.staff({ limit: 3, cursor: first.next }).items.map(({ staff }) => staff)).toEqual([ana]);
  });

  it('knows schools, terms and classes, and which the roster no longer names', () => {
    expect(directory.schools()).toEqual([expect.objectContaining({ name: 'Lincoln', onRoster: true })]);
    expect(directory.terms()).toHaveLength(1);
    expect(directory.classes({ schools: [places.school] })).toHaveLength(2);
    expect(directory.classes({ classes: [places.reading] })).toEqual([expect.objectContaining({ title: 'Reading 3A', onRoster: false })]);
  });

  it('keeps the team of every day', () => {
    expect(
      team
        .ofStudentOn(sam, on)
        .map(({ staff }) => staff)
        .sort(),
    ).toEqual([ana, tom, liv, eva].sort());
    expect(team.ofStudentOn(sam, day('2026-03-21'))).toHaveLength(3);
    expect(team.ofStudent(sam)).toHaveLength(4);
    expect(team.ofStaffOn(ana, day('2026-03-20'))).toEqual([expect.objectContaining({ student: sam, role: 'aide', to: '2026-03-20' })]);
    expect(team.ofStaffOn(ana, day('2026-03-21'))).toEqual([]);
  });

  it('forgets an erased child but for its id', () => {
    const { directory: after, team: teams } = serve(logOf([...district, samErased]));
    expect(after.students({ on, search: 'sam' }).items).toEqual([]);
    expect(after.goal(items.help)).toBeUndefined();
    expect(after.profile(sam)).toBeUndefined();
    expect(teams.ofStaffOn(ana, on)).toEqual([]);
  });
});
