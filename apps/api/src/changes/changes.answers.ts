import { Id, Maybe, OneOf, Shape, type StudentId } from '@foundation/kernel';
import { answer, described, Revision, Text } from '../shared/answers';
import { sample } from '../shared/samples';

/** Streams that a screen shows, by the first part of their names; all others are nobody's business here. */
export const SHOWN = ['student', 'plan', 'observation', 'accommodationEntry', 'session', 'staff', 'school', 'term', 'class'] as const;

export const ChangeEvent = answer(
  'Change',
  described(
    'The `data` of each event `change`, as JSON on one line. The event’s `id` is the position for `?after=` and `Last-Event-ID`.',
    Shape({
      kind: described('What changed.', OneOf(SHOWN)),
      id: Text('Its id: what to read again.'),
      student: described('The child that it concerns.', Maybe(Id<StudentId>())),
      revision: Revision,
    }),
  ),
  { kind: 'plan', id: sample.plan, student: sample.student, revision: 17 },
);
