import type { Decider, Instant, StaffId } from '@foundation/kernel';
import { type AccountId, setupCompleted, type SetupEvent, setupOffered } from './events';
import { refuse } from './refusals';

export type SetupCommand =
  | { readonly kind: 'offer'; readonly tokenDigest: string; readonly expiresAt: Instant }
  | { readonly kind: 'complete'; readonly tokenDigest: string; readonly staff: StaffId; readonly account: AccountId; readonly at: Instant };

export interface SetupState {
  readonly offer?: { readonly tokenDigest: string; readonly expiresAt: Instant };
  readonly completed: boolean;
}

/** The set-up link opens the door now. */
export const setupIsOpen = ({ offer, completed }: SetupState, tokenDigest: string, at: Instant): boolean =>
  !completed && offer?.tokenDigest === tokenDigest && at < offer.expiresAt;

export const setupNotOpen = ({ completed }: SetupState) =>
  completed
    ? refuse('set-up-done', 'Sign in, or ask an administrator for an account.')
    : refuse('link-not-valid', 'Start the service again: it prints a new link.');

/** The way in for the first administrator: one link at a time, none once somebody came through. */
export const setupDecider: Decider<SetupCommand, SetupState, SetupEvent> = {
  initial: { completed: false },
  evolve(state, event) {
    if (event.type === 'access.setup-completed') return { completed: true };
    const { tokenDigest, expiresAt } = event.data;
    return { ...state, offer: { tokenDigest, expiresAt } };
  },
  decide(command, state) {
    if (command.kind === 'offer') {
      const { tokenDigest, expiresAt } = command;
      return state.completed ? [] : [setupOffered.of({ tokenDigest, expiresAt })];
    }
    if (!setupIsOpen(state, command.tokenDigest, command.at)) return setupNotOpen(state);
    return [setupCompleted.of({ staff: command.staff, account: command.account })];
  },
};
