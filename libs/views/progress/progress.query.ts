import { Inject, Injectable } from '@nestjs/common';
import { type ObservationsEvent, observationsEvents } from '@case/observations/events';
import { type Goal, plansEvents } from '@case/plans/events';
import { JOURNAL, type Journal } from '@foundation/event-store';
import type { GoalId, Instant, LocalDate, RecordedEvent, StudentId } from '@foundation/kernel';
import type { ViewReader } from '@foundation/view-store/view';
import { DirectoryQuery } from '../directory';
import { foldPlans, isPlansEvent, PlanQuery } from '../plan';
import { VIEW_READER } from '../reader';
import { dayPoint, type GoalProgress, progressOf } from './points';
import { foldSeen, type Seen, seenOf, type SeenRow } from './seen';

const observationTypes: readonly string[] = observationsEvents.map(({ type }) => type);
const isObservation = (event: RecordedEvent): event is RecordedEvent<ObservationsEvent> => observationTypes.includes(event.type);
const types = [...plansEvents.map(({ type }) => type), ...observationTypes];

/** How far a goal has come. */
@Injectable()
export class ProgressQuery {
  constructor(
    @Inject(VIEW_READER) private readonly reader: ViewReader,
    @Inject(JOURNAL) private readonly journal: Journal,
    private readonly directory: DirectoryQuery,
    private readonly plans: PlanQuery,
  ) {}

  /** As known now, or as recorded by `asOf`. Undefined for a goal that is not known (then). */
  async progress(goal: GoalId, { asOf }: { asOf?: Instant } = {}): Promise<GoalProgress | undefined> {
    const entry = this.directory.goal(goal);
    if (!entry) return undefined;
    if (asOf !== undefined) return this.asOf(entry.student, goal, asOf);
    const plan = this.plans.plan(entry.plan)?.promise;
    return plan && progressOf(plan, goal, this.seen(entry.student, goal));
  }

  private async asOf(student: StudentId, goal: GoalId, asOf: Instant): Promise<GoalProgress | undefined> {
    const events = await this.journal.readStudent(student, { types, until: asOf });
    const plan = foldPlans(events.filter(isPlansEvent)).find(({ promise }) => goalIn(promise.items.goals, promise.versions, goal))?.promise;
    const seen = foldSeen(events.filter(isObservation)).filter((one) => one.goal === goal);
    const progress = plan && progressOf(plan, goal, seen);
    return progress && { ...progress, asOf };
  }

  /** One day of a goal, as the goal reads on that day. */
  day(student: StudentId, goal: Goal, on: LocalDate): { readonly records: number; readonly trials: number; readonly value?: number } {
    const rows = this.reader.all<SeenRow>(
      'SELECT * FROM progress WHERE student = ? AND goal = ? AND day = ? AND counts = 1 ORDER BY at, record',
      student,
      goal.goal,
      on,
    );
    const [first, ...others] = rows.map(seenOf);
    const point = first && dayPoint(goal, [first, ...others]);
    return { records: point?.sittings ?? 0, trials: point?.trials ?? 0, value: point?.value };
  }

  /** The last day up to `on` with a record that counts. */
  lastDataDay(student: StudentId, goal: GoalId, on: LocalDate): LocalDate | undefined {
    return this.reader.get<{ day: LocalDate }>(
      'SELECT day FROM progress WHERE student = ? AND goal = ? AND day <= ? AND counts = 1 ORDER BY day DESC LIMIT 1',
      student,
      goal,
      on,
    )?.day;
  }

  private seen(student: StudentId, goal: GoalId): Seen[] {
    return this.reader
      .all<SeenRow>('SELECT * FROM progress WHERE student = ? AND goal = ? ORDER BY day, at, record', student, goal)
      .map(seenOf);
  }
}

type Goals = Readonly<Record<GoalId, Goal>>;
const goalIn = (items: Goals, versions: readonly { readonly goals: Goals }[], goal: GoalId): boolean =>
  items[goal] !== undefined || versions.some(({ goals }) => goals[goal] !== undefined);
