import { At, Day, Id, Maybe, type MessageId, Shape, Type } from '@foundation/kernel';
import { answer, described, ItemsOf, named, Whole } from '../shared/answers';
import { sample } from '../shared/samples';

const Message = named(
  'Message',
  Shape({
    message: Id<MessageId>(),
    kind: Type.Literal('digest'),
    day: Day,
    at: At,
    readAt: described('Absent while it is unread.', Maybe(At)),
    reviewsDue: described('Overdue, or due within 30 days.', Whole),
    sessionsMissed: described('In the week of the school day before.', Whole),
    goalsWithoutData: described('In 14 school days.', Whole),
  }),
);

export const MessagesAnswer = answer('Messages', ItemsOf(Message), {
  items: [
    {
      message: sample.message,
      kind: 'digest',
      day: '2026-03-03',
      at: sample.recordedAt,
      reviewsDue: 2,
      sessionsMissed: 1,
      goalsWithoutData: 4,
    },
  ],
});
