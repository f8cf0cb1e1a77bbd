import type { Command } from '@nestjs/cqrs';
import { addDays, addYears, daysBetween, inZone, weekday, weekStart } from '@foundation/calendar';
import type { CommandContext, CommandOutcome } from '@foundation/event-store';
import {
  type ActorId,
  type CommandId,
  type EntryId,
  type Instant,
  type LocalDate,
  newId,
  type ObservationId,
  type Role,
  type SessionId,
  type ZonedInstant,
} from '@foundation/kernel';
import { type EntryState, RecordEntry } from '@case/accommodations';
import { CorrectObservation, RecordObservation } from '@case/observations';
import { AddStaff, GrantRole } from '@case/people';
import { AcknowledgePlan, ActivatePlan, DraftPlan, SetAccommodation, SetGoal, SetService, WritePresentLevels } from '@case/plans';
import { RosterClass, RosterSchool, RosterTerm } from '@case/schools';
import { RecordSession, ScheduleSession } from '@case/sessions';
import { AssignTeamMember, LinkGuardian, OpenCase, RosterEnrolments, RosterStudent, WriteProfile } from '@case/students';
import { type DemoStaff, type DemoStudent, designDistrict, type District } from './district';
import { inventName } from './names';
import { Chance } from './random';
import { at, laterBy, schoolDaysBefore } from './school-days';
import { NOTES, profileOf } from './templates';
import { reached, sitting } from './trajectories';

export interface DemoOptions {
  readonly students: number;
  /** School days of records. */
  readonly days: number;
  readonly seed: number;
  /** The day on which someone opens the district: it has records before it and sessions planned on it. */
  readonly today: LocalDate;
  readonly zone: string;
}

/** Runs commands as the API does. */
export interface Commands {
  execute(command: Command<CommandOutcome>): Promise<CommandOutcome>;
}

export interface Filled {
  readonly district: District;
  readonly events: number;
}

/** How many commands are in flight at once: their appends are committed together. */
const IN_FLIGHT = 500;
type Work = () => Promise<unknown>;

/**
 * Fills an empty log with a district that never was: a school year of plausible records, made through the commands that classrooms use.
 * The same options give the same events.
 */
export async function fillDistrict(
  commands: Commands,
  options: DemoOptions,
  progress: (done: number, total: number) => void,
): Promise<Filled> {
  return new Filler(commands, options, progress).fill();
}

class Filler {
  private readonly chance: Chance;
  private readonly days: readonly LocalDate[];
  private readonly firstDay: LocalDate;
  private readonly district: District;
  private events = 0;

  constructor(
    private readonly commands: Commands,
    private readonly options: DemoOptions,
    private readonly progress: (done: number, total: number) => void,
  ) {
    this.chance = new Chance(options.seed);
    this.days = schoolDaysBefore(options.today, options.days);
    this.firstDay = this.days[0] ?? options.today;
    this.district = designDistrict(
      options.seed,
      options.students,
      this.firstDay,
      addDays(addYears(this.firstDay, 1), -1),
      this.chance.fork(1),
    );
  }

  async fill(): Promise<Filled> {
    const total = this.days.length + 2;
    await this.fillSchools();
    this.progress(1, total);
    const { students } = this.district;
    for (let start = 0; start < students.length; start += 40)
      await Promise.all(students.slice(start, start + 40).map((student, index) => this.openCase(student, start + index)));
    this.progress(2, total);
    const records = this.chance.fork(3);
    for (const [index, day] of this.days.entries()) {
      const elapsed = daysBetween(this.firstDay, day) / 300;
      await this.inParallel(students.flatMap((student) => this.schoolDay(student, day, elapsed, records)));
      this.progress(index + 3, total);
    }
    await this.inParallel(students.flatMap((student) => this.planAhead(student, records)));
    return { district: this.district, events: this.events };
  }

  private async inParallel(work: readonly Work[]): Promise<void> {
    for (let start = 0; start < work.length; start += IN_FLIGHT)
      await Promise.all(work.slice(start, start + IN_FLIGHT).map((one) => one()));
  }

  private async run(command: Command<CommandOutcome>): Promise<void> {
    const outcome = await this.commands.execute(command);
    this.events += outcome.events.length;
  }

  private context(by: ActorId, occurredAt: ZonedInstant, id: CommandId, role?: Role): CommandContext {
    return { commandId: id, correlationId: id, actor: by, role, occurredAt, recordedAt: laterBy(occurredAt, 2).at };
  }

  /** A set-up command's context: before the first day, in the order it is called. */
  private setUp(by: ActorId, role?: Role): CommandContext {
    const when = at(addDays(this.firstDay, -3), 10 * 60, this.options.zone);
    return this.context(by, when, this.chance.uuid(Date.parse(when.at)) as CommandId, role);
  }

  private async fillSchools(): Promise<void> {
    const { term, schools, administrator } = this.district;
    const title = `School year from ${this.firstDay.slice(0, 7)}`;
    await this.run(
      new RosterTerm(
        { term, sourcedId: 'demo-year', title, kind: 'schoolYear', start: this.firstDay, end: addDays(addYears(this.firstDay, 1), -1) },
        this.setUp('system'),
      ),
    );
    for (const { school, name, classes } of schools) {
      await this.run(new RosterSchool({ school, sourcedId: `demo-${school}`, name, kind: 'school' }, this.setUp('system')));
      await Promise.all(
        classes.map(({ class: group, title: label, location }) =>
          this.run(
            new RosterClass(
              {
                class: group,
                sourcedId: `demo-${group}`,
                school,
                title: label,
                kind: 'scheduled',
                location,
                periods: [],
                terms: [term],
                subjects: [],
              },
              this.setUp('system'),
            ),
          ),
        ),
      );
    }
    await Promise.all([administrator, ...schools.flatMap((school) => school.staff)].map((member) => this.employ(member)));
  }

  private async employ({ staff, givenName, familyName, role, grant, school, discipline }: DemoStaff): Promise<void> {
    await this.run(new AddStaff({ staff, givenName, familyName, schools: [school] }, this.setUp('system')));
    const schools = role === 'administrator' ? [] : [school];
    const audit = role === 'auditor' ? { purpose: 'Yearly review of records', to: addYears(this.options.today, 1) } : {};
    await this.run(
      new GrantRole({ staff, grant, role, schools, discipline, from: addDays(this.firstDay, -3), ...audit }, this.setUp('system')),
    );
  }

  /** Everything before the first school day: roster, team, profile, plan in force and acknowledged. */
  private async openCase(child: DemoStudent, index: number): Promise<void> {
    const chance = this.chance.fork(1000 + index);
    const { student, plan, school, classes } = child;
    const administrator = this.district.administrator.staff;
    const manager = child.team[0]?.member.staff ?? administrator;
    await this.run(
      new RosterStudent(
        {
          student,
          sourcedId: `demo-${student}`,
          givenName: child.givenName,
          familyName: child.familyName,
          grades: [child.grade],
          schools: [school.school],
          enabled: true,
        },
        this.setUp('system'),
      ),
    );
    await this.run(
      new RosterEnrolments(
        { student, enrolments: child.enrolments.map((one) => ({ ...one, school: school.school })) },
        this.setUp('system'),
      ),
    );
    const parent = inventName(chance);
    const guardian = {
      student,
      guardian: newGuardian(chance),
      name: `${parent.givenName} ${child.familyName}`,
      relationship: 'parent',
      fromRoster: false,
    };
    await this.run(new LinkGuardian(guardian, this.setUp(administrator, 'administrator')));
    for (const { member, assignment } of child.team) {
      const role = member.role === 'case-manager' || member.role === 'teacher' || member.role === 'therapist' ? member.role : 'aide';
      const taught = role === 'teacher' ? [...classes] : [];
      await this.run(
        new AssignTeamMember(
          {
            student,
            assignment,
            staff: member.staff,
            role,
            discipline: member.discipline,
            classes: taught,
            from: addDays(this.firstDay, -3),
          },
          this.setUp(administrator, 'administrator'),
        ),
      );
    }
    const asManager = () => this.setUp(manager, 'case-manager');
    await this.run(new OpenCase({ student, on: addDays(this.firstDay, -3) }, asManager()));
    await this.run(new WriteProfile({ student, profile: profileOf((items) => chance.pick(items)) }, asManager()));
    await this.run(new DraftPlan({ plan, student, kind: 'iep' }, asManager()));
    await this.run(new WritePresentLevels({ plan, presentLevels: `${child.givenName} works hard and is ready for more.` }, asManager()));
    for (const { goal } of child.goals) await this.run(new SetGoal({ plan, goal }, asManager()));
    for (const accommodation of child.accommodations) await this.run(new SetAccommodation({ plan, accommodation }, asManager()));
    for (const service of child.services) await this.run(new SetService({ plan, service }, asManager()));
    await this.run(
      new ActivatePlan(
        { plan, effectiveFrom: this.firstDay, meetingOn: addDays(this.firstDay, -3), evaluatedOn: addDays(this.firstDay, -200) },
        asManager(),
      ),
    );
    for (const { member } of child.team) {
      if (chance.happens(0.1)) continue;
      await this.run(
        new AcknowledgePlan({ plan, staff: member.staff, planVersion: 1, today: this.firstDay }, this.setUp(member.staff, member.role)),
      );
    }
  }

  private schoolDay(child: DemoStudent, day: LocalDate, elapsed: number, chance: Chance): Work[] {
    const absent = chance.happens(0.05);
    const sessions = child.services.flatMap((_, place) => this.session(child, place, day, absent, chance));
    return absent ? sessions : [...sessions, ...this.observations(child, day, elapsed, chance), ...this.entries(child, day, chance)];
  }

  private observations(child: DemoStudent, day: LocalDate, elapsed: number, chance: Chance): Work[] {
    const { student, plan } = child;
    return child.goals.flatMap(({ goal, trajectory }): Work[] => {
      if (!goal.measure || chance.happens(0.6)) return [];
      const observer = this.observer(child, chance);
      const when = at(day, chance.between(8 * 60 + 30, 14 * 60 + 45), this.options.zone);
      const level = 0.2 + 0.6 * reached(trajectory, elapsed);
      const raw = sitting(goal.measure, trajectory, level, chance);
      const unusualDay = chance.happens(0.03) ? chance.pick(['ill', 'upset', 'fire-drill'] as const) : undefined;
      const note = chance.happens(0.05) ? chance.pick(NOTES) : undefined;
      const observation = chance.uuid(Date.parse(when.at)) as ObservationId;
      const context = { setting: 'Classroom', unusualDay, note };
      const recorded = () =>
        this.run(
          new RecordObservation(
            { observation, student, plan, goal: goal.goal, raw, context },
            this.context(observer.staff, when, asCommand(observation), observer.role),
          ),
        );
      if (!chance.happens(0.01)) return [recorded];
      const corrected = sitting(goal.measure, trajectory, level, chance);
      const correction = this.context(
        observer.staff,
        laterBy(when, 30),
        chance.uuid(Date.parse(when.at) + 1_800_000) as CommandId,
        observer.role,
      );
      return [
        () =>
          recorded().then(() =>
            this.run(new CorrectObservation({ observation, raw: corrected, context, reason: 'Counted again from the sheet' }, correction)),
          ),
      ];
    });
  }

  private entries(child: DemoStudent, day: LocalDate, chance: Chance): Work[] {
    const { student, plan } = child;
    return child.accommodations.flatMap(({ accommodation, classes }) =>
      classes.flatMap((group): Work[] => {
        if (chance.happens(0.62)) return [];
        const observer = this.observer(child, chance);
        const when = at(day, chance.between(8 * 60 + 30, 14 * 60 + 45), this.options.zone);
        const entry = chance.uuid(Date.parse(when.at)) as EntryId;
        const state = entryState(chance);
        const context = this.context(observer.staff, when, asCommand(entry), observer.role);
        return [() => this.run(new RecordEntry({ entry, student, plan, accommodation, class: group, on: day, state }, context))];
      }),
    );
  }

  /** Speech on Mondays and Wednesdays, the second line on Thursdays; one in eight does not happen. */
  private session(child: DemoStudent, place: number, day: LocalDate, absent: boolean, chance: Chance): Work[] {
    const line = child.services[place];
    const therapist = child.team.find(({ member }) => member.role === 'therapist' && member.discipline === line?.discipline)?.member;
    if (!line?.minutes || !therapist || !(place === 0 ? [1, 3] : [4]).includes(weekday(day))) return [];
    const { student, plan } = child;
    const start = at(day, 9 * 60 + chance.between(0, 8) * 30, this.options.zone);
    const session = chance.uuid(Date.parse(start.at)) as SessionId;
    const end = laterBy(start, chance.happens(0.06) ? 15 : line.minutes);
    const short = daysBetween(day, day) === 0 && Date.parse(end.at) - Date.parse(start.at) < line.minutes * 60_000;
    const missed = absent || chance.happens(0.08);
    const goals = child.goals.slice(0, 2).map(({ goal }) => goal.goal);
    const note = {
      subjective: chance.pick(NOTES),
      objective: 'See the data of the day.',
      assessment: 'Continues towards the goal.',
      plan: 'Same targets next time.',
    };
    const outcome = missed
      ? ({
          kind: 'missed',
          plannedStart: start,
          plannedSeconds: line.minutes * 60,
          reason: absent ? 'student-absent' : chance.pick(['provider-absent', 'testing-field-trip', 'refused'] as const),
          familyTold: chance.happens(0.6),
        } as const)
      : ({ kind: short ? 'partial' : 'delivered', start, end, location: line.location, groupSize: 1, goals, note } as const);
    const context = this.context(therapist.staff, laterBy(end, 5), asCommand(session), 'therapist');
    return [() => this.run(new RecordSession({ session, student, plan, service: line.service, outcome }, context))];
  }

  /** Sessions on the calendar for the rest of this week, today first. */
  private planAhead(child: DemoStudent, chance: Chance): Work[] {
    const { today, zone } = this.options;
    const monday = weekStart(today);
    return child.services.flatMap((line, place) =>
      [0, 1, 2, 3, 4]
        .map((offset) => addDays(monday, offset))
        .filter((day) => day >= today && ((place === 0 ? [1, 3] : [4]).includes(weekday(day)) || day === today))
        .flatMap((day): Work[] => {
          const therapist = child.team.find(({ member }) => member.role === 'therapist' && member.discipline === line.discipline)?.member;
          if (!therapist || !line.minutes) return [];
          const start = at(day, 9 * 60 + chance.between(0, 8) * 30, zone);
          const session = chance.uuid(Date.parse(start.at)) as SessionId;
          const planned = {
            session,
            student: child.student,
            plan: child.plan,
            service: line.service,
            start,
            plannedSeconds: line.minutes * 60,
          };
          const when = inZone(`${addDays(today, -1)}T18:00:00.000Z` as Instant, zone);
          return [() => this.run(new ScheduleSession(planned, this.context(therapist.staff, when, asCommand(session), 'therapist')))];
        }),
    );
  }

  /** Mostly the child's aide, sometimes the case manager or teacher. */
  private observer(child: DemoStudent, chance: Chance): DemoStaff {
    const aide = child.team.find(({ member }) => member.role === 'aide')?.member;
    const others = child.team.map(({ member }) => member).filter((member) => member.role === 'case-manager' || member.role === 'teacher');
    const [first, ...rest] = others;
    if (aide && (chance.happens(0.8) || !first)) return aide;
    return first ? chance.pick([first, ...rest]) : this.district.administrator;
  }
}

const asCommand = (record: ObservationId | EntryId | SessionId): CommandId => record as string as CommandId;
const newGuardian = (chance: Chance) => chance.uuid(0) as ReturnType<typeof newId<never>>;

function entryState(chance: Chance): EntryState {
  if (chance.happens(0.06)) return { kind: 'not-applicable' };
  if (chance.happens(0.08)) return { kind: 'not-provided', why: chance.pick(['schedule', 'no-materials', 'staff-absent'] as const) };
  return { kind: 'provided', outcome: chance.happens(0.9) ? 'used' : 'refused' };
}
