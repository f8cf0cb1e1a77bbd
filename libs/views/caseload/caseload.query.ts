import { Inject, Injectable } from '@nestjs/common';
import { weekStart } from '@foundation/calendar';
import type { GoalId, LocalDate, PlanId, SchoolId, StaffId, StudentId } from '@foundation/kernel';
import type { ViewReader } from '@foundation/view-store/view';
import type { Page } from '../cursor';
import { DirectoryQuery, type StudentEntry, TeamQuery } from '../directory';
import { type PlanInForce, PlanQuery } from '../plan';
import { ProgressQuery } from '../progress';
import { VIEW_READER } from '../reader';
import type { SessionState } from './caseload.projection';

export interface CaseloadFilter {
  /** A coordinator's schools, or a person's own children. */
  readonly schools?: readonly SchoolId[];
  readonly staff?: StaffId;
  readonly on: LocalDate;
  readonly cursor?: string;
  readonly limit?: number;
}

export interface CaseloadRow {
  readonly student: Pick<StudentEntry, 'student' | 'givenName' | 'familyName' | 'preferredName' | 'grades' | 'schools'>;
  /** Goals of the plans in force, with the last day (up to `on`) that has a point. */
  readonly goals: readonly { readonly goal: GoalId; readonly label: string; readonly lastDataDay?: LocalDate }[];
  readonly lastDataDay?: LocalDate;
  readonly week: {
    /** Monday. */
    readonly start: LocalDate;
    /** Sessions. */
    readonly delivered: number;
    readonly partial: number;
    readonly missed: number;
    readonly scheduled: number;
    /** Delivered and partly delivered time; seconds, rounded only where shown. */
    readonly deliveredSeconds: number;
    /** Sessions × minutes of the weekly lines in force on the day. */
    readonly plannedMinutes: number;
  };
  readonly due: { readonly annualReview?: LocalDate; readonly reevaluation?: LocalDate };
  readonly plans: readonly { readonly plan: PlanId; readonly version: number }[];
  /** People of the day's team who have not acknowledged each version in force. */
  readonly unacknowledged: number;
}

/** One line per child for those who answer for many. */
@Injectable()
export class CaseloadQuery {
  constructor(
    @Inject(VIEW_READER) private readonly reader: ViewReader,
    private readonly directory: DirectoryQuery,
    private readonly team: TeamQuery,
    private readonly plans: PlanQuery,
    private readonly progress: ProgressQuery,
  ) {}

  /** Children with an open case, in order of name. Without schools and staff: nobody's. @throws InvalidCursor */
  caseload({ schools, staff, on, cursor, limit }: CaseloadFilter): Page<CaseloadRow> {
    if (!schools && !staff) return { items: [] };
    const { items, next } = this.directory.students({ schools, staff, on, cursor, limit, caseOnly: true });
    const rows = items.map((entry) => this.row(entry, on));
    return next === undefined ? { items: rows } : { items: rows, next };
  }

  private row({ student, givenName, familyName, preferredName, grades, schools }: StudentEntry, on: LocalDate): CaseloadRow {
    const { inForce } = this.plans.inForceNow(student, on);
    const goals = inForce
      .flatMap((plan) => plan.goals)
      .map(({ goal, label }) => {
        const lastDataDay = this.progress.lastDataDay(student, goal, on);
        return { goal, label, ...(lastDataDay ? { lastDataDay } : {}) };
      });
    const lastDataDay = latest(goals.flatMap((goal) => goal.lastDataDay ?? []));
    const { annualReviewDue, reevaluationDue } = nextDue(inForce);
    return {
      student: { student, givenName, familyName, preferredName, grades, schools },
      goals,
      ...(lastDataDay ? { lastDataDay } : {}),
      week: this.week(student, inForce, on),
      due: { annualReview: annualReviewDue, reevaluation: reevaluationDue },
      plans: inForce.map(({ plan, version }) => ({ plan, version })),
      unacknowledged: this.unacknowledged(student, inForce, on),
    };
  }

  private week(student: StudentId, inForce: readonly PlanInForce[], on: LocalDate): CaseloadRow['week'] {
    const start = weekStart(on);
    const rows = this.reader.all<{ state: SessionState; sessions: number; seconds: number }>(
      'SELECT state, count(*) AS sessions, sum(seconds) AS seconds FROM caseload WHERE student = ? AND week = ? GROUP BY state',
      student,
      start,
    );
    const of = (state: SessionState) => rows.find((row) => row.state === state) ?? { sessions: 0, seconds: 0 };
    const owed = inForce.flatMap((plan) => plan.services).flatMap(({ obligation }) => obligation?.minutes ?? []);
    return {
      start,
      delivered: of('delivered').sessions,
      partial: of('partial').sessions,
      missed: of('missed').sessions,
      scheduled: of('scheduled').sessions,
      deliveredSeconds: of('delivered').seconds + of('partial').seconds,
      plannedMinutes: owed.reduce((sum, minutes) => sum + minutes, 0),
    };
  }

  private unacknowledged(student: StudentId, inForce: readonly PlanInForce[], on: LocalDate): number {
    const members = [...new Set(this.team.ofStudentOn(student, on).map(({ staff }) => staff))];
    const lacks = (staff: StaffId): boolean =>
      inForce.some((plan) => !plan.acknowledgements.some((acknowledgement) => acknowledgement.staff === staff));
    return members.filter(lacks).length;
  }
}

const latest = (days: readonly LocalDate[]): LocalDate | undefined => [...days].sort().at(-1);

/** The earliest of the plans in force. */
function nextDue(inForce: readonly PlanInForce[]): { annualReviewDue?: LocalDate; reevaluationDue?: LocalDate } {
  const first = (days: readonly (LocalDate | undefined)[]) => days.filter((day) => day !== undefined).sort()[0];
  return {
    annualReviewDue: first(inForce.map(({ clocks }) => clocks.annualReviewDue)),
    reevaluationDue: first(inForce.map(({ clocks }) => clocks.reevaluationDue)),
  };
}
