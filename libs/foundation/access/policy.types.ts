import type { ClassId, Discipline, LocalDate, Role, SchoolId, StaffId, StudentId, TeamRole } from '@foundation/kernel';

/** Who asks, in the one role they act in now. */
export interface Actor {
  readonly staff: StaffId;
  readonly role: Role;
  /** The schools of the grants that give the role. */
  readonly schools: readonly SchoolId[];
  readonly discipline?: Discipline;
}

/** What ties the actor to a child on the day in question. */
export interface Relation {
  /** Assignments of the actor to the child's team in force on that day. */
  readonly team: readonly {
    readonly role: TeamRole;
    readonly discipline?: Discipline;
    readonly classes: readonly ClassId[];
    readonly covering: boolean;
  }[];
  /** The child is in one of the actor's schools. */
  readonly sameSchool: boolean;
}

/** What ties the actor to one practice record. */
export interface RecordTie {
  readonly own: boolean;
  /** Whole days since the record was made. */
  readonly ageDays: number;
  /** Of a session: its service line's discipline. */
  readonly discipline?: Discipline;
}

export const ACTIONS = [
  'accounts.manage',
  'roles.manage',
  'staff.read',
  'roster.import',
  'jobs.manage',
  'school.read',
  'student.add',
  'student.list',
  'student.read',
  'student.erase',
  'case.open',
  'profile.read',
  'profile.write',
  'team.read',
  'team.write',
  'guardian.write',
  'plan.read',
  'plan.write',
  'plan.acknowledge',
  'progress.read',
  'timeline.read',
  'history.read',
  'reads.read',
  'export.request',
  'export.read',
  'observation.write',
  'accommodation-entry.write',
  'session.write',
  'record.correct',
  'record.void',
  'record.dispute',
  'today.read',
  'caseload.read',
  'changes.read',
  'messages.read',
] as const;
export type Action = (typeof ACTIONS)[number];

/** How much of a child's practice a reader may see. */
export interface ReadScope {
  readonly records: 'all' | 'own';
  readonly sessionNotes: boolean;
  /** Present for a teacher: goals and accommodations of these classes only. */
  readonly classes?: readonly ClassId[];
}

export type Decision =
  | { readonly kind: 'allow'; readonly scope: ReadScope }
  /** 403: the actor may know that it exists. */
  | { readonly kind: 'forbid'; readonly why: string }
  /** 404: its existence is itself private. */
  | { readonly kind: 'hide' };

/** Relations as the record states them on a day; implemented over the log, without a view's lag. */
export interface RelationFacts {
  /** The actor as of a day, or undefined when the person is removed, unknown or does not hold the role that day. */
  actor(staff: StaffId, role: Role, on: LocalDate): Promise<Actor | undefined>;
  /** The roles a person holds on a day. */
  rolesOf(staff: StaffId, on: LocalDate): Promise<readonly Role[]>;
  /** Undefined when there is no such child or the child was erased. */
  relation(actor: Actor, student: StudentId, on: LocalDate): Promise<Relation | undefined>;
}
