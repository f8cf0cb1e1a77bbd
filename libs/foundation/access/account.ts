import type { Decider, Happened, Instant, Refusal, SignInId, StaffId } from '@foundation/kernel';
import { type AccountEvent, accountInvited, type AccountId, accountOpened, passwordChanged } from './events';
import { refuse } from './refusals';

export type AccountCommand =
  | {
      readonly kind: 'invite';
      readonly account: AccountId;
      readonly staff: StaffId;
      readonly signInName: string;
      readonly tokenDigest: string;
      readonly expiresAt: Instant;
    }
  | { readonly kind: 'accept'; readonly tokenDigest: string; readonly passwordHash: string; readonly at: Instant }
  | {
      readonly kind: 'open';
      readonly account: AccountId;
      readonly staff: StaffId;
      readonly signInName: string;
      readonly passwordHash: string;
    }
  | { readonly kind: 'change-password'; readonly passwordHash: string; readonly keeps?: SignInId };

export interface AccountState {
  readonly account?: AccountId;
  readonly staff?: StaffId;
  readonly signInName: string;
  /** The link not yet used; a newer one replaces it. */
  readonly invitation?: { readonly tokenDigest: string; readonly expiresAt: Instant };
  readonly passwordHash?: string;
  readonly changed?: { readonly at: Instant; readonly keeps?: SignInId };
}

const initial: AccountState = { signInName: '' };

function evolve(state: AccountState, event: Happened<AccountEvent>): AccountState {
  switch (event.type) {
    case 'access.account-invited': {
      const { account, staff, signInName, tokenDigest, expiresAt } = event.data;
      return { ...state, account, staff, signInName, invitation: { tokenDigest, expiresAt } };
    }
    case 'access.account-opened': {
      const { account, staff, signInName, passwordHash } = event.data;
      return { ...state, account, staff, signInName, passwordHash, invitation: undefined };
    }
    case 'access.password-changed': {
      const { passwordHash, keeps } = event.data;
      return { ...state, passwordHash, invitation: undefined, changed: { at: event.meta.recordedAt, keeps } };
    }
  }
}

/** The link opens this account now: given, not used, not replaced, not expired. */
export const linkIsValid = ({ invitation }: AccountState, tokenDigest: string, at: Instant): boolean =>
  invitation?.tokenDigest === tokenDigest && at < invitation.expiresAt;

/** Began before the last change of the password, and was not the one it was changed in. */
export const isOutdated = ({ changed }: AccountState, signIn: SignInId, startedAt: Instant): boolean =>
  changed !== undefined && startedAt < changed.at && changed.keeps !== signIn;

function decide(command: AccountCommand, state: AccountState): readonly AccountEvent[] | Refusal {
  switch (command.kind) {
    case 'invite': {
      const { account, staff, signInName, tokenDigest, expiresAt } = command;
      return taken(state, staff) ?? [accountInvited.of({ account, staff, signInName, tokenDigest, expiresAt })];
    }
    case 'accept': {
      const { account, staff, signInName } = state;
      if (!account || !staff || !linkIsValid(state, command.tokenDigest, command.at)) return linkNotValid();
      const { passwordHash } = command;
      return [
        state.passwordHash
          ? passwordChanged.of({ staff, account, passwordHash })
          : accountOpened.of({ staff, account, signInName, passwordHash }),
      ];
    }
    case 'open': {
      const { account, staff, signInName, passwordHash } = command;
      if (state.passwordHash && state.staff === staff) return [passwordChanged.of({ staff, account, passwordHash })];
      return taken(state, staff) ?? [accountOpened.of({ account, staff, signInName, passwordHash })];
    }
    case 'change-password': {
      const { account, staff } = state;
      if (!account || !staff || !state.passwordHash) return refuse('account-not-open', 'Use the link of the invitation first.');
      return [passwordChanged.of({ staff, account, passwordHash: command.passwordHash, keeps: command.keeps })];
    }
  }
}

export const linkNotValid = (): Refusal =>
  refuse('link-not-valid', 'It was used, replaced by a newer one or has expired. Ask an administrator for another.');

const taken = (state: AccountState, staff: StaffId): Refusal | undefined =>
  state.staff !== undefined && state.staff !== staff
    ? refuse('sign-in-name-taken', 'Choose another sign-in name.', [{ pointer: '/signInName', detail: 'is in use' }])
    : undefined;

/** One sign-in name: who it belongs to, the link that opens it, the hash of the password. */
export const accountDecider: Decider<AccountCommand, AccountState, AccountEvent> = { initial, evolve, decide };
