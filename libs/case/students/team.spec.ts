import type { AssignmentId, LocalDate, SchoolId, StaffId } from '@foundation/kernel';
import { given } from '@foundation/testing';
import {
  type AddedStudent,
  enrolled,
  type Enrolment,
  studentAdded,
  teamAssignmentEnded,
  type TeamMember,
  teamMemberAssigned,
} from './events';
import { enrolmentsOn, schoolsOf, teamOn, wholeTeamOn } from './facts';
import { studentDecider } from './student';

const day = (text: string) => text as LocalDate;
const added = studentAdded.of(studentAdded.sample as AddedStudent);
const aide = teamMemberAssigned.sample as TeamMember;
const { student } = aide;
const other = (n: number) => `0c8e1c5e-0f5b-5c59-9f0e-0c7d5d1c0c4${n}` as AssignmentId;
const staff = (n: number) => `7a1b0c5e-0f5b-5c59-9f0e-0c7d5d1c0b1${n}` as StaffId;
const assigned = (...members: readonly TeamMember[]) => [added, ...members.map((member) => teamMemberAssigned.of(member))];
const assign = (member: TeamMember) => ({ kind: 'assign', member }) as const;
const cover: TeamMember = {
  ...aide,
  assignment: other(1),
  staff: staff(1),
  from: day('2026-03-03'),
  to: day('2026-03-03'),
  coveringFor: aide.assignment,
};
const manager: TeamMember = { ...aide, assignment: other(2), staff: staff(2), role: 'case-manager' };

describe('joining the team', () => {
  it('needs no open case, and the same assignment sent again is the same assignment', () => {
    given(studentDecider, [added]).when(assign(aide)).then(teamMemberAssigned.of(aide));
    given(studentDecider, assigned(aide))
      .when(assign({ ...aide, to: undefined }))
      .then();
    given(studentDecider, assigned(aide))
      .when(assign({ ...aide, from: day('2025-09-02') }))
      .thenRefused('assignment-exists', ['/assignment']);
  });
  it('asks a therapist for a discipline', () => {
    given(studentDecider, [added])
      .when(assign({ ...aide, role: 'therapist' }))
      .thenRefused('discipline-required', ['/discipline']);
  });
  it('lasts a day at least', () => {
    given(studentDecider, [added])
      .when(assign({ ...aide, to: aide.from }))
      .then(teamMemberAssigned.of({ ...aide, to: aide.from }));
    given(studentDecider, [added])
      .when(assign({ ...aide, to: day('2025-08-31') }))
      .thenRefused('assignment-ends-before-it-begins', ['/to']);
  });
  it('gives nobody the same part twice on one day', () => {
    const again = { ...aide, assignment: other(3), from: day('2026-01-01') };
    given(studentDecider, assigned(aide)).when(assign(again)).thenRefused('already-on-the-team', ['/staff']);
    given(studentDecider, assigned({ ...aide, to: day('2025-12-31') }))
      .when(assign(again))
      .then(teamMemberAssigned.of(again));
    given(studentDecider, assigned(aide))
      .when(assign({ ...again, role: 'teacher' }))
      .then(teamMemberAssigned.of({ ...again, role: 'teacher' }));
  });
  it('has one case manager on any day, beside one who covers', () => {
    const second = { ...manager, assignment: other(4), staff: staff(4), from: day('2026-01-01') };
    given(studentDecider, assigned(manager)).when(assign(second)).thenRefused('case-manager-overlap', ['/from']);
    const covering = { ...second, to: day('2026-01-05'), coveringFor: manager.assignment };
    given(studentDecider, assigned(manager)).when(assign(covering)).then(teamMemberAssigned.of(covering));
    const ended = teamAssignmentEnded.of({ student, assignment: manager.assignment, lastDay: day('2025-12-31') });
    given(studentDecider, [...assigned(manager), ended])
      .when(assign(second))
      .then(teamMemberAssigned.of(second));
  });
});

describe('covering for somebody', () => {
  it('is dated and stays within what it covers', () => {
    given(studentDecider, assigned(aide)).when(assign(cover)).then(teamMemberAssigned.of(cover));
    given(studentDecider, assigned(aide))
      .when(assign({ ...cover, to: undefined }))
      .thenRefused('cover-needs-an-end', ['/to']);
    given(studentDecider, assigned(aide))
      .when(assign({ ...cover, from: day('2025-08-31') }))
      .thenRefused('cover-outside-covered-days', ['/from']);
    given(studentDecider, assigned({ ...aide, to: day('2026-03-02') }))
      .when(assign(cover))
      .thenRefused('cover-outside-covered-days', ['/to']);
  });
  it('names an assignment of this child, in its role', () => {
    given(studentDecider, [added]).when(assign(cover)).thenRefused('covered-assignment-not-found', ['/coveringFor']);
    given(studentDecider, assigned(aide))
      .when(assign({ ...cover, role: 'teacher' }))
      .thenRefused('cover-in-another-role', ['/role']);
  });
});

describe('an end', () => {
  const end = (lastDay: string) => ({ kind: 'end-assignment', student, assignment: aide.assignment, lastDay: day(lastDay) }) as const;
  const ended = teamAssignmentEnded.of({ student, assignment: aide.assignment, lastDay: day('2026-03-31') });
  it('names the last day; the assignment stays on the record', () => {
    const answer = given(studentDecider, assigned(aide)).when(end('2026-03-31'));
    answer.then(ended);
    expect(answer.state.facts.team).toMatchObject([{ assignment: aide.assignment, endedOn: '2026-03-31' }]);
    given(studentDecider, [...assigned(aide), ended])
      .when(end('2026-03-31'))
      .then();
  });
  it('may be brought forward, so that access can stop today, but not put off', () => {
    given(studentDecider, [...assigned(aide), ended])
      .when(end('2026-03-03'))
      .then(teamAssignmentEnded.of({ student, assignment: aide.assignment, lastDay: day('2026-03-03') }));
    given(studentDecider, [...assigned(aide), ended])
      .when(end('2026-04-01'))
      .thenRefused('assignment-already-ended', ['/lastDay']);
    given(studentDecider, assigned({ ...aide, to: day('2026-01-01') }))
      .when(end('2026-01-02'))
      .thenRefused('assignment-already-ended');
  });
  it('is not before the beginning nor of a stranger', () => {
    given(studentDecider, assigned(aide)).when(end('2025-08-31')).thenRefused('assignment-ends-before-it-begins', ['/lastDay']);
    given(studentDecider, [added]).when(end('2026-03-31')).thenRefused('assignment-not-found');
  });
});

describe('who may see the child on a day', () => {
  const { facts } = given(studentDecider, assigned(aide, cover, manager)).state;
  it('a substitute on the covered day only', () => {
    expect(teamOn(facts, cover.staff, day('2026-03-02'))).toEqual([]);
    expect(teamOn(facts, cover.staff, day('2026-03-03'))).toMatchObject([{ role: 'aide', coveringFor: aide.assignment }]);
    expect(teamOn(facts, cover.staff, day('2026-03-04'))).toEqual([]);
    expect(wholeTeamOn(facts, day('2026-03-03'))).toHaveLength(3);
  });
  it('schools stated for the child and of enrolments in force', () => {
    const school = '5f0c1c5e-0f5b-5c59-9f0e-0c7d5d1c0a99' as SchoolId;
    const { enrolments } = enrolled.sample as { enrolments: [Enrolment] };
    const enrolment = { ...enrolments[0], school, from: day('2025-09-01'), to: day('2026-01-16') };
    const { facts: moved } = given(studentDecider, [added, enrolled.of({ student, enrolments: [enrolment] })]).state;
    expect(schoolsOf(moved, day('2026-01-16'))).toEqual([...(studentAdded.sample as AddedStudent).schools, school]);
    expect(schoolsOf(moved, day('2026-01-17'))).toEqual((studentAdded.sample as AddedStudent).schools);
    expect(enrolmentsOn(moved, day('2025-08-31'))).toEqual([]);
  });
});
