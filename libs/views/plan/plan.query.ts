import { Inject, Injectable } from '@nestjs/common';
import { type PlansEvent, plansEvents } from '@case/plans/events';
import type { PlanPromise } from '@case/plans/promise';
import { JOURNAL, type Journal } from '@foundation/event-store';
import type { Instant, LocalDate, PlanId, RecordedEvent, StudentId } from '@foundation/kernel';
import type { ViewReader } from '@foundation/view-store/view';
import { VIEW_READER } from '../reader';
import { foldPlans, type PlansOn, plansOn, type PlanState } from './in-force';

const types: readonly string[] = plansEvents.map(({ type }) => type);
export const isPlansEvent = (event: RecordedEvent): event is RecordedEvent<PlansEvent> => types.includes(event.type);

interface Row {
  readonly revision: number;
  readonly promise: string;
}
const read = ({ revision, promise }: Row): PlanState => ({ revision, promise: JSON.parse(promise) as PlanPromise });

/** Plans as they are in force. */
@Injectable()
export class PlanQuery {
  constructor(
    @Inject(VIEW_READER) private readonly reader: ViewReader,
    @Inject(JOURNAL) private readonly journal: Journal,
  ) {}

  /** What was in force `on` a day: as known now, or as recorded by `asOf`. */
  async inForce(student: StudentId, { on, asOf }: { on: LocalDate; asOf?: Instant }): Promise<PlansOn> {
    if (asOf === undefined) return this.inForceNow(student, on);
    const events = await this.journal.readStudent(student, { types, until: asOf });
    return { ...plansOn(foldPlans(events.filter(isPlansEvent)), on), asOf };
  }

  /** As known now. */
  inForceNow(student: StudentId, on: LocalDate): PlansOn {
    return plansOn(this.ofStudent(student), on);
  }

  /** One plan, whole. */
  plan(plan: PlanId): PlanState | undefined {
    const row = this.reader.get<Row>('SELECT revision, promise FROM plan WHERE plan = ?', plan);
    return row && read(row);
  }

  /** All plans of a child: drafts, active and ended ones. */
  ofStudent(student: StudentId): PlanState[] {
    return this.reader.all<Row>('SELECT revision, promise FROM plan WHERE student = ? ORDER BY plan', student).map(read);
  }
}
