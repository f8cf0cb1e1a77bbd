import { type EnrolmentId, ERASED, type Happened, type LocalDate, type SchoolId, type StaffId, type StudentId } from '@foundation/kernel';
import type { Enrolment, StudentsEvent, TeamMember } from './events';

/** One person's part on the child's team. Ended assignments stay: that someone was assigned is never forgotten. */
export interface Assignment extends Omit<TeamMember, 'student'> {
  /** The last day named by its end; never after `to`. */
  readonly endedOn?: LocalDate;
}

/** What rules and access ask about a child. No personal text is kept here, so it may stay in memory. */
export interface StudentFacts {
  /** Absent until the child is on the record. */
  readonly student?: StudentId;
  /** The fold met text whose key is destroyed. */
  readonly erased: boolean;
  readonly onRoster: boolean;
  readonly caseStatus: 'none' | 'open' | 'closed';
  /** The day on which the case was last opened or closed. */
  readonly caseSince?: LocalDate;
  readonly schools: readonly SchoolId[];
  readonly enrolments: Readonly<Record<EnrolmentId, Omit<Enrolment, 'extra'>>>;
  readonly team: readonly Assignment[];
}

const initial: StudentFacts = {
  student: undefined,
  erased: false,
  onRoster: false,
  caseStatus: 'none',
  caseSince: undefined,
  schools: [],
  enrolments: {},
  team: [],
};

function evolve(state: StudentFacts, event: Happened<StudentsEvent>): StudentFacts {
  switch (event.type) {
    case 'students.student-rostered':
    case 'students.student-added': {
      const { student, schools, givenName } = event.data;
      const onRoster = state.onRoster || event.type === 'students.student-rostered';
      return { ...state, student, schools, onRoster, erased: state.erased || givenName === ERASED };
    }
    case 'students.student-left-roster':
      return { ...state, onRoster: false };
    case 'students.enrolled': {
      const stated = event.data.enrolments.map(({ extra: _, ...one }) => [one.enrolment, one] as const);
      return { ...state, enrolments: { ...state.enrolments, ...Object.fromEntries(stated) } };
    }
    case 'students.unenrolled': {
      const gone = new Set<string>(event.data.enrolments.map((one) => one.enrolment));
      const left = Object.entries(state.enrolments).filter(([key]) => !gone.has(key));
      return { ...state, enrolments: Object.fromEntries(left) };
    }
    case 'students.case-opened':
      return { ...state, caseStatus: 'open', caseSince: event.data.on };
    case 'students.case-closed':
      return { ...state, caseStatus: 'closed', caseSince: event.data.on };
    case 'students.team-member-assigned': {
      const { assignment, staff, role, discipline, classes, from, to, coveringFor } = event.data;
      return { ...state, team: [...state.team, { assignment, staff, role, discipline, classes, from, to, coveringFor }] };
    }
    case 'students.team-assignment-ended': {
      const { assignment, lastDay } = event.data;
      return { ...state, team: state.team.map((one) => (one.assignment === assignment ? { ...one, endedOn: lastDay } : one)) };
    }
    default:
      return state;
  }
}

/** The light fold for `runner.load(studentFacts, studentStream(id))`, cheap enough for every request. */
export const studentFacts = { initial, evolve };

/** The last day of an assignment; undefined while no end is known. */
export const lastDayOf = (one: Assignment): LocalDate | undefined => one.endedOn ?? one.to;

/** Both ends are included: cover "from today to today" is in force today. */
const covers = (from: LocalDate | undefined, to: LocalDate | undefined, day: LocalDate): boolean =>
  (from === undefined || from <= day) && (to === undefined || day <= to);

/** The assignments of everybody in force on a day. */
export const wholeTeamOn = (facts: StudentFacts, day: LocalDate): readonly Assignment[] =>
  facts.team.filter((one) => covers(one.from, lastDayOf(one), day));

/** The assignments of one person in force on a day; none means: not on the team. */
export const teamOn = (facts: StudentFacts, staff: StaffId, day: LocalDate): readonly Assignment[] =>
  wholeTeamOn(facts, day).filter((one) => one.staff === staff);

/** The enrolments in force on a day; one without dates always is. */
export const enrolmentsOn = (facts: StudentFacts, day: LocalDate): readonly Omit<Enrolment, 'extra'>[] =>
  Object.values<Omit<Enrolment, 'extra'>>(facts.enrolments).filter((one) => covers(one.from, one.to, day));

/** The child's schools: those stated for the child and those of enrolments in force on the day. */
export function schoolsOf(facts: StudentFacts, day: LocalDate): readonly SchoolId[] {
  const enrolled = enrolmentsOn(facts, day).flatMap((one) => one.school ?? []);
  return [...new Set([...facts.schools, ...enrolled])];
}
