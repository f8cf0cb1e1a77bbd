import { type EventStore, type StoredEvent, WrongExpectedRevision } from '@foundation/event-store';
import { eventIdOf, type EventMeta, newId } from '@foundation/kernel';
import { effectIdOf, type Policy } from './policy';

const meta = (commandId = newId<EventMeta['commandId']>()): EventMeta => {
  const at = '2026-03-03T14:15:00.000Z' as EventMeta['recordedAt'];
  return { actor: 'system', occurredAt: { at, offset: '+00:00', zone: 'UTC' }, recordedAt: at, commandId, correlationId: commandId };
};

/** A toy: somebody asks, in a stream of its own. */
export async function ask(store: Pick<EventStore, 'append'>, question: string): Promise<void> {
  const asked = { ...meta() };
  const event = { id: eventIdOf(asked.commandId, 0), type: 'toy.asked', version: 1, data: { question }, meta: asked };
  await store.append(`question-${question}`, 'no-stream', [event]);
}

/** Whoever asks is answered: once, in the answers' stream of the question, however often the policy acts. */
export function answering(append: EventStore['append'], acted: (cause: StoredEvent) => void | Promise<void> = () => undefined): Policy {
  const policy: Policy = {
    name: 'toy.answering',
    types: ['toy.asked', 'toy.answered'],
    meaning({ type, data }) {
      const { question } = data as { question: string };
      return type === 'toy.asked' ? { opens: question } : { settles: question };
    },
    async act(cause) {
      await acted(cause);
      const { question } = cause.data as { question: string };
      const commandId = effectIdOf(policy, cause);
      const answered = { ...meta(commandId), causationId: cause.id };
      const event = { id: eventIdOf(commandId, 0), type: 'toy.answered', version: 1, data: { question }, meta: answered };
      try {
        await append(`answers-${question}`, 'no-stream', [event]);
      } catch (error) {
        if (!(error instanceof WrongExpectedRevision)) throw error;
      }
    },
  };
  return policy;
}

/** The answers to every question, by question. */
export async function answers(store: Pick<EventStore, 'readAll'>): Promise<ReadonlyMap<string, number>> {
  const counted = new Map<string, number>();
  const all = await store.readAll({ after: 0n, limit: 10_000, types: ['toy.answered'] });
  for (const { data } of all) {
    const { question } = data as { question: string };
    counted.set(question, (counted.get(question) ?? 0) + 1);
  }
  return counted;
}
