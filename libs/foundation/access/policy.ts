import type { Role } from '@foundation/kernel';
import type { Action, Actor, Decision, ReadScope, RecordTie, Relation } from './policy.types';

/** Days within which an aide mends an own record; the seventh day still counts. */
export const AIDE_MENDS_DAYS = 7;

/**
 * How far a permission reaches. Without a child in question: `yes`. About one child: `any` child of the district, the
 * children of the actor's `school`s, or those on whose `team` the actor is on that day in the role acted in; of these,
 * records that are `own`, own and at most seven days old (`own-7-days`), or sessions of the actor's own `discipline`.
 */
export type Reach = 'yes' | 'any' | 'school' | 'team' | 'school-or-team' | 'own' | 'own-7-days' | 'discipline';

const NO_CHILD = [
  'accounts.manage',
  'roles.manage',
  'staff.read',
  'roster.import',
  'jobs.manage',
  'school.read',
  'student.add',
  'student.list',
  'today.read',
  'caseload.read',
  'changes.read',
  'messages.read',
] as const satisfies readonly Action[];
type WithoutChild = (typeof NO_CHILD)[number];
/** True of actions that concern one child, and so need a relation. */
export const concernsChild = (action: Action): boolean => !NO_CHILD.some((one) => one === action);

type Permissions = Partial<Record<WithoutChild, 'yes'> & Record<Exclude<Action, WithoutChild>, Exclude<Reach, 'yes'>>>;

/** Everything that is allowed. What is not named here is denied. */
const PERMISSIONS: Readonly<Record<Role, Permissions>> = {
  administrator: {
    'accounts.manage': 'yes',
    'roles.manage': 'yes',
    'staff.read': 'yes',
    'roster.import': 'yes',
    'jobs.manage': 'yes',
    'school.read': 'yes',
    'student.add': 'yes',
    'student.list': 'yes',
    'changes.read': 'yes',
    'messages.read': 'yes',
    'student.read': 'any',
    'student.erase': 'any',
    'team.read': 'any',
    'team.write': 'any',
    'reads.read': 'any',
  },
  coordinator: {
    'staff.read': 'yes',
    'school.read': 'yes',
    'student.list': 'yes',
    'caseload.read': 'yes',
    'changes.read': 'yes',
    'messages.read': 'yes',
    'student.read': 'school',
    'case.open': 'school',
    'profile.read': 'school',
    'team.read': 'school',
    'team.write': 'school',
    'guardian.write': 'school',
    'plan.read': 'school',
    'progress.read': 'school',
    'timeline.read': 'school',
    'history.read': 'school',
    'reads.read': 'school',
    'export.request': 'school',
    'export.read': 'school',
    'record.correct': 'school',
    'record.void': 'school',
    'record.dispute': 'school',
  },
  'case-manager': {
    'staff.read': 'yes',
    'school.read': 'yes',
    'student.list': 'yes',
    'today.read': 'yes',
    'caseload.read': 'yes',
    'changes.read': 'yes',
    'messages.read': 'yes',
    'student.read': 'team',
    'case.open': 'team',
    'profile.read': 'team',
    'profile.write': 'team',
    'team.read': 'team',
    'team.write': 'team',
    'guardian.write': 'team',
    'plan.read': 'team',
    'plan.write': 'team',
    'plan.acknowledge': 'team',
    'progress.read': 'team',
    'timeline.read': 'team',
    'history.read': 'team',
    'reads.read': 'team',
    'export.request': 'team',
    'export.read': 'team',
    'observation.write': 'team',
    'accommodation-entry.write': 'team',
    'record.correct': 'team',
    'record.void': 'team',
    'record.dispute': 'team',
  },
  teacher: {
    'school.read': 'yes',
    'student.list': 'yes',
    'today.read': 'yes',
    'changes.read': 'yes',
    'messages.read': 'yes',
    'student.read': 'team',
    'profile.read': 'team',
    'team.read': 'team',
    'plan.read': 'team',
    'plan.acknowledge': 'team',
    'progress.read': 'team',
    'timeline.read': 'team',
    'observation.write': 'team',
    'accommodation-entry.write': 'team',
    'record.correct': 'own',
    'record.void': 'own',
    'record.dispute': 'team',
  },
  therapist: {
    'school.read': 'yes',
    'student.list': 'yes',
    'today.read': 'yes',
    'caseload.read': 'yes',
    'changes.read': 'yes',
    'messages.read': 'yes',
    'student.read': 'team',
    'profile.read': 'team',
    'team.read': 'team',
    'plan.read': 'team',
    'plan.acknowledge': 'team',
    'progress.read': 'team',
    'timeline.read': 'team',
    'observation.write': 'team',
    'session.write': 'discipline',
    'record.correct': 'own',
    'record.void': 'own',
    'record.dispute': 'team',
  },
  aide: {
    'school.read': 'yes',
    'student.list': 'yes',
    'today.read': 'yes',
    'changes.read': 'yes',
    'messages.read': 'yes',
    'student.read': 'team',
    'profile.read': 'team',
    'team.read': 'team',
    'plan.read': 'team',
    'plan.acknowledge': 'team',
    'timeline.read': 'team',
    'observation.write': 'team',
    'accommodation-entry.write': 'team',
    'record.correct': 'own-7-days',
    'record.void': 'own-7-days',
  },
  nurse: {
    'school.read': 'yes',
    'student.list': 'yes',
    'today.read': 'yes',
    'changes.read': 'yes',
    'messages.read': 'yes',
    'student.read': 'school-or-team',
    'profile.read': 'school-or-team',
    'team.read': 'school-or-team',
    'plan.read': 'team',
    'plan.acknowledge': 'team',
  },
  auditor: {
    'staff.read': 'yes',
    'school.read': 'yes',
    'student.list': 'yes',
    'caseload.read': 'yes',
    'changes.read': 'yes',
    'messages.read': 'yes',
    'student.read': 'school',
    'profile.read': 'school',
    'team.read': 'school',
    'plan.read': 'school',
    'progress.read': 'school',
    'timeline.read': 'school',
    'history.read': 'school',
    'reads.read': 'school',
  },
};

const HIDE: Decision = { kind: 'hide' };
const forbid = (why: string): Decision => ({ kind: 'forbid', why });

/**
 * May the actor do this? Pure; deny by default. `relation` is that of the actor to the child on the day in question and is
 * undefined when there is no such child; `tie` is needed for `record.correct`, `record.void` and `session.write`.
 * Whoever may not know that the child exists gets `hide`, whatever the action; everybody else gets a `forbid` that says what is missing.
 */
export function decide(actor: Actor, action: Action, relation?: Relation, tie?: RecordTie): Decision {
  const reach = PERMISSIONS[actor.role][action];
  if (!concernsChild(action)) return reach ? allow(actor, relation) : forbid(rolesWith(action));
  if (!relation || !mayKnowOf(actor, relation)) return HIDE;
  if (!reach) return forbid(rolesWith(action));
  const lacking = unmet(reach, actor, relation, tie);
  return lacking ? forbid(lacking) : allow(actor, relation);
}

/** The assignments that count: in the role acted in, whatever others the person has. */
const onTeam = (actor: Actor, relation: Relation) => relation.team.filter((one) => one.role === actor.role);

function mayKnowOf(actor: Actor, relation: Relation): boolean {
  switch (actor.role) {
    case 'administrator':
      return true;
    case 'coordinator':
    case 'auditor':
      return relation.sameSchool;
    case 'nurse':
      return relation.sameSchool || onTeam(actor, relation).length > 0;
    case 'case-manager':
    case 'teacher':
    case 'therapist':
    case 'aide':
      return onTeam(actor, relation).length > 0;
  }
}

/** What is missing although the actor may know of the child; undefined when nothing is. */
function unmet(reach: Reach, actor: Actor, relation: Relation, tie: RecordTie | undefined): string | undefined {
  switch (reach) {
    case 'yes':
    case 'any':
      return undefined;
    case 'school':
    case 'school-or-team':
      return relation.sameSchool || onTeam(actor, relation).length > 0 ? undefined : 'The child is in none of your schools.';
    case 'team':
      return onTeam(actor, relation).length > 0 ? undefined : 'Only a member of the child’s team may do this.';
    case 'own':
      return tie?.own ? undefined : 'Only the own record may be changed; the case manager can correct or void any, with a reason.';
    case 'own-7-days':
      if (!tie?.own) return 'Only the own record may be changed; the case manager can correct or void any, with a reason.';
      return tie.ageDays <= AIDE_MENDS_DAYS
        ? undefined
        : `Own records may be changed for ${AIDE_MENDS_DAYS} days; ask the case manager to correct it, with a reason.`;
    case 'discipline': {
      const served = tie?.discipline !== undefined && tie.discipline === actor.discipline;
      const assigned = onTeam(actor, relation).some((one) => (one.discipline ?? actor.discipline) === tie?.discipline);
      return served && assigned ? undefined : 'A therapist records sessions of the own discipline’s service lines only.';
    }
  }
}

const allow = (actor: Actor, relation: Relation | undefined): Decision => ({ kind: 'allow', scope: scopeOf(actor, relation) });

/** How much of a child's practice the role shows; classes are those of all the teacher's assignments of the day. */
function scopeOf(actor: Actor, relation: Relation | undefined): ReadScope {
  switch (actor.role) {
    case 'coordinator':
    case 'case-manager':
    case 'therapist':
    case 'auditor':
      return { records: 'all', sessionNotes: true };
    case 'teacher': {
      const classes = relation ? onTeam(actor, relation).flatMap((one) => one.classes) : [];
      return { records: 'own', sessionNotes: false, classes: [...new Set(classes)] };
    }
    case 'administrator':
    case 'aide':
    case 'nurse':
      return { records: 'own', sessionNotes: false };
  }
}

/** The hint of a 403: which roles may do it. */
function rolesWith(action: Action): string {
  const roles = (Object.keys(PERMISSIONS) as Role[]).filter((role) => action in PERMISSIONS[role]);
  const names = roles.map((role) => role.replace('-', ' ')).join(', ');
  return concernsChild(action) ? `This needs a tie to the child as ${names}.` : `This needs the role of ${names}.`;
}
