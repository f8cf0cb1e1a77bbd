import type { StoredEvent } from '@foundation/event-store';
import { defineJob, jobIdOf, type JobQueue, type Policy } from '@foundation/jobs';
import type { LocalDate, MessageId, StaffId } from '@foundation/kernel';
import { digestMade, mailSettled } from './events';

const shared = { queue: 'digests', attempts: 8, backoffMs: 5000, concurrency: 2 };
export const makeDigest = defineJob<{ staff: StaffId; day: LocalDate }>({ ...shared, name: 'digest.make-digest' });
export const mailDigest = defineJob<{ message: MessageId }>({ ...shared, name: 'digest.mail-digest' });

/** A message that was made goes out as e-mail too. */
export const mailingDigests = (queue: Pick<JobQueue, 'enqueue'>): Policy => ({
  name: 'digest.mailing',
  types: [digestMade.type, mailSettled.type],
  meaning: (event) => (event.type === digestMade.type ? { opens: messageOf(event) } : { settles: messageOf(event) }),
  async act(cause) {
    const message = messageOf(cause);
    await queue.enqueue(mailDigest, jobIdOf(mailDigest, message), { message });
  },
});

const messageOf = ({ data }: StoredEvent): MessageId => (data as { readonly message: MessageId }).message;
