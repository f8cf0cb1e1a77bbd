import {
  type AccommodationId,
  type AssignmentId,
  type Branded,
  type ClassId,
  derivedId,
  type Discipline,
  type EnrolmentId,
  type GoalId,
  type GrantId,
  type LocalDate,
  type PlanId,
  type Role,
  type SchoolId,
  type ServiceId,
  type StaffId,
  type StudentId,
  type TermId,
} from '@foundation/kernel';
import type { Accommodation, Goal, Service } from '@case/plans';
import { inventName, type PersonName } from './names';
import type { Chance } from './random';
import { ACCOMMODATIONS, GOALS, SERVICES } from './templates';
import { type Trajectory, TRAJECTORIES } from './trajectories';

/** UUID v5 namespace of everything in a demo district. */
const NAMESPACE = 'd15791c7-0000-5000-8000-7468726f7567';

export interface DemoStaff extends PersonName {
  readonly staff: StaffId;
  readonly grant: GrantId;
  readonly role: Role;
  readonly school: SchoolId;
  readonly discipline?: Discipline;
  readonly signInName: string;
}
export interface DemoSchool {
  readonly school: SchoolId;
  readonly name: string;
  readonly classes: readonly { readonly class: ClassId; readonly title: string; readonly location: string }[];
  readonly staff: readonly DemoStaff[];
}
export interface DemoGoal {
  readonly goal: Goal;
  readonly trajectory: Trajectory;
}
export interface DemoStudent extends PersonName {
  readonly student: StudentId;
  readonly school: DemoSchool;
  readonly grade: string;
  readonly classes: readonly ClassId[];
  readonly enrolments: readonly { readonly enrolment: EnrolmentId; readonly class: ClassId }[];
  readonly team: readonly { readonly member: DemoStaff; readonly assignment: AssignmentId }[];
  readonly plan: PlanId;
  readonly goals: readonly DemoGoal[];
  readonly accommodations: readonly Accommodation[];
  readonly services: readonly Service[];
}
export interface District {
  readonly term: TermId;
  readonly administrator: DemoStaff;
  readonly schools: readonly DemoSchool[];
  readonly students: readonly DemoStudent[];
}

const SCHOOLS = ['Lantern Hill Elementary', 'Saltmarsh Middle School', 'Copper Creek Academy'] as const;
const CLASSES = [
  ['Homeroom', 'Room 4'],
  ['Math', 'Room 12'],
  ['Reading', 'Room 12'],
  ['Science', 'Lab 1'],
  ['Art', 'Art room'],
  ['PE', 'Gym'],
] as const;
/** Fifteen to a school; two schools give their last aide's place to one who serves the district. */
const PLACES: readonly (readonly [Role, Discipline?])[] = [
  ['coordinator'],
  ['case-manager'],
  ['case-manager'],
  ['case-manager'],
  ['teacher'],
  ['aide'],
  ['aide'],
  ['aide'],
  ['aide'],
  ['aide'],
  ['aide'],
  ['aide'],
  ['therapist', 'speech'],
  ['therapist', 'occupational'],
  ['nurse'],
];

const LAST_AIDE = 11;
const DISTRICT_ROLES: readonly Role[] = ['administrator', 'auditor'];

const idOf = <T extends Branded<string, string>>(seed: number, name: string): T => derivedId<T>(NAMESPACE, `${seed}:${name}`);

/** Who and what there is: the same for the same seed, number of students and first day. */
export function designDistrict(seed: number, students: number, firstDay: LocalDate, targetDay: LocalDate, chance: Chance): District {
  const make = <T extends Branded<string, string>>(name: string): T => idOf<T>(seed, name);
  let administrator: DemoStaff | undefined;
  const schools = SCHOOLS.map((name, place): DemoSchool => {
    const school = make<SchoolId>(`school:${place}`);
    const staff = PLACES.map(([role, discipline], index): DemoStaff => {
      const held = index === LAST_AIDE ? (DISTRICT_ROLES[place] ?? role) : role;
      const count = PLACES.slice(0, index).filter(([other, special]) => other === role && special === discipline).length + 1;
      const label = discipline ?? held;
      return {
        ...inventName(chance),
        staff: make<StaffId>(`staff:${place}:${index}`),
        grant: make<GrantId>(`grant:${place}:${index}`),
        role: held,
        school,
        discipline,
        signInName: DISTRICT_ROLES.includes(held) ? held : `${label}${place + 1}${count > 1 ? String.fromCharCode(96 + count) : ''}`,
      };
    });
    administrator ??= staff.find((member) => member.role === 'administrator');
    const classes = CLASSES.map(([title, location]) => ({ class: make<ClassId>(`class:${place}:${title}`), title, location }));
    return { school, name, classes, staff: staff.filter((member) => member.role !== 'administrator') };
  });
  if (!administrator) throw new Error('A district has an administrator');
  const [firstSchool, ...otherSchools] = schools;
  if (!firstSchool) throw new Error('A district has a school');
  const children = Array.from({ length: students }, (_, index) => {
    const school = [firstSchool, ...otherSchools][index % schools.length] ?? firstSchool;
    return designStudent(seed, index, school, firstDay, targetDay, chance.fork(index));
  });
  return { term: make<TermId>('term'), administrator, schools, students: children };
}

function designStudent(
  seed: number,
  index: number,
  school: DemoSchool,
  firstDay: LocalDate,
  targetDay: LocalDate,
  chance: Chance,
): DemoStudent {
  const make = <T extends Branded<string, string>>(name: string): T => idOf<T>(seed, `student:${index}:${name}`);
  const name = inventName(chance);
  const left = chance.between(0, school.classes.length - 1);
  const classes = school.classes.filter((_, place) => place !== left).map((one) => one.class);
  const [home = classes[0], ...others] = classes;
  if (home === undefined) throw new Error('A student has classes');
  const turn = Math.floor(index / SCHOOLS.length);
  const services = SERVICES.slice(0, chance.happens(0.4) ? 2 : 1).map((line): Service => ({
    ...line,
    service: make<ServiceId>(`service:${line.discipline}`),
    start: firstDay,
  }));
  const ofRole = (role: Role) => school.staff.filter((member) => member.role === role);
  const inTurn = (role: Role): readonly DemoStaff[] => {
    const all = ofRole(role);
    const member = all[turn % Math.max(1, all.length)];
    return member ? [member] : [];
  };
  const members = [
    ...inTurn('case-manager'),
    ...inTurn('teacher'),
    ...inTurn('aide'),
    ...ofRole('therapist').filter((member) => services.some((line) => line.discipline === member.discipline)),
  ];
  const templates = shuffled(GOALS, chance).slice(0, chance.between(3, 4));
  return {
    ...name,
    student: make<StudentId>('id'),
    school,
    grade: String(1 + (index % 8)).padStart(2, '0'),
    classes,
    enrolments: classes.map((one, place) => ({ enrolment: make<EnrolmentId>(`enrolment:${place}`), class: one })),
    team: members.map((member, place) => ({ member, assignment: make<AssignmentId>(`assignment:${place}`) })),
    plan: make<PlanId>('plan'),
    goals: templates.map(({ statement, from, to, ...template }, place): DemoGoal => ({
      trajectory: chance.pick(TRAJECTORIES),
      goal: {
        ...template,
        goal: make<GoalId>(`goal:${place}`),
        statement: statement(name.givenName),
        aggregation: 'pool',
        baseline: { value: from, on: firstDay },
        target: { value: to, on: targetDay },
        reporting: 'quarterly',
        startPrompt: template.measure?.kind === 'prompted-trials' ? 'verbal' : undefined,
        classes: [chance.pick([home, ...others])],
      },
    })),
    accommodations: shuffled(ACCOMMODATIONS, chance)
      .slice(0, 4)
      .map((one, place): Accommodation => ({
        ...one,
        accommodation: make<AccommodationId>(`accommodation:${place}`),
        classes: classes.slice(0, chance.between(1, 3)),
      })),
    services,
  };
}

function shuffled<T>(items: readonly T[], chance: Chance): readonly T[] {
  return items
    .map((item) => ({ item, key: chance.next() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}
