import { EntryStateSchema } from '@case/accommodations';
import {
  type AccommodationId,
  type ClassId,
  Day,
  DISCIPLINES,
  Either,
  type GoalId,
  Id,
  Maybe,
  OneOf,
  type PlanId,
  type ServiceId,
  Shape,
  type StaffId,
  type StudentId,
  TEAM_ROLES,
  Type,
  Zoned,
} from '@foundation/kernel';
import { MeasureSchema, PromptLevelSchema } from '@foundation/measurement';
import { answer, described, named, Text, Whole } from '../shared/answers';
import { sample } from '../shared/samples';

const AccommodationToday = named(
  'AccommodationToday',
  Shape({
    plan: Id<PlanId>(),
    accommodation: Id<AccommodationId>(),
    label: Text(),
    class: Id<ClassId>(),
    title: Maybe(Text('Of the class.')),
    state: described(
      'Today’s latest entry that counts, whoever made it; silence is `unlogged`.',
      Either([EntryStateSchema, Shape({ kind: Type.Literal('unlogged') })]),
    ),
    entry: Maybe(Text('Id of that entry.')),
  }),
);

const GoalToday = named(
  'GoalToday',
  Shape({
    plan: Id<PlanId>(),
    goal: Id<GoalId>(),
    label: Text(),
    measure: Maybe(MeasureSchema),
    startPrompt: Maybe(PromptLevelSchema),
    classes: Type.Array(Id<ClassId>()),
    records: described('Of today, without second observers and voided records.', Whole),
    trials: Whole,
    value: described('Absent when nothing has been seen today that gives a value.', Maybe(Type.Number())),
  }),
);

const SessionToday = named(
  'SessionToday',
  Shape({
    session: Text(),
    service: Maybe(Id<ServiceId>()),
    discipline: Maybe(OneOf(DISCIPLINES)),
    start: Zoned,
    state: OneOf(['scheduled', 'delivered', 'partial', 'missed']),
  }),
);

const ChildToday = named(
  'ChildToday',
  Shape({
    student: Id<StudentId>(),
    firstName: Text('As the child is called.'),
    initials: Text(),
    parts: described(
      'What I am on the child’s team today.',
      Type.Array(Shape({ role: OneOf(TEAM_ROLES), discipline: Maybe(OneOf(DISCIPLINES)), covering: Type.Boolean() })),
    ),
    hasProfile: Type.Boolean(),
    plans: described(
      'In force today; `acknowledged` by me.',
      Type.Array(Shape({ plan: Id<PlanId>(), version: Whole, acknowledged: Type.Boolean() })),
    ),
    accommodations: described('One per accommodation and class in which it is promised.', Type.Array(AccommodationToday)),
    goals: Type.Array(GoalToday),
    sessions: Type.Array(SessionToday),
  }),
);

export const TodayAnswer = answer('Today', Shape({ on: Day, staff: Id<StaffId>(), children: Type.Array(ChildToday) }), {
  on: '2026-03-03',
  staff: sample.staff,
  children: [
    {
      student: sample.student,
      firstName: 'Sam',
      initials: 'SR',
      parts: [{ role: 'therapist', discipline: 'speech', covering: false }],
      hasProfile: true,
      plans: [{ plan: sample.plan, version: 1, acknowledged: true }],
      accommodations: [
        {
          plan: sample.plan,
          accommodation: sample.accommodation,
          label: 'Extra time',
          class: sample.class,
          title: 'Math 3A',
          state: { kind: 'provided', outcome: 'used' },
          entry: sample.entry,
        },
      ],
      goals: [
        {
          plan: sample.plan,
          goal: sample.goal,
          label: 'Asks for help',
          measure: { kind: 'prompted-trials' },
          classes: [sample.class],
          records: 1,
          trials: 10,
          value: 70,
        },
      ],
      sessions: [{ session: sample.session, service: sample.service, discipline: 'speech', start: sample.occurredAt, state: 'delivered' }],
    },
  ],
});
