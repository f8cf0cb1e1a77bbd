import { Inject, Injectable } from '@nestjs/common';
import type { PeopleEvent } from '@case/people/events';
import type { Actor, Relation, RelationFacts } from '@foundation/access/policy.types';
import { COMMAND_RUNNER, type CommandRunner } from '@foundation/event-store';
import type { Discipline, GrantId, Happened, LocalDate, Role, SchoolId, StaffId, StudentId } from '@foundation/kernel';
import type { PrivacyEvent } from '@foundation/privacy/events';
import { studentStream } from './events';
import { schoolsOf, studentFacts, teamOn } from './facts';

interface Grant {
  readonly grant: GrantId;
  readonly role: Role;
  readonly schools: readonly SchoolId[];
  readonly discipline?: Discipline;
  readonly from: LocalDate;
  readonly to?: LocalDate;
}
interface StaffGrants {
  readonly removed: boolean;
  readonly grants: readonly Grant[];
}

const staffGrants = {
  initial: { removed: false, grants: [] } as StaffGrants,
  evolve(state: StaffGrants, event: Happened<PeopleEvent>): StaffGrants {
    switch (event.type) {
      case 'people.role-granted': {
        const { grant, role, schools, discipline, from, to } = event.data;
        return { ...state, grants: [...state.grants, { grant, role, schools, discipline, from, to }] };
      }
      case 'people.role-ended': {
        const { grant, lastDay } = event.data;
        return { ...state, grants: state.grants.map((one) => (one.grant === grant ? { ...one, to: lastDay } : one)) };
      }
      case 'people.staff-removed':
        return { ...state, removed: true };
      case 'people.staff-reinstated':
        return { ...state, removed: false };
      default:
        return state;
    }
  },
};

/** A remembered fold of the child keeps what it once read, so erasure is asked of the key's own stream. */
const keyFate = {
  initial: { destroyed: false },
  evolve: (state: { destroyed: boolean }, event: Happened<PrivacyEvent>) =>
    event.type === 'privacy.key-destroyed' ? { destroyed: true } : state,
};

/** Questions remembered about one state: people × days. */
const QUESTIONS = 1000;

/** Roles and relations as the log states them now: no view, so no lag after access was given or taken away. */
@Injectable()
export class CaseRelationFacts implements RelationFacts {
  private readonly actors = new Answers<Actor | undefined>();
  private readonly relations = new Answers<Relation>();

  constructor(@Inject(COMMAND_RUNNER) private readonly runner: CommandRunner) {}

  async actor(staff: StaffId, role: Role, on: LocalDate): Promise<Actor | undefined> {
    const { state } = await this.runner.load(staffGrants, `staff-${staff}`);
    return this.actors.of(state, `${role}|${on}`, () => {
      const grants = grantsOn(state, on).filter((one) => one.role === role);
      if (grants.length === 0) return undefined;
      const schools = [...new Set(grants.flatMap((one) => one.schools))];
      return { staff, role, schools, discipline: grants.find((one) => one.discipline)?.discipline };
    });
  }

  async rolesOf(staff: StaffId, on: LocalDate): Promise<readonly Role[]> {
    const { state } = await this.runner.loadCurrent(staffGrants, `staff-${staff}`);
    return [...new Set(grantsOn(state, on).map((one) => one.role))];
  }

  async relation(actor: Actor, student: StudentId, on: LocalDate): Promise<Relation | undefined> {
    const [{ state: facts }, { state: key }] = await Promise.all([
      this.runner.load(studentFacts, studentStream(student)),
      this.runner.load(keyFate, `key-${student}`),
    ]);
    if (facts.student === undefined || facts.erased || key.destroyed) return undefined;
    return this.relations.of(facts, `${actor.staff}|${on}|${actor.schools.join()}`, () => {
      const team = teamOn(facts, actor.staff, on).map(({ role, discipline, classes, coveringFor }) => ({
        role,
        discipline,
        classes,
        covering: coveringFor !== undefined,
      }));
      return { team, sameSchool: schoolsOf(facts, on).some((school) => actor.schools.includes(school)) };
    });
  }
}

function grantsOn({ removed, grants }: StaffGrants, on: LocalDate): readonly Grant[] {
  return removed ? [] : grants.filter((one) => one.from <= on && (one.to === undefined || on <= one.to));
}

/** Answers that follow from a folded state, kept as long as the state itself: a batch asks the same of one child hundreds of times. */
class Answers<T> {
  private readonly known = new WeakMap<object, Map<string, T>>();

  of(state: object, question: string, answer: () => T): T {
    let answers = this.known.get(state);
    if (!answers || answers.size >= QUESTIONS) this.known.set(state, (answers = new Map<string, T>()));
    const known = answers.get(question);
    if (known !== undefined) return known;
    const found = answer();
    answers.set(question, found);
    return found;
  }
}
