import { Injectable } from '@nestjs/common';
import type { EntryState } from '@case/accommodations/events';
import type { Accommodation, Goal } from '@case/plans/events';
import type {
  AccommodationId,
  ClassId,
  Discipline,
  GoalId,
  LocalDate,
  PlanId,
  ServiceId,
  StaffId,
  StudentId,
  TeamRole,
  ZonedInstant,
} from '@foundation/kernel';
import type { Measure, PromptLevel } from '@foundation/measurement';
import { type Assignment, DirectoryQuery, type StudentEntry, TeamQuery } from '../directory';
import { type PlanInForce, PlanQuery } from '../plan';
import { ProgressQuery } from '../progress';
import { TimelineQuery } from '../timeline';

/** One accommodation in one class: each pair is expected on each day. */
export interface AccommodationToday {
  readonly plan: PlanId;
  readonly accommodation: AccommodationId;
  readonly label: string;
  readonly class: ClassId;
  readonly title?: string;
  /** Today's latest entry that counts, whoever made it. Silence is shown as `unlogged`. */
  readonly state: EntryState | { readonly kind: 'unlogged' };
  readonly entry?: string;
}

export interface GoalToday {
  readonly plan: PlanId;
  readonly goal: GoalId;
  readonly label: string;
  readonly measure?: Measure;
  readonly startPrompt?: PromptLevel;
  readonly classes: readonly ClassId[];
  /** Of today, without second observers and voided records. */
  readonly records: number;
  readonly trials: number;
  /** Absent when nothing has been seen today that gives a value. */
  readonly value?: number;
}

export interface SessionToday {
  readonly session: string;
  readonly service?: ServiceId;
  readonly discipline?: Discipline;
  readonly start: ZonedInstant;
  readonly state: 'scheduled' | 'delivered' | 'partial' | 'missed';
}

export interface ChildToday {
  readonly student: StudentId;
  /** As the child is called. */
  readonly firstName: string;
  readonly initials: string;
  readonly parts: readonly { readonly role: TeamRole; readonly discipline?: Discipline; readonly covering: boolean }[];
  /** There is a one-screen profile to read. */
  readonly hasProfile: boolean;
  readonly plans: readonly { readonly plan: PlanId; readonly version: number; readonly acknowledged: boolean }[];
  readonly accommodations: readonly AccommodationToday[];
  readonly goals: readonly GoalToday[];
  readonly sessions: readonly SessionToday[];
}

export interface Today {
  readonly on: LocalDate;
  readonly staff: StaffId;
  readonly children: readonly ChildToday[];
}

/** What one person has before them on a day. Composed of small row reads of the other views; it has no table of its own. */
@Injectable()
export class TodayQuery {
  constructor(
    private readonly directory: DirectoryQuery,
    private readonly team: TeamQuery,
    private readonly plans: PlanQuery,
    private readonly progress: ProgressQuery,
    private readonly timeline: TimelineQuery,
  ) {}

  /** Children with an assignment of this person in force on the day, by first name. */
  today(staff: StaffId, on: LocalDate): Today {
    const assignments = new Map<StudentId, Assignment[]>();
    for (const one of this.team.ofStaffOn(staff, on)) assignments.set(one.student, [...(assignments.get(one.student) ?? []), one]);
    const withProfile = this.directory.withProfile([...assignments.keys()]);
    const titles = new Map<ClassId, string>();
    const children = [...assignments].flatMap(([student, parts]) => {
      const entry = this.directory.student(student);
      return entry && !('erasedAt' in entry) ? [this.child(entry, parts, on, staff, withProfile.has(student), titles)] : [];
    });
    return { on, staff, children: children.sort(byName) };
  }

  private child(
    entry: StudentEntry,
    parts: readonly Assignment[],
    on: LocalDate,
    staff: StaffId,
    hasProfile: boolean,
    titles: Map<ClassId, string>,
  ): ChildToday {
    const { student } = entry;
    const { inForce } = this.plans.inForceNow(student, on);
    const classes = classesOf(parts);
    return {
      student,
      firstName: entry.preferredName ?? entry.givenName,
      initials: initialsOf(entry),
      parts: parts.map(({ role, discipline, coveringFor }) => ({ role, discipline, covering: coveringFor !== undefined })),
      hasProfile,
      plans: inForce.map(({ plan, version, acknowledgements }) => ({
        plan,
        version,
        acknowledged: acknowledgements.some((one) => one.staff === staff),
      })),
      accommodations: this.accommodations(student, inForce, on, classes, titles),
      goals: inForce.flatMap((plan) =>
        plan.goals.filter((goal) => within(goal.classes, classes)).map((goal) => this.goal(student, plan, goal, on)),
      ),
      sessions: this.sessions(student, inForce, on),
    };
  }

  private accommodations(
    student: StudentId,
    inForce: readonly PlanInForce[],
    on: LocalDate,
    classes: readonly ClassId[] | undefined,
    titles: Map<ClassId, string>,
  ): AccommodationToday[] {
    const entries = this.timeline.day(student, 'accommodation-entry', on).filter(({ voided }) => !voided);
    const expected = inForce.flatMap(({ plan, accommodations }) =>
      accommodations.flatMap((accommodation) =>
        accommodation.classes.filter((group) => within([group], classes)).map((group) => ({ plan, accommodation, class: group })),
      ),
    );
    this.title(
      expected.map((one) => one.class),
      titles,
    );
    return expected.map(({ plan, accommodation, class: group }) => {
      const last = entries.filter((line) => line.item === accommodation.accommodation && line.class === group).at(-1);
      const state = last?.detail.what === 'entry' ? last.detail.state : undefined;
      return {
        plan,
        ...named(accommodation),
        class: group,
        title: titles.get(group),
        state: state ?? { kind: 'unlogged' },
        entry: last?.id,
      };
    });
  }

  private title(classes: readonly ClassId[], titles: Map<ClassId, string>): void {
    const missing = [...new Set(classes)].filter((group) => !titles.has(group));
    if (missing.length === 0) return;
    for (const entry of this.directory.classes({ classes: missing })) titles.set(entry.class, entry.title);
  }

  private goal(student: StudentId, { plan }: PlanInForce, goal: Goal, on: LocalDate): GoalToday {
    const { records, trials, value } = this.progress.day(student, goal, on);
    const { label, measure, startPrompt, classes } = goal;
    return { plan, goal: goal.goal, label, measure, startPrompt, classes, records, trials, ...(value === undefined ? {} : { value }) };
  }

  private sessions(student: StudentId, inForce: readonly PlanInForce[], on: LocalDate): SessionToday[] {
    const services = inForce.flatMap((plan) => plan.services);
    return this.timeline.day(student, 'session', on).flatMap(({ id, item, detail, voided }) => {
      if (voided || (detail.what !== 'scheduled' && detail.what !== 'outcome')) return [];
      const service = services.find((one) => one.service === item);
      const { start, state } =
        detail.what === 'scheduled'
          ? { start: detail.start, state: detail.what }
          : { start: detail.outcome.kind === 'missed' ? detail.outcome.plannedStart : detail.outcome.start, state: detail.outcome.kind };
      return [{ session: id, service: service?.service, discipline: service?.discipline, start, state }];
    });
  }
}

const named = ({ accommodation, label }: Accommodation) => ({ accommodation, label });
const byName = (a: ChildToday, b: ChildToday): number => a.firstName.localeCompare(b.firstName) || a.student.localeCompare(b.student);
const initialsOf = ({ givenName, preferredName, familyName }: StudentEntry): string =>
  [preferredName ?? givenName, familyName].map((name) => [...name.trim()][0]?.toUpperCase() ?? '').join('');

/** A teacher acts in the classes of the assignment; every other part is with the child in all of them. */
function classesOf(parts: readonly Assignment[]): readonly ClassId[] | undefined {
  return parts.every(({ role }) => role === 'teacher') ? parts.flatMap(({ classes }) => classes) : undefined;
}
const within = (classes: readonly ClassId[], limit: readonly ClassId[] | undefined): boolean =>
  limit === undefined || classes.some((one) => limit.includes(one));
