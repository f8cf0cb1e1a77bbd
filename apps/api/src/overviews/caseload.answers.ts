import { Day, type GoalId, Id, Maybe, type PlanId, type SchoolId, Shape, type StudentId, Type } from '@foundation/kernel';
import { answer, described, named, PageOf, Text, Whole } from '../shared/answers';
import { sample } from '../shared/samples';

const Row = named(
  'CaseloadRow',
  Shape({
    student: Shape({
      student: Id<StudentId>(),
      givenName: Text(),
      familyName: Text(),
      preferredName: Maybe(Text()),
      grades: Type.Array(Text()),
      schools: Type.Array(Id<SchoolId>()),
    }),
    goals: described(
      'Of the plans in force, with the last day that has a point.',
      Type.Array(Shape({ goal: Id<GoalId>(), label: Text(), lastDataDay: Maybe(Day) })),
    ),
    lastDataDay: Maybe(Day),
    week: Shape({
      start: described('Monday.', Day),
      delivered: described('Sessions, as are the next three.', Whole),
      partial: Whole,
      missed: Whole,
      scheduled: Whole,
      deliveredSeconds: described('Delivered and partly delivered time.', Whole),
      plannedMinutes: described('Sessions × minutes of the weekly lines in force.', Whole),
    }),
    due: Shape({ annualReview: Maybe(Day), reevaluation: Maybe(Day) }),
    plans: Type.Array(Shape({ plan: Id<PlanId>(), version: Whole })),
    unacknowledged: described('People of today’s team who have not acknowledged each version in force.', Whole),
  }),
);

export const CaseloadAnswer = answer('CaseloadPage', PageOf(Row), {
  items: [
    {
      student: { student: sample.student, givenName: 'Sam', familyName: 'Rivermoss', grades: ['03'], schools: [sample.school] },
      goals: [{ goal: sample.goal, label: 'Asks for help', lastDataDay: '2026-03-02' }],
      lastDataDay: '2026-03-02',
      week: { start: '2026-03-02', delivered: 1, partial: 0, missed: 0, scheduled: 1, deliveredSeconds: 1800, plannedMinutes: 60 },
      due: { annualReview: '2026-08-28' },
      plans: [{ plan: sample.plan, version: 1 }],
      unacknowledged: 2,
    },
  ],
});
