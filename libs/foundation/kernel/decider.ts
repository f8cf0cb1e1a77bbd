import type { DomainEvent, EventMeta } from './event';
import type { Refusal } from './refusal';

/** What `evolve` sees: an event with who and when. Given/when/then tests may leave `meta` to a helper. */
export type Happened<E extends DomainEvent = DomainEvent> = E & { readonly meta: EventMeta };

/**
 * The rules of one stream, pure: `decide` says which events a command makes of a state or why not; `evolve` folds.
 * Time, ids and looked-up facts arrive in the command. No events means "already so".
 */
export interface Decider<C, S, E extends DomainEvent> {
  readonly initial: S;
  readonly evolve: (state: S, event: Happened<E>) => S;
  readonly decide: (command: C, state: S) => readonly E[] | Refusal;
}
