import {
  type ClassId,
  type Decider,
  type EnrolmentId,
  type Happened,
  type LocalDate,
  type Refusal,
  type Role,
  sameContent,
  type StaffId,
} from '@foundation/kernel';
import {
  type AddedStaff,
  classAssigned,
  type ClassAssignment,
  classUnassigned,
  type PeopleEvent,
  type RoleGrant,
  type RosteredStaff,
  staffAdded,
  staffLeftRoster,
  staffReinstated,
  staffRemoved,
  staffRostered,
} from './events';
import { endRole, type Grant, grantRole, lastDayOf, type RoleEnd } from './grants';
import { refuse } from './refusals';

/** Everything the roster says about one person. */
export interface StaffSnapshot extends RosteredStaff {
  /** All of the person's enrolments, not only the changed ones; another with the same id replaces the first. Absent: classes stay as they are. */
  readonly enrolments?: readonly ClassAssignment[];
}

/** Enrolments that the roster states: which of those on the record end is all that are not among them (but these), or only the named ones. */
export interface ClassesStated {
  readonly enrolments: readonly ClassAssignment[];
  readonly ending: { readonly allBut: ReadonlySet<EnrolmentId> } | { readonly only: readonly EnrolmentId[] };
}

export type StaffCommand =
  | ({ readonly kind: 'add' } & AddedStaff)
  | ({ readonly kind: 'roster' } & StaffSnapshot)
  /** The classes that the roster states for a person it says nothing else of. `ending` as in `ClassesStated`. */
  | ({ readonly kind: 'roster-classes' } & ClassesStated)
  | { readonly kind: 'leave-roster' }
  | ({ readonly kind: 'grant-role' } & RoleGrant)
  | ({ readonly kind: 'end-role' } & RoleEnd)
  | { readonly kind: 'remove'; readonly reason: string }
  | { readonly kind: 'reinstate'; readonly reason: string };

export interface StaffState {
  /** Absent until the person is on the record. */
  readonly staff?: StaffId;
  readonly removed: boolean;
  readonly onRoster: boolean;
  /** What the roster last stated, to know a repeat from a change. */
  readonly rostered?: RosteredStaff;
  readonly classes: Readonly<Record<EnrolmentId, ClassAssignment>>;
  /** Every grant ever given, in order. */
  readonly grants: readonly Grant[];
}

const initial: StaffState = { staff: undefined, removed: false, onRoster: false, rostered: undefined, classes: {}, grants: [] };

function evolve(state: StaffState, event: Happened<PeopleEvent>): StaffState {
  switch (event.type) {
    case 'people.staff-rostered':
      return { ...state, staff: event.data.staff, onRoster: true, rostered: event.data };
    case 'people.staff-added':
      return { ...state, staff: event.data.staff };
    case 'people.staff-left-roster':
      return { ...state, onRoster: false };
    case 'people.class-assigned': {
      const { staff: _, ...assignment } = event.data;
      return { ...state, classes: { ...state.classes, [assignment.enrolment]: assignment } };
    }
    case 'people.class-unassigned': {
      const kept = Object.entries<ClassAssignment>(state.classes).filter(([key]) => key !== event.data.enrolment);
      return { ...state, classes: Object.fromEntries(kept) };
    }
    case 'people.role-granted': {
      const { grant, role, schools, discipline, from, to } = event.data;
      return { ...state, grants: [...state.grants, { grant, role, schools, discipline, from, to }] };
    }
    case 'people.role-ended': {
      const { grant, lastDay } = event.data;
      return { ...state, grants: state.grants.map((one) => (one.grant === grant ? { ...one, endedOn: lastDay } : one)) };
    }
    case 'people.staff-removed':
      return { ...state, removed: true };
    case 'people.staff-reinstated':
      return { ...state, removed: false };
  }
}

function decide(command: StaffCommand, state: StaffState): readonly PeopleEvent[] | Refusal {
  if (command.kind === 'add') return add(command, state);
  if (command.kind === 'roster') return roster(command, state);
  const { staff } = state;
  if (!staff) return refuse('staff-not-found', 'Add the person by hand or import the roster that names them first.');
  switch (command.kind) {
    case 'leave-roster':
      return state.onRoster ? [staffLeftRoster.of({ staff }), ...unassigned(staff, state, {})] : [];
    case 'roster-classes':
      return rosterClasses(staff, command, state);
    case 'grant-role': {
      if (state.removed) return refuse('staff-removed', 'Reinstate the person before giving them a role.');
      const { grant, role, schools, discipline, purpose, from, to } = command;
      return grantRole(state.grants, staff, { grant, role, schools, discipline, purpose, from, to });
    }
    case 'end-role':
      return endRole(state.grants, staff, command);
    case 'remove':
      return state.removed ? [] : [staffRemoved.of({ staff, reason: command.reason })];
    case 'reinstate':
      return state.removed ? [staffReinstated.of({ staff, reason: command.reason })] : [];
  }
}

function add({ kind: _, ...person }: Extract<StaffCommand, { kind: 'add' }>, state: StaffState) {
  if (state.staff) return refuse('staff-exists', 'Use the person already on the record, or another id for another person.');
  return [staffAdded.of({ ...person, schools: sorted(person.schools) })];
}

/** Lists are sets here: another order in the file is no change. */
const sorted = <T extends string>(values: readonly T[]): T[] => [...new Set(values)].sort();

function roster(command: Extract<StaffCommand, { kind: 'roster' }>, state: StaffState): readonly PeopleEvent[] {
  const { kind: _, enrolments, ...stated } = command;
  const content = { ...stated, schools: sorted(stated.schools), rosterRoles: sorted(stated.rosterRoles) };
  const repeats = state.onRoster && sameContent(state.rostered, content);
  if (!enrolments) return repeats ? [] : [staffRostered.of(content)];
  const wanted = Object.fromEntries(enrolments.map((one) => [one.enrolment, one]));
  const assigned = Object.values(wanted).filter((one) => !sameContent(state.classes[one.enrolment], one));
  return [
    ...(repeats ? [] : [staffRostered.of(content)]),
    ...unassigned(command.staff, state, wanted),
    ...assigned.map((one) => classAssigned.of({ staff: command.staff, ...one })),
  ];
}

function rosterClasses(staff: StaffId, { enrolments, ending }: ClassesStated, state: StaffState): readonly PeopleEvent[] {
  const stated = new Set(enrolments.map((one) => one.enrolment));
  const ends = (id: EnrolmentId) => !stated.has(id) && ('only' in ending ? ending.only.includes(id) : !ending.allBut.has(id));
  return [
    ...Object.values<ClassAssignment>(state.classes)
      .filter((one) => ends(one.enrolment))
      .map((one) => classUnassigned.of({ staff, enrolment: one.enrolment, class: one.class })),
    ...enrolments.filter((one) => !sameContent(state.classes[one.enrolment], one)).map((one) => classAssigned.of({ staff, ...one })),
  ];
}

/** The classes held whose enrolments are no longer there. */
function unassigned(staff: StaffId, state: StaffState, wanted: Readonly<Record<string, unknown>>): readonly PeopleEvent[] {
  return Object.values<ClassAssignment>(state.classes)
    .filter((one) => !(one.enrolment in wanted))
    .map((one) => classUnassigned.of({ staff, enrolment: one.enrolment, class: one.class }));
}

/** One member of staff: what the roster says of them, the roles they hold, whether they may act here at all. */
export const staffDecider: Decider<StaffCommand, StaffState, PeopleEvent> = { initial, evolve, decide };

/** The grants in force on a day, first and last day included; none for a removed person, whatever the day. */
export function activeGrants(state: StaffState, day: LocalDate): readonly Grant[] {
  if (state.removed) return [];
  return state.grants.filter((grant) => {
    const last = lastDayOf(grant);
    return grant.from <= day && (last === undefined || day <= last);
  });
}

/** The roles a person may act in on a day, each once. */
export const rolesOn = (state: StaffState, day: LocalDate): readonly Role[] => [
  ...new Set(activeGrants(state, day).map((grant) => grant.role)),
];

/** The classes the roster gives a person on a day; an enrolment without dates always counts. */
export const classesOn = (state: StaffState, day: LocalDate): readonly ClassId[] => [
  ...new Set(
    Object.values<ClassAssignment>(state.classes)
      .filter(({ from, to }) => (from === undefined || from <= day) && (to === undefined || day <= to))
      .map((one) => one.class),
  ),
];
