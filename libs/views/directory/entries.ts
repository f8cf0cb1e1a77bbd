import type { PlanKind } from '@case/plans/events';
import type { Profile, StudentsEvent } from '@case/students/events';
import type { School, SchoolClass, Term } from '@case/schools/events';
import type { PeopleEvent } from '@case/people/events';
import type {
  AccommodationId,
  ActorId,
  AssignmentId,
  ClassId,
  Discipline,
  EnrolmentId,
  GoalId,
  GrantId,
  GuardianId,
  Instant,
  LocalDate,
  PlanId,
  RecordedEvent,
  Role,
  SchoolId,
  ServiceId,
  StaffId,
  StudentId,
  TeamRole,
} from '@foundation/kernel';

export interface StudentEntry {
  readonly student: StudentId;
  readonly givenName: string;
  readonly familyName: string;
  readonly middleName?: string;
  readonly preferredName?: string;
  readonly birthDate?: string;
  readonly grades: readonly string[];
  /** As the roster or the person who entered the child states them; enrolments may add others. */
  readonly schools: readonly SchoolId[];
  readonly caseStatus: 'none' | 'open' | 'closed';
  /** The day on which the case was last opened or closed. */
  readonly caseSince?: LocalDate;
  readonly onRoster: boolean;
}

/** All that is left of a child whose key was destroyed. */
export interface ErasedStudent {
  readonly student: StudentId;
  readonly erasedAt: Instant;
}

export interface ProfileCard {
  readonly profile: Profile;
  readonly writtenAt: Instant;
  readonly writtenBy: ActorId;
}

export interface GuardianEntry {
  readonly guardian: GuardianId;
  readonly name: string;
  readonly relationship: string;
  readonly phone?: string;
  readonly email?: string;
  readonly fromRoster: boolean;
}

export interface EnrolmentEntry {
  readonly enrolment: EnrolmentId;
  readonly class: ClassId;
  readonly school?: SchoolId;
  readonly from?: LocalDate;
  readonly to?: LocalDate;
}

export interface GrantEntry {
  readonly grant: GrantId;
  readonly role: Role;
  readonly schools: readonly SchoolId[];
  readonly discipline?: Discipline;
  readonly from: LocalDate;
  readonly to?: LocalDate;
}

export interface StaffEntry {
  readonly staff: StaffId;
  readonly givenName: string;
  readonly familyName: string;
  readonly email?: string;
  readonly schools: readonly SchoolId[];
  readonly rosterRoles: readonly string[];
  readonly onRoster: boolean;
  /** The roster's word; a removal by an administrator is `removed`. */
  readonly enabled: boolean;
  readonly removed: boolean;
  readonly grants: readonly GrantEntry[];
  readonly classes: readonly {
    readonly enrolment: EnrolmentId;
    readonly class: ClassId;
    readonly role: string;
    readonly primary: boolean;
  }[];
}

type Rostered<T> = T & { readonly onRoster: boolean };
export type SchoolEntry = Rostered<School>;
export type TermEntry = Rostered<Term>;
export type ClassEntry = Rostered<SchoolClass>;

export interface PlanEntry {
  readonly plan: PlanId;
  readonly student: StudentId;
  readonly kind: PlanKind;
  readonly status: 'draft' | 'active' | 'ended';
  readonly effectiveFrom?: LocalDate;
  readonly lastDay?: LocalDate;
  /** Versions so far; 0 while a draft. */
  readonly versions: number;
}

interface Item<K extends string, I> {
  readonly kind: K;
  readonly item: I;
  readonly student: StudentId;
  readonly plan: PlanId;
  /** As the latest version reads. */
  readonly label: string;
  readonly classes: readonly ClassId[];
  /** No longer part of the plan's latest version or draft. */
  readonly removed: boolean;
}
export type GoalEntry = Item<'goal', GoalId>;
export type AccommodationEntry = Item<'accommodation', AccommodationId>;
/** Its label is the discipline's name. */
export type ServiceEntry = Item<'service', ServiceId> & { readonly discipline: Discipline };
export type ItemEntry = GoalEntry | AccommodationEntry | ServiceEntry;

export interface Assignment {
  readonly student: StudentId;
  readonly assignment: AssignmentId;
  readonly staff: StaffId;
  readonly role: TeamRole;
  readonly discipline?: Discipline;
  readonly classes: readonly ClassId[];
  readonly from: LocalDate;
  /** Last day, included. */
  readonly to?: LocalDate;
  readonly coveringFor?: AssignmentId;
}

/** Lower case without accents: how names are sorted and searched. */
export const folded = (...words: readonly (string | undefined)[]): string =>
  words
    .filter((word) => word !== undefined)
    .join(' ')
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase();

/** Names and case status of a child, from the child's own stream. */
export function evolveStudent(state: StudentEntry | undefined, event: RecordedEvent<StudentsEvent>): StudentEntry | undefined {
  switch (event.type) {
    case 'students.student-rostered': {
      const { student, givenName, familyName, middleName, preferredName, grades, schools } = event.data;
      const { birthDate, caseStatus = 'none', caseSince } = state ?? {};
      const names = { givenName, familyName, middleName, preferredName, birthDate };
      return { student, ...names, grades, schools, caseStatus, caseSince, onRoster: true };
    }
    case 'students.student-added': {
      const { student, givenName, familyName, preferredName, birthDate, grades, schools } = event.data;
      return { student, givenName, familyName, preferredName, birthDate, grades, schools, caseStatus: 'none', onRoster: false };
    }
    case 'students.demographics-rostered': {
      if (!state) return state;
      const { birthDate, ...others } = state;
      return { birthDate: event.data.birthDate ?? birthDate, ...others };
    }
    case 'students.student-left-roster':
      return state && { ...state, onRoster: false };
    case 'students.case-opened':
      return state && { ...state, caseStatus: 'open', caseSince: event.data.on };
    case 'students.case-closed':
      return state && { ...state, caseStatus: 'closed', caseSince: event.data.on };
    default:
      return state;
  }
}

const unknownStaff = { schools: [], rosterRoles: [], onRoster: false, enabled: true, removed: false, grants: [], classes: [] };

/** Names, roles and classes of a member of staff, from their own stream. */
export function evolveStaff(state: StaffEntry | undefined, event: RecordedEvent<PeopleEvent>): StaffEntry | undefined {
  switch (event.type) {
    case 'people.staff-rostered': {
      const { staff, givenName, familyName, email, schools, rosterRoles, enabled } = event.data;
      return { ...(state ?? unknownStaff), staff, givenName, familyName, email, schools, rosterRoles, enabled, onRoster: true };
    }
    case 'people.staff-added': {
      const { staff, givenName, familyName, email, schools } = event.data;
      return { ...(state ?? unknownStaff), staff, givenName, familyName, email, schools };
    }
    default:
      return state && { ...state, ...changeOfStaff(state, event) };
  }
}

function changeOfStaff(state: StaffEntry, event: RecordedEvent<PeopleEvent>): Partial<StaffEntry> {
  switch (event.type) {
    case 'people.staff-left-roster':
      return { onRoster: false };
    case 'people.class-assigned': {
      const { enrolment, class: group, role, primary } = event.data;
      return { classes: [...state.classes.filter((one) => one.enrolment !== enrolment), { enrolment, class: group, role, primary }] };
    }
    case 'people.class-unassigned':
      return { classes: state.classes.filter((one) => one.enrolment !== event.data.enrolment) };
    case 'people.role-granted': {
      const { grant, role, schools, discipline, from, to } = event.data;
      return { grants: [...state.grants, { grant, role, schools, discipline, from, to }] };
    }
    case 'people.role-ended': {
      const { grant, lastDay } = event.data;
      return { grants: state.grants.map((one) => (one.grant === grant ? { ...one, to: lastDay } : one)) };
    }
    case 'people.staff-removed':
      return { removed: true };
    case 'people.staff-reinstated':
      return { removed: false };
    default:
      return {};
  }
}
