import { refusalsOf } from '@foundation/kernel';

export const accessRefusals = {
  'set-up-done': { kind: 'conflict', title: 'The first administrator is set up' },
  'link-not-valid': { kind: 'forbidden', title: 'The link is not valid' },
  'sign-in-name-not-usable': { kind: 'invalid', title: 'The sign-in name cannot be used' },
  'sign-in-name-taken': { kind: 'conflict', title: 'The sign-in name belongs to somebody else' },
  'password-not-safe': { kind: 'invalid', title: 'The password is not safe' },
  'password-wrong': { kind: 'forbidden', title: 'The present password is wrong' },
  'account-not-open': { kind: 'conflict', title: 'The account is not open' },
  'no-role': { kind: 'forbidden', title: 'The account has no role today' },
  'role-not-held': { kind: 'forbidden', title: 'The person does not hold this role today' },
  'sign-in-over': { kind: 'forbidden', title: 'The sign-in is over' },
} as const;

export const refuse = refusalsOf(accessRefusals);

const ANSWERS = {
  'sign-in-failed': 'The sign-in name or the password is wrong.',
  'token-missing': 'Sign in first.',
  'token-invalid': 'The access token is not valid. Sign in again.',
  'token-expired': 'The access token has expired. Refresh it or sign in again.',
  'sign-in-ended': 'The sign-in has ended. Sign in again.',
} as const;

/** Who asks is not known: 401. One answer for an unknown name and a wrong password. */
export class Unauthenticated extends Error {
  constructor(readonly code: keyof typeof ANSWERS) {
    super(ANSWERS[code]);
  }
}

/** Too many wrong passwords: 429 with Retry-After. */
export class TooManyAttempts extends Error {
  constructor(readonly retryAfterSeconds: number) {
    super('Too many attempts to sign in. Wait, then try again.');
  }
}
