import { EntryStateSchema } from '@case/accommodations';
import { ContextSchema } from '@case/observations';
import { OutcomeSchema, SoapSchema } from '@case/sessions';
import {
  type AccommodationId,
  type AssignmentId,
  At,
  type ClassId,
  Day,
  Either,
  type EventId,
  type GoalId,
  type GroupId,
  Id,
  Maybe,
  OneOf,
  type PlanId,
  type ServiceId,
  Shape,
  type StaffId,
  type StudentId,
  Type,
  Zoned,
} from '@foundation/kernel';
import { RawSchema } from '@foundation/measurement';
import { LINE_KINDS } from '@views/timeline';
import { answer, described, named, PageOf, Revision, Text, Whole } from '../shared/answers';
import { sample } from '../shared/samples';
import { Actor, Figure } from './progress.answers';

const { note: _, ...held } = OutcomeSchema.anyOf[0].properties;
const what = <const W extends string>(value: W) => Type.Literal(value);
const group = Maybe(Id<GroupId>());

const Detail = named(
  'TimelineDetail',
  Either([
    Shape({ what: what('observation'), raw: RawSchema, context: ContextSchema }),
    Shape({ what: what('entry'), state: EntryStateSchema, note: Maybe(Text()) }),
    Shape({ what: what('scheduled'), start: Zoned, plannedSeconds: Whole, group }),
    Shape({ what: what('outcome'), outcome: Either([Shape(held), OutcomeSchema.anyOf[1]]), group }),
    Shape({ what: what('plan-activated'), effectiveFrom: Day }),
    Shape({ what: what('plan-amended'), version: Whole, effectiveFrom: Day }),
    Shape({ what: what('plan-ended'), lastDay: Day }),
    Shape({
      what: what('team-assigned'),
      assignment: Id<AssignmentId>(),
      staff: Id<StaffId>(),
      role: Text(),
      from: Day,
      to: Maybe(Day),
      covering: Type.Boolean(),
    }),
    Shape({ what: what('team-ended'), assignment: Id<AssignmentId>(), lastDay: Day }),
    Shape({ what: what('profile-written') }),
    Shape({ what: OneOf(['case-opened', 'case-closed']), on: Day }),
  ]),
);

const Change = named(
  'TimelineChange',
  Shape({
    kind: OneOf(['held', 'corrected', 'voided', 'disputed']),
    event: Id<EventId>(),
    recordedAt: At,
    who: Actor,
    reason: Maybe(Text('Of a dispute, its statement.')),
    by: described('Of a dispute.', Maybe(OneOf(['family', 'staff']))),
    before: described('Of a correction, or of an outcome that took the place of a plan.', Maybe(Detail)),
    noteBefore: Maybe(SoapSchema),
  }),
);

const Line = named(
  'TimelineLine',
  Shape({
    student: Id<StudentId>(),
    kind: OneOf(LINE_KINDS),
    id: Text('Of the record; of the event for what is no record.'),
    day: described('Local day on which it happened.', Day),
    at: At,
    offset: Text('The clock’s offset then: -05:00.'),
    plan: Maybe(Id<PlanId>()),
    author: Actor,
    recordedAt: At,
    late: described('Recorded more than 7 days after it happened.', Type.Boolean()),
    voided: Type.Boolean(),
    detail: Detail,
    note: described('A session’s note, for readers of session notes.', Maybe(SoapSchema)),
    history: described('Oldest first.', Type.Array(Change)),
    revision: described('Of the record’s stream.', Revision),
    status: described(
      'The strongest of: voided, disputed, corrected, late, recorded; a session not yet held is scheduled.',
      OneOf(['scheduled', 'recorded', 'late', 'corrected', 'disputed', 'voided']),
    ),
    about: described(
      'The goal, accommodation or service, as its latest version is called.',
      Maybe(Shape({ kind: OneOf(['goal', 'accommodation', 'service']), item: Id<GoalId | AccommodationId | ServiceId>(), label: Text() })),
    ),
    class: Maybe(Shape({ class: Id<ClassId>(), title: Maybe(Text()) })),
    figure: Maybe(Figure),
  }),
);

const recorded = {
  student: sample.student,
  offset: '-05:00',
  plan: sample.plan,
  author: sample.staff,
  late: false,
  voided: false,
} as const;

export const TimelineAnswer = answer('TimelinePage', PageOf(Line), {
  items: [
    {
      ...recorded,
      kind: 'session',
      id: sample.session,
      day: '2026-03-03',
      at: sample.occurredAt.at,
      recordedAt: sample.recordedAt,
      detail: {
        what: 'outcome',
        outcome: {
          kind: 'delivered',
          start: sample.occurredAt,
          end: { ...sample.occurredAt, at: '2026-03-03T14:45:00.000Z' },
          groupSize: 1,
          goals: [sample.goal],
        },
      },
      note: { subjective: 'In good spirits', plan: 'Fewer pictures next time' },
      history: [],
      revision: 0,
      status: 'recorded',
      about: { kind: 'service', item: sample.service, label: 'speech' },
    },
    {
      ...recorded,
      kind: 'observation',
      id: sample.observation,
      day: '2026-03-02',
      at: '2026-03-02T15:00:00.000Z',
      recordedAt: '2026-03-02T15:00:01.000Z',
      detail: {
        what: 'observation',
        raw: { kind: 'percent-correct', correct: 7, incorrect: 3, noResponse: 0 },
        context: { setting: 'Room 12' },
      },
      history: [
        {
          kind: 'corrected',
          event: sample.event,
          recordedAt: '2026-03-02T16:00:00.000Z',
          who: sample.staff,
          reason: 'Counted one twice',
          before: {
            what: 'observation',
            raw: { kind: 'percent-correct', correct: 8, incorrect: 3, noResponse: 0 },
            context: { setting: 'Room 12' },
          },
        },
      ],
      revision: 1,
      status: 'corrected',
      about: { kind: 'goal', item: sample.goal, label: 'Asks for help' },
      figure: { value: 70, unit: '%', trials: 10 },
    },
  ],
});
