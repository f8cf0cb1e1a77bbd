import {
  type Decider,
  derivedId,
  type EventOf,
  type Instant,
  type LocalDate,
  type MessageId,
  refusalsOf,
  type StaffId,
} from '@foundation/kernel';
import { type DigestEvent, digestMade, mailSettled, messageRead } from './events';

export const digestRefusals = { 'message-not-found': { kind: 'not-found', title: 'There is no such message' } } as const;
const refuse = refusalsOf(digestRefusals);

type Digest = EventOf<typeof digestMade>['data'];

/** `message-<id>`: one message to one person. */
export type MessageState =
  (Digest & { readonly at: Instant; readonly readAt?: Instant; readonly mail?: 'sent' | 'no-address' }) | undefined;

export type MessageCommand =
  | { readonly kind: 'make'; readonly digest: Digest }
  | { readonly kind: 'read'; readonly message: MessageId; readonly staff: StaffId }
  | { readonly kind: 'settle-mail'; readonly message: MessageId; readonly outcome: 'sent' | 'no-address' };

export const messageStream = (id: MessageId): string => `message-${id}`;
/** One for each coordinator and day, so that it is found without an index and never made twice. */
export const digestOf = (staff: StaffId, day: LocalDate): MessageId => derivedId<MessageId>(staff, `digest ${day}`);

export const messageDecider: Decider<MessageCommand, MessageState, DigestEvent> = {
  initial: undefined,
  evolve(state, { type, data, meta }) {
    if (type === 'digest.digest-made') return { ...data, at: meta.recordedAt };
    if (type === 'digest.message-read') return state && { ...state, readAt: meta.recordedAt };
    return state && { ...state, mail: data.outcome };
  },
  decide(command, state) {
    if (command.kind === 'make') return state ? [] : [digestMade.of(command.digest)];
    // Another person's message is none of theirs.
    if (!state || (command.kind === 'read' && state.staff !== command.staff)) return refuse('message-not-found', 'Check its id.');
    if (command.kind === 'read') return state.readAt ? [] : [messageRead.of({ message: command.message })];
    return state.mail ? [] : [mailSettled.of({ message: command.message, outcome: command.outcome })];
  },
};
