import {
  At,
  type Branded,
  defineEvent,
  type EventOf,
  Id,
  Maybe,
  OneOf,
  ROLES,
  Sealed,
  Shape,
  type SignInId,
  type StaffId,
  Type,
} from '@foundation/kernel';

export type AccountId = Branded<string, 'AccountId'>;
export const END_REASONS = ['signed-out', 'expired', 'reuse-detected', 'password-changed', 'access-ended'] as const;
export type EndReason = (typeof END_REASONS)[number];

/** SHA-256 of a random 256-bit token, in hex. The token itself is never kept. */
const Digest = Type.String({ pattern: '^[0-9a-f]{64}$' });
/** An argon2id hash as a PHC string. */
const PasswordHash = Sealed(200);

const staff = '7a1b0c5e-0f5b-5c59-9f0e-0c7d5d1c0b01';
const account = '2e0f1c5e-0f5b-5c59-9f0e-0c7d5d1c0e01';
const signIn = '2e0f1c5e-0f5b-7c59-9f0e-0c7d5d1c0e02';
const digest = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
const hash = '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$4m0dFq4lRSPz2bA9yqXc2z0a7M1P3k8b8m3wYx0F1nE';

export const setupOffered = defineEvent({
  type: 'access.setup-offered',
  version: 1,
  subject: 'none',
  summary: 'A one-time link for the first administrator was printed; every earlier one is void.',
  schema: Shape({ tokenDigest: Digest, expiresAt: At }),
  sample: { tokenDigest: digest, expiresAt: '2025-08-26T12:00:00.000Z' },
});

export const setupCompleted = defineEvent({
  type: 'access.setup-completed',
  version: 1,
  subject: 'none',
  summary: 'The first administrator has an account; no set-up link works any more.',
  schema: Shape({ staff: Id<StaffId>(), account: Id<AccountId>() }),
  sample: { staff, account },
});

export const accountInvited = defineEvent({
  type: 'access.account-invited',
  version: 1,
  subject: 'staff',
  summary: 'An administrator gave a member of staff a sign-in name and a one-time link, or a new link to choose another password.',
  schema: Shape({ staff: Id<StaffId>(), account: Id<AccountId>(), signInName: Sealed(254), tokenDigest: Digest, expiresAt: At }),
  sample: { staff, account, signInName: 'ana@lincoln.example', tokenDigest: digest, expiresAt: '2025-09-01T12:00:00.000Z' },
});

export const accountOpened = defineEvent({
  type: 'access.account-opened',
  version: 1,
  subject: 'staff',
  summary: 'The person chose a password: the account can be used.',
  schema: Shape({ staff: Id<StaffId>(), account: Id<AccountId>(), signInName: Sealed(254), passwordHash: PasswordHash }),
  sample: { staff, account, signInName: 'ana@lincoln.example', passwordHash: hash },
});

export const passwordChanged = defineEvent({
  type: 'access.password-changed',
  version: 1,
  subject: 'staff',
  summary: 'Another password; every sign-in from before ends at its next renewal, but for the one it was changed in.',
  schema: Shape({ staff: Id<StaffId>(), account: Id<AccountId>(), passwordHash: PasswordHash, keeps: Maybe(Id<SignInId>()) }),
  sample: { staff, account, passwordHash: hash, keeps: signIn },
});

export const signedIn = defineEvent({
  type: 'access.signed-in',
  version: 1,
  subject: 'none',
  summary: 'Somebody signed in on a device, to act in a role.',
  schema: Shape({ staff: Id<StaffId>(), account: Id<AccountId>(), signIn: Id<SignInId>(), role: OneOf(ROLES), tokenDigest: Digest }),
  sample: { staff, account, signIn, role: 'aide', tokenDigest: digest },
});

export const signInRenewed = defineEvent({
  type: 'access.sign-in-renewed',
  version: 1,
  subject: 'none',
  summary: 'The refresh token was exchanged for the next one; perhaps to act in another role.',
  schema: Shape({ staff: Id<StaffId>(), signIn: Id<SignInId>(), role: OneOf(ROLES), tokenDigest: Digest }),
  sample: { staff, signIn, role: 'aide', tokenDigest: digest },
});

export const signInEnded = defineEvent({
  type: 'access.sign-in-ended',
  version: 1,
  subject: 'none',
  summary: 'The sign-in cannot be renewed any more, and why.',
  schema: Shape({ staff: Id<StaffId>(), signIn: Id<SignInId>(), reason: OneOf(END_REASONS) }),
  sample: { staff, signIn, reason: 'signed-out' },
});

export const accessEvents = [
  setupOffered,
  setupCompleted,
  accountInvited,
  accountOpened,
  passwordChanged,
  signedIn,
  signInRenewed,
  signInEnded,
] as const;
export type AccessEvent = EventOf<(typeof accessEvents)[number]>;
export type SetupEvent = EventOf<typeof setupOffered | typeof setupCompleted>;
export type AccountEvent = EventOf<typeof accountInvited | typeof accountOpened | typeof passwordChanged>;
export type SignInEvent = EventOf<typeof signedIn | typeof signInRenewed | typeof signInEnded>;

export const setupStream = (logId: string): string => `setup-${logId}`;
export const accountStream = (account: AccountId): string => `account-${account}`;
export const signInStream = (signIn: SignInId): string => `signIn-${signIn}`;
