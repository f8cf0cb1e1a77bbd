import { type AssignmentId, type LocalDate, type Refusal, sameContent } from '@foundation/kernel';
import { type StudentsEvent, teamAssignmentEnded, type TeamMember, teamMemberAssigned } from './events';
import { type Assignment, lastDayOf, type StudentFacts } from './facts';
import { refuse } from './refusals';

type Decided = readonly StudentsEvent[] | Refusal;
interface Days {
  readonly from: LocalDate;
  readonly to?: LocalDate;
}

const daysOf = (one: Assignment): Days => ({ from: one.from, to: lastDayOf(one) });
const overlap = (a: Days, b: Days): boolean => (b.to === undefined || a.from <= b.to) && (a.to === undefined || b.from <= a.to);

/** The administrator forms the team before the case manager opens the case: an open case is not asked for. */
export function assign(facts: StudentFacts, member: TeamMember): Decided {
  const known = facts.team.find((one) => one.assignment === member.assignment);
  if (known) return repeated(facts, known, member);
  return unsound(member) ?? unsoundCover(facts, member) ?? taken(facts, member) ?? [teamMemberAssigned.of(member)];
}

function repeated(facts: StudentFacts, known: Assignment, member: TeamMember): Decided {
  if (sameContent({ ...known, endedOn: undefined, student: facts.student }, member)) return [];
  return refuse('assignment-exists', 'Another assignment of this team has this id: send the new one under an id of its own.', [
    { pointer: '/assignment', detail: 'is in use' },
  ]);
}

function unsound(member: TeamMember): Refusal | undefined {
  if (member.role === 'therapist' && member.discipline === undefined) {
    return refuse('discipline-required', 'A therapist serves the lines of one discipline: name it.', [
      { pointer: '/discipline', detail: 'is required for a therapist' },
    ]);
  }
  if (member.to !== undefined && member.to < member.from) {
    return refuse('assignment-ends-before-it-begins', 'The last day may not be before the first; one day is enough.', [
      { pointer: '/to', detail: 'must not be before `from`' },
    ]);
  }
  return undefined;
}

/** Cover is dated and never more than what it covers: a substitute sees a child on the named days only. */
function unsoundCover(facts: StudentFacts, member: TeamMember): Refusal | undefined {
  if (member.coveringFor === undefined) return undefined;
  const covered = facts.team.find((one) => one.assignment === member.coveringFor);
  if (!covered) {
    return refuse('covered-assignment-not-found', 'Name an assignment of this child’s own team.', [
      { pointer: '/coveringFor', detail: 'is no assignment of this team' },
    ]);
  }
  if (covered.role !== member.role || covered.discipline !== member.discipline) {
    return refuse('cover-in-another-role', 'Give the cover the role and discipline of the covered assignment, or assign without cover.', [
      { pointer: '/role', detail: 'differs from the covered assignment' },
    ]);
  }
  if (member.to === undefined) {
    return refuse('cover-needs-an-end', 'Say until which day the cover lasts; it can be ended earlier.', [
      { pointer: '/to', detail: 'is required for cover' },
    ]);
  }
  const end = lastDayOf(covered);
  if (member.from < covered.from) return outside('/from');
  return end !== undefined && member.to > end ? outside('/to') : undefined;
}

const outside = (pointer: string): Refusal =>
  refuse('cover-outside-covered-days', 'Keep the cover within the first and last day of the covered assignment.', [
    { pointer, detail: 'lies outside the covered assignment' },
  ]);

function taken(facts: StudentFacts, member: TeamMember): Refusal | undefined {
  const meeting = facts.team.filter((one) => overlap(daysOf(one), member));
  if (meeting.some((one) => one.staff === member.staff && one.role === member.role && one.discipline === member.discipline)) {
    return refuse(
      'already-on-the-team',
      'The person holds this part on some of these days: end that assignment first or choose other days.',
      [{ pointer: '/staff', detail: 'is assigned in this role on some of these days' }],
    );
  }
  const manages = (one: { role: string; coveringFor?: AssignmentId }) => one.role === 'case-manager' && one.coveringFor === undefined;
  if (manages(member) && meeting.some(manages)) {
    return refuse(
      'case-manager-overlap',
      'A child has one case manager on any day: end the present assignment on the day before, or name it in `coveringFor`.',
      [{ pointer: '/from', detail: 'another case manager is assigned on some of these days' }],
    );
  }
  return undefined;
}

/** An end may be brought forward (access must be able to stop today) but not put off: more days are a new assignment. */
export function end(facts: StudentFacts, command: { assignment: AssignmentId; lastDay: LocalDate; reason?: string }): Decided {
  const { assignment, lastDay, reason } = command;
  const known = facts.team.find((one) => one.assignment === assignment);
  if (!known || facts.student === undefined) {
    return refuse('assignment-not-found', 'Name an assignment of this child’s own team.');
  }
  if (lastDay < known.from) {
    return refuse('assignment-ends-before-it-begins', 'The last day may not be before the first day of the assignment.', [
      { pointer: '/lastDay', detail: 'is before the first day' },
    ]);
  }
  if (known.endedOn === lastDay) return [];
  const present = lastDayOf(known);
  if (present !== undefined && lastDay > present) {
    return refuse('assignment-already-ended', 'The assignment ends earlier than that: for more days make a new assignment.', [
      { pointer: '/lastDay', detail: 'is after the present last day' },
    ]);
  }
  return [teamAssignmentEnded.of({ student: facts.student, assignment, lastDay, reason })];
}
