import { Day, defineEvent, type EventOf, Id, type MessageId, OneOf, Shape, type StaffId, Type } from '@foundation/kernel';

const message = '6c0e1c5e-0f5b-5c59-9f0e-0c7d5d1c5001';
const Many = Type.Integer({ minimum: 0 });

export const digestMade = defineEvent({
  type: 'digest.digest-made',
  version: 1,
  subject: 'none',
  summary: 'A coordinator’s message of a day: how much needs looking at. It counts and names no child.',
  schema: Shape({
    message: Id<MessageId>(),
    staff: Id<StaffId>(),
    day: Day,
    /** Annual reviews and re-evaluations that are overdue or due within 30 days. */
    reviewsDue: Many,
    /** In the week of the school day before. */
    sessionsMissed: Many,
    /** Goals in force without a record in 14 school days. */
    goalsWithoutData: Many,
  }),
  sample: {
    message,
    staff: '7a1b0c5e-0f5b-5c59-9f0e-0c7d5d1c0b01',
    day: '2026-03-03',
    reviewsDue: 2,
    sessionsMissed: 1,
    goalsWithoutData: 4,
  },
});

export const messageRead = defineEvent({
  type: 'digest.message-read',
  version: 1,
  subject: 'none',
  summary: 'Whom the message was for has read it.',
  schema: Shape({ message: Id<MessageId>() }),
  sample: { message },
});

export const mailSettled = defineEvent({
  type: 'digest.mail-settled',
  version: 1,
  subject: 'none',
  summary: 'The message went out as e-mail, or its reader has no address.',
  schema: Shape({ message: Id<MessageId>(), outcome: OneOf(['sent', 'no-address']) }),
  sample: { message, outcome: 'sent' },
});

export const digestEvents = [digestMade, messageRead, mailSettled] as const;
export type DigestEvent = EventOf<(typeof digestEvents)[number]>;
