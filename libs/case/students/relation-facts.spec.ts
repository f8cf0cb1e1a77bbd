import { type PeopleEvent, roleEnded, roleGranted, staffReinstated, staffRemoved } from '@case/people/events';
import type { LocalDate, SchoolId } from '@foundation/kernel';
import { keyDestroyed } from '@foundation/privacy/events';
import { memoryLog } from '@foundation/testing';
import { type AddedStudent, studentAdded, studentStream, type TeamMember, teamMemberAssigned } from './events';
import { CaseRelationFacts } from './relation-facts';

const day = (text: string) => text as LocalDate;
const grant = roleGranted.sample as Extract<PeopleEvent, { type: 'people.role-granted' }>['data'];
const child = studentAdded.sample as AddedStudent;
const { staff } = grant;
const { student } = child;
const today = day('2026-03-03');

function record() {
  const log = memoryLog();
  log.happened({ stream: `staff-${staff}` }, roleGranted.of(grant));
  log.happened({ stream: studentStream(student), student }, studentAdded.of(child));
  return { log, facts: new CaseRelationFacts(log.runner) };
}

describe('an actor', () => {
  it('has the schools and the discipline of the grants of that role', async () => {
    const { log, facts } = record();
    const second = { ...grant, grant: '7a1b0c5e-0f5b-5c59-9f0e-0c7d5d1c0b13' as typeof grant.grant, schools: ['x' as SchoolId] };
    log.happened({ stream: `staff-${staff}` }, roleGranted.of(second), roleGranted.of({ ...second, role: 'teacher' }));
    expect(await facts.actor(staff, 'therapist', today)).toEqual({
      staff,
      role: 'therapist',
      schools: [...grant.schools, 'x'],
      discipline: 'speech',
    });
    expect(await facts.rolesOf(staff, today)).toEqual(['therapist', 'teacher']);
    expect(await facts.actor(staff, 'coordinator', today)).toBeUndefined();
  });
  it('acts from the first to the last day of the grant', async () => {
    const { log, facts } = record();
    expect(await facts.actor(staff, 'therapist', day('2025-08-24'))).toBeUndefined();
    log.happened({ stream: `staff-${staff}` }, roleEnded.of({ staff, grant: grant.grant, lastDay: today }));
    expect(await facts.rolesOf(staff, today)).toEqual(['therapist']);
    expect(await facts.rolesOf(staff, day('2026-03-04'))).toEqual([]);
  });
  it('acts no more once removed, until reinstated', async () => {
    const { log, facts } = record();
    log.happened({ stream: `staff-${staff}` }, staffRemoved.of({ staff, reason: 'Left' }));
    expect(await facts.actor(staff, 'therapist', today)).toBeUndefined();
    log.happened({ stream: `staff-${staff}` }, staffReinstated.of({ staff, reason: 'Back' }));
    expect(await facts.actor(staff, 'therapist', today)).toBeDefined();
  });
});

describe('a relation', () => {
  const actor = { staff, role: 'therapist', schools: [] } as const;
  it('is the team on that day and the school', async () => {
    const { log, facts } = record();
    expect(await facts.relation(actor, student, today)).toEqual({ team: [], sameSchool: false });
    expect(await facts.relation({ ...actor, schools: child.schools }, student, today)).toEqual({ team: [], sameSchool: true });
    const member = { ...(teamMemberAssigned.sample as TeamMember), staff, to: today };
    log.happened({ stream: studentStream(student), student }, teamMemberAssigned.of(member));
    expect(await facts.relation(actor, student, today)).toMatchObject({ team: [{ role: 'aide', classes: [], covering: false }] });
    expect(await facts.relation(actor, student, day('2026-03-04'))).toMatchObject({ team: [] });
  });
  it('is none to an unknown child or an erased one', async () => {
    const { log, facts } = record();
    expect(await memoryFacts().relation(actor, student, today)).toBeUndefined();
    log.happened(
      { stream: `key-${student}` },
      keyDestroyed.of({ subject: student, kind: 'student', by: staff, reason: 'no-longer-needed' }),
    );
    expect(await facts.relation(actor, student, today)).toBeUndefined();
  });
});

const memoryFacts = () => new CaseRelationFacts(memoryLog().runner);
