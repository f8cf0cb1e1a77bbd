import { accommodationsEvents } from '@case/accommodations';
import { observationsEvents } from '@case/observations';
import { plansEvents } from '@case/plans';
import { sessionsEvents } from '@case/sessions';
import { studentsEvents } from '@case/students';
import { exportsEvents } from '@exchange/exports';
import {
  At,
  type EventId,
  Id,
  Maybe,
  ROLES,
  OneOf,
  Shape,
  type StaffId,
  type StudentId,
  type TSchema,
  Type,
  Zoned,
} from '@foundation/kernel';
import { answer, described, named, PageOf, Revision, Text } from '../shared/answers';
import { sample } from '../shared/samples';
import { Actor } from './progress.answers';

const events = [...studentsEvents, ...plansEvents, ...observationsEvents, ...accommodationsEvents, ...sessionsEvents, ...exportsEvents];
/** One schema per event type, named as the type is. */
const Data = Type.Unsafe<unknown>(Type.Union(events.map(({ type, schema }): TSchema => named(type, schema as TSchema))));

const Entry = named(
  'HistoryEntry',
  Shape({
    id: Id<EventId>(),
    position: Text('A decimal: meaningful within one log only.'),
    stream: Text(),
    revision: Revision,
    type: Text('The event’s storage name; `data` is of the schema of the same name.'),
    version: Type.Integer({ minimum: 1 }),
    occurredAt: Zoned,
    recordedAt: At,
    who: Actor,
    role: Maybe(Text('The role they acted in.')),
    onBehalfOf: Maybe(Id<StaffId>()),
    data: described('In clear, without what I may not see.', Data),
    corrected: described('A later event of the same record corrected this one; `voided` and `disputed` alike.', Type.Boolean()),
    voided: Type.Boolean(),
    disputed: Type.Boolean(),
  }),
);

export const HistoryAnswer = answer('HistoryPage', PageOf(Entry), {
  items: [
    {
      id: sample.event,
      position: '4711',
      stream: `observation-${sample.observation}`,
      revision: 0,
      type: 'observations.observation-recorded',
      version: 1,
      occurredAt: sample.occurredAt,
      recordedAt: sample.recordedAt,
      who: sample.staff,
      role: 'aide',
      data: {
        observation: sample.observation,
        student: sample.student,
        plan: sample.plan,
        goal: sample.goal,
        raw: { kind: 'percent-correct', correct: 7, incorrect: 3, noResponse: 0 },
        context: { setting: 'Room 12', activity: 'Math centre' },
        late: false,
      },
      corrected: false,
      voided: false,
      disputed: false,
    },
  ],
  next: 'NDcxMQ',
});

const Read = named(
  'ReadEntry',
  Shape({
    at: At,
    staff: Id<StaffId>(),
    role: OneOf(ROLES),
    student: Id<StudentId>(),
    what: Text('What was shown, as the action that allowed it.'),
    correlationId: Text('Of the request.'),
  }),
);

export const ReadsAnswer = answer('ReadsPage', PageOf(Read), {
  items: [
    {
      at: sample.recordedAt,
      staff: sample.staff,
      role: 'therapist',
      student: sample.student,
      what: 'timeline.read',
      correlationId: sample.request,
    },
  ],
});
