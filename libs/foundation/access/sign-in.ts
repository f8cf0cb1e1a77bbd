import type { Decider, Happened, Instant, Refusal, Role, SignInId, StaffId } from '@foundation/kernel';
import { type AccountId, type EndReason, signedIn, signInEnded, type SignInEvent, signInRenewed } from './events';
import { refuse } from './refusals';

/** A sign-in lasts a working day, however often it is renewed: tablets are shared. */
export const SIGN_IN_HOURS = 12;
/** Two tabs that share the cookie renew at once, and answers get lost: so long the token just spent gets the same answer again. */
export const GRACE_SECONDS = 10;

export type SignInCommand =
  | {
      readonly kind: 'start';
      readonly signIn: SignInId;
      readonly staff: StaffId;
      readonly account: AccountId;
      readonly role: Role;
      readonly tokenDigest: string;
    }
  | { readonly kind: 'renew'; readonly spends: string; readonly tokenDigest: string; readonly role: Role; readonly at: Instant }
  | { readonly kind: 'end'; readonly reason: EndReason };

export interface SignInState {
  readonly signIn?: SignInId;
  readonly staff?: StaffId;
  readonly account?: AccountId;
  readonly role?: Role;
  readonly startedAt?: Instant;
  readonly renewedAt?: Instant;
  /** Digests of every refresh token it ever had, oldest first; only the last one counts. */
  readonly tokens: readonly string[];
  readonly ended?: EndReason;
}

const initial: SignInState = { tokens: [] };

function evolve(state: SignInState, event: Happened<SignInEvent>): SignInState {
  switch (event.type) {
    case 'access.signed-in': {
      const { signIn, staff, account, role, tokenDigest } = event.data;
      return { signIn, staff, account, role, startedAt: event.meta.recordedAt, tokens: [tokenDigest] };
    }
    case 'access.sign-in-renewed': {
      const { role, tokenDigest } = event.data;
      return { ...state, role, renewedAt: event.meta.recordedAt, tokens: [...state.tokens, tokenDigest] };
    }
    case 'access.sign-in-ended':
      return { ...state, ended: event.data.reason };
  }
}

const after = (from: Instant, seconds: number): number => Date.parse(from) + seconds * 1000;

function decide(command: SignInCommand, state: SignInState): readonly SignInEvent[] | Refusal {
  if (command.kind === 'start') {
    const { signIn, staff, account, role, tokenDigest } = command;
    return state.signIn ? over() : [signedIn.of({ signIn, staff, account, role, tokenDigest })];
  }
  const { signIn, staff, startedAt } = state;
  if (command.kind === 'end') {
    return !signIn || !staff || state.ended ? [] : [signInEnded.of({ signIn, staff, reason: command.reason })];
  }
  const known = state.tokens.lastIndexOf(command.spends);
  if (!signIn || !staff || !startedAt || state.ended || known < 0) return over();
  const age = state.tokens.length - 1 - known;
  const end = (reason: EndReason) => [signInEnded.of({ signIn, staff, reason })];
  const now = Date.parse(command.at);
  if (now >= after(startedAt, SIGN_IN_HOURS * 3600)) return end('expired');
  if (age === 0) return [signInRenewed.of({ signIn, staff, role: command.role, tokenDigest: command.tokenDigest })];
  const justSpent = age === 1 && state.renewedAt !== undefined && now <= after(state.renewedAt, GRACE_SECONDS);
  return justSpent ? [] : end('reuse-detected');
}

const over = (): Refusal => refuse('sign-in-over', 'Sign in again.');

/**
 * One sign-in with its rotating refresh token. A token spent earlier ends it whole: two hold it, and one of them is a thief.
 * A token it never had changes nothing, so that knowing its id is no way to end it.
 */
export const signInDecider: Decider<SignInCommand, SignInState, SignInEvent> = { initial, evolve, decide };
