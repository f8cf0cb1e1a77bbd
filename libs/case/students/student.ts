import {
  type AssignmentId,
  type Decider,
  type EnrolmentId,
  type GuardianId,
  type Happened,
  type LocalDate,
  type Refusal,
  sameContent,
  type StudentId,
} from '@foundation/kernel';
import {
  type AddedStudent,
  caseClosed,
  caseOpened,
  type Demographics,
  demographicsRostered,
  enrolled,
  type Enrolment,
  type Guardian,
  guardianLinked,
  guardianUnlinked,
  MOST_ENROLMENTS,
  type Profile,
  profileWritten,
  type RosteredStudent,
  studentAdded,
  studentLeftRoster,
  studentRostered,
  type StudentsEvent,
  type TeamMember,
  unenrolled,
} from './events';
import { studentFacts, type StudentFacts } from './facts';
import { refuse } from './refusals';
import { assign, end } from './team';

/** A child's case file. The rules need the personal parts only to tell "changed" from "already so". */
export interface StudentFile {
  readonly facts: StudentFacts;
  readonly rostered?: RosteredStudent;
  readonly added?: AddedStudent;
  readonly demographics?: Demographics;
  readonly profile?: Profile;
  readonly guardians: Readonly<Record<GuardianId, KnownGuardian>>;
  /** What the roster says of an enrolment beside its days and class. */
  readonly extras: Readonly<Record<EnrolmentId, Enrolment['extra']>>;
}

interface KnownGuardian {
  readonly linked: boolean;
  readonly content: Guardian;
  /** A person ended the link: no roster makes it again. */
  readonly endedByHand: boolean;
}

/** Which of what is on the record ends when the roster states a list: all that is not named in it (but `kept`), or only the named ones. */
export type Ending<T extends string> = { readonly allBut: ReadonlySet<T> } | { readonly only: readonly T[] };

export type StudentCommand =
  | { readonly kind: 'add'; readonly student: AddedStudent }
  | { readonly kind: 'roster'; readonly student: RosteredStudent }
  | { readonly kind: 'roster-demographics'; readonly demographics: Demographics }
  /** The enrolments that the roster states for the child. Without `ending` they are all there are: those no longer stated end. */
  | {
      readonly kind: 'roster-enrolments';
      readonly student: StudentId;
      readonly enrolments: readonly Enrolment[];
      readonly ending?: Ending<EnrolmentId>;
    }
  /** The guardians that the roster states; links made by hand stay as they are, and links ended by hand stay ended. */
  | {
      readonly kind: 'roster-guardians';
      readonly student: StudentId;
      readonly guardians: readonly Guardian[];
      readonly ending: Ending<GuardianId>;
    }
  | { readonly kind: 'leave-roster'; readonly student: StudentId }
  | { readonly kind: 'open-case'; readonly student: StudentId; readonly on: LocalDate }
  | { readonly kind: 'close-case'; readonly student: StudentId; readonly on: LocalDate; readonly reason: string }
  | { readonly kind: 'write-profile'; readonly student: StudentId; readonly profile: Profile }
  | { readonly kind: 'link-guardian'; readonly guardian: Guardian }
  | { readonly kind: 'unlink-guardian'; readonly student: StudentId; readonly guardian: GuardianId; readonly reason?: string }
  | { readonly kind: 'assign'; readonly member: TeamMember }
  | {
      readonly kind: 'end-assignment';
      readonly student: StudentId;
      readonly assignment: AssignmentId;
      readonly lastDay: LocalDate;
      readonly reason?: string;
    };

type Decided = readonly StudentsEvent[] | Refusal;

function evolve(state: StudentFile, event: Happened<StudentsEvent>): StudentFile {
  const next: StudentFile = { ...state, facts: studentFacts.evolve(state.facts, event) };
  switch (event.type) {
    case 'students.student-rostered':
      return { ...next, rostered: event.data };
    case 'students.student-added':
      return { ...next, added: event.data };
    case 'students.demographics-rostered':
      return { ...next, demographics: event.data };
    case 'students.profile-written':
      return { ...next, profile: event.data.profile };
    case 'students.guardian-linked':
      return withGuardian(next, event.data.guardian, { linked: true, content: event.data, endedByHand: false });
    case 'students.guardian-unlinked': {
      const known = next.guardians[event.data.guardian];
      return known ? withGuardian(next, event.data.guardian, { ...known, linked: false, endedByHand: !event.data.byRoster }) : next;
    }
    case 'students.enrolled': {
      const said = event.data.enrolments.filter(({ enrolment, extra }) => extra ?? next.extras[enrolment]);
      if (said.length === 0) return next;
      return { ...next, extras: { ...next.extras, ...Object.fromEntries(said.map(({ enrolment, extra }) => [enrolment, extra])) } };
    }
    default:
      return next;
  }
}

const withGuardian = (state: StudentFile, guardian: GuardianId, known: KnownGuardian): StudentFile => ({
  ...state,
  guardians: { ...state.guardians, [guardian]: known },
});

function decide(command: StudentCommand, state: StudentFile): Decided {
  const { facts } = state;
  if (facts.erased) return refuse('student-erased', 'What was erased cannot be written on: a child who returns is a new student.');
  if (command.kind === 'add') return add(command.student, state);
  if (command.kind === 'roster') return roster(command.student, state);
  if (facts.student === undefined) return refuse('student-not-found', 'Add the student by hand or through the roster first.');
  switch (command.kind) {
    case 'roster-demographics':
      return sameContent(state.demographics, command.demographics) ? [] : [demographicsRostered.of(command.demographics)];
    case 'roster-enrolments':
      return rosterEnrolments(command, state);
    case 'roster-guardians':
      return rosterGuardians(command, state);
    case 'leave-roster':
      return facts.onRoster ? [studentLeftRoster.of({ student: command.student })] : [];
    case 'open-case':
      return openCase(command, facts);
    case 'close-case':
      return closeCase(command, facts);
    case 'write-profile': {
      const { student, profile } = command;
      return sameContent(state.profile, profile) ? [] : [profileWritten.of({ student, profile })];
    }
    case 'link-guardian': {
      const known = state.guardians[command.guardian.guardian];
      return known?.linked && sameContent(known.content, command.guardian) ? [] : [guardianLinked.of(command.guardian)];
    }
    case 'unlink-guardian': {
      const { student, guardian, reason } = command;
      const known = state.guardians[guardian];
      if (!known) return refuse('guardian-not-found', 'Name a guardian who is linked to this child.');
      return known.linked ? [guardianUnlinked.of({ student, guardian, reason })] : [];
    }
    case 'assign':
      return assign(facts, command.member);
    case 'end-assignment':
      return end(facts, command);
  }
}

function add(student: AddedStudent, state: StudentFile): Decided {
  if (state.facts.student === undefined) return [studentAdded.of(student)];
  if (sameContent(state.added, student)) return [];
  return refuse('student-exists', 'A student with this id is on the record: change that one, or add this one under an id of its own.');
}

function roster(student: RosteredStudent, { facts, rostered }: StudentFile): Decided {
  return facts.onRoster && sameContent(rostered, student) ? [] : [studentRostered.of(student)];
}

type Stating<K extends StudentCommand['kind']> = Extract<StudentCommand, { readonly kind: K }>;

const ends = <T extends string>(id: T, ending: Ending<T> | undefined): boolean =>
  ending === undefined || ('only' in ending ? ending.only.includes(id) : !ending.allBut.has(id));

function rosterEnrolments({ student, enrolments, ending }: Stating<'roster-enrolments'>, { facts, extras }: StudentFile): Decided {
  const stated = new Map(enrolments.map((one) => [one.enrolment, one]));
  const known = Object.values<Omit<Enrolment, 'extra'>>(facts.enrolments);
  const gone = known.filter((one) => !stated.has(one.enrolment) && ends(one.enrolment, ending));
  const news = [...stated.values()].filter(({ extra, ...one }) => {
    const before = facts.enrolments[one.enrolment];
    return !before || !sameContent(before, one) || !sameContent(extras[one.enrolment], extra);
  });
  return [
    ...listsOf(gone.map((one) => ({ enrolment: one.enrolment, class: one.class }))).map((list) =>
      unenrolled.of({ student, enrolments: list }),
    ),
    ...listsOf(news).map((list) => enrolled.of({ student, enrolments: list })),
  ];
}

/** As many lists as it takes, none longer than an event may hold. */
const listsOf = <T>(all: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(all.length / MOST_ENROLMENTS) }, (_, n) => all.slice(n * MOST_ENROLMENTS, (n + 1) * MOST_ENROLMENTS));

function rosterGuardians({ student, guardians, ending }: Stating<'roster-guardians'>, state: StudentFile): Decided {
  const stated = new Set(guardians.map((one) => one.guardian));
  const gone = Object.values<KnownGuardian>(state.guardians).filter(
    ({ linked, content }) => linked && content.fromRoster && !stated.has(content.guardian) && ends(content.guardian, ending),
  );
  const news = guardians.filter((one) => {
    const known = state.guardians[one.guardian];
    return !known?.endedByHand && !(known?.linked && sameContent(known.content, one));
  });
  return [
    ...gone.map(({ content: { guardian } }) => guardianUnlinked.of({ student, guardian, byRoster: true })),
    ...news.map((one) => guardianLinked.of(one)),
  ];
}

function openCase({ student, on }: { student: StudentId; on: LocalDate }, { caseStatus, caseSince }: StudentFacts): Decided {
  if (caseStatus === 'open') {
    return caseSince === on ? [] : refuse('case-already-open', 'The case is open: close it before opening it on another day.');
  }
  return caseSince !== undefined && on < caseSince ? outOfOrder() : [caseOpened.of({ student, on })];
}

function closeCase(command: { student: StudentId; on: LocalDate; reason: string }, { caseStatus, caseSince }: StudentFacts): Decided {
  const { student, on, reason } = command;
  if (caseStatus === 'closed' && caseSince === on) return [];
  if (caseStatus !== 'open') return refuse('case-not-open', 'Only an open case can be closed.');
  return caseSince !== undefined && on < caseSince ? outOfOrder() : [caseClosed.of({ student, on, reason })];
}

const outOfOrder = (): Refusal =>
  refuse(
    'case-days-out-of-order',
    'A case is opened and closed in the order of its days: name the day of the last change or a later one.',
    [{ pointer: '/on', detail: 'is before the case was last opened or closed' }],
  );

/** The rules of `student-<id>`. Refusals: see `studentsRefusals`. */
export const studentDecider: Decider<StudentCommand, StudentFile, StudentsEvent> = {
  initial: {
    facts: studentFacts.initial,
    rostered: undefined,
    added: undefined,
    demographics: undefined,
    profile: undefined,
    guardians: {},
    extras: {},
  },
  evolve,
  decide,
};
