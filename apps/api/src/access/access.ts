import { Inject, Injectable } from '@nestjs/common';
import { daysBetween, inZone, localDateOf } from '@foundation/calendar';
import { type Action, type Decision, decide, type ReadScope, type RecordTie } from '@foundation/access';
import { ProblemError } from '@foundation/http';
import type { Discipline, GoalId, LocalDate, PlanId, ServiceId, StudentId } from '@foundation/kernel';
import { planFold, type PlanPromise, planStream } from '@case/plans';
import { disciplineOf } from '@case/sessions';
import { DirectoryQuery } from '@views/directory';
import { PLATFORM, type Platform } from '../platform';
import { onceCurrent } from '../shared/current';
import { notFound } from '../shared/replies';
import type { Caller } from './caller';
import { originFold } from './origin';
import type { RecordKind } from './requires';

export interface Subject {
  readonly student: StudentId;
  readonly tie?: RecordTie;
}

/** Asks the policy with facts from the log: no view, so access that was given or taken away counts at once. */
@Injectable()
export class Access {
  constructor(
    @Inject(PLATFORM) private readonly platform: Platform,
    private readonly directory: DirectoryQuery,
  ) {}

  /** Of an action that concerns no child. @throws ProblemError 403 */
  allow(caller: Caller, action: Action): ReadScope {
    return scopeOf(decide(caller.actor, action));
  }

  /** @throws ProblemError 404 for a child whose existence is private to the caller, 403 when it is not. */
  async authorise(caller: Caller, action: Action, { student, tie }: Subject, on: LocalDate = caller.today): Promise<ReadScope> {
    return scopeOf(await this.decision(caller, action, { student, tie }, on));
  }

  /**
   * Of what happened on a day: who was on the team that day may still write it down, and so may who is on it today.
   * A substitute whose tablet was offline sends her records the next morning.
   */
  async authoriseRecord(caller: Caller, action: Action, subject: Subject, day: LocalDate): Promise<ReadScope> {
    const then = day <= caller.today ? await this.decision(caller, action, subject, day) : undefined;
    return then?.kind === 'allow' ? then.scope : this.authorise(caller, action, subject);
  }

  /** Of listed children, those that the caller may read in the present role: other roles of theirs do not count. */
  async readable(caller: Caller, students: readonly StudentId[]): Promise<ReadonlySet<StudentId>> {
    // A list shows what this node knows: nothing is refused by leaving out what it does not.
    const may = async (student: StudentId) => (await this.decisionHere(caller, 'student.read', { student }, caller.today)).kind === 'allow';
    const allowed = await Promise.all(students.map(may));
    return new Set(students.filter((_, index) => allowed[index]));
  }

  decision(caller: Caller, action: Action, subject: Subject, on: LocalDate): Promise<Decision> {
    return onceCurrent(
      this.platform,
      () => this.decisionHere(caller, action, subject, on),
      ({ kind }) => kind === 'allow',
    );
  }

  private async decisionHere(caller: Caller, action: Action, { student, tie }: Subject, on: LocalDate): Promise<Decision> {
    const relation = await this.platform.relations.relation(caller.actor, student, on);
    if (relation === undefined && action === 'student.erase' && (await this.platform.erasure.isErased(student))) {
      // The answer to the first time may have been lost: whoever may erase any child may ask again.
      const again = decide(caller.actor, action, { team: [], sameSchool: false });
      if (again.kind === 'allow') return again;
    }
    return decide(caller.actor, action, relation, tie);
  }

  async plan(plan: PlanId): Promise<PlanPromise | undefined> {
    const load = async () => (await this.platform.runner.load(planFold, planStream(plan))).state;
    return onceCurrent(this.platform, load, (promise) => promise !== undefined);
  }

  async studentOfPlan(plan: PlanId): Promise<StudentId | undefined> {
    return (await this.plan(plan))?.student;
  }

  /** Goals are found in a view: one set a moment ago is waited for once. */
  async studentOfGoal(goal: GoalId): Promise<StudentId | undefined> {
    const known = this.directory.goal(goal);
    if (known) return known.student;
    await this.platform.catchUp?.();
    await this.platform.views.waitFor(await this.platform.journal.head());
    return this.directory.goal(goal)?.student;
  }

  async record(caller: Caller, kind: RecordKind, record: string): Promise<Subject | undefined> {
    const load = async () => (await this.platform.runner.load(originFold, `${kind}-${record}`)).state;
    const state = await onceCurrent(this.platform, load, (origin) => origin?.student !== undefined);
    if (!state?.student) return undefined;
    const made = localDateOf(inZone(state.recordedAt, caller.zone));
    return { student: state.student, tie: { own: state.actor === caller.actor.staff, ageDays: daysBetween(made, caller.today) } };
  }

  async discipline(plan: PlanId, service: ServiceId): Promise<Discipline | undefined> {
    const promise = await this.plan(plan);
    return promise && disciplineOf(promise, service);
  }
}

function scopeOf(decision: Decision): ReadScope {
  switch (decision.kind) {
    case 'allow':
      return decision.scope;
    case 'forbid':
      throw new ProblemError('forbidden', decision.why);
    case 'hide':
      throw notFound();
  }
}
