import { inZone, localDateOf } from '@foundation/calendar';
import type { CommandContext, CommandRunner } from '@foundation/event-store';
import {
  type ActorId,
  type Clock,
  type CommandId,
  derivedId,
  id,
  type Instant,
  newId,
  RefusalError,
  type Role,
  type SignInId,
  type StaffId,
} from '@foundation/kernel';
import { accountDecider, type AccountState, isOutdated, linkIsValid, linkNotValid } from './account';
import { type AccountId, accountStream, type EndReason, setupStream, signInStream } from './events';
import { hashPassword, passwordMatches, passwordProblem } from './passwords';
import type { RelationFacts } from './policy.types';
import { refuse, Unauthenticated } from './refusals';
import { setupDecider, setupIsOpen, setupNotOpen } from './setup';
import { SIGN_IN_HOURS, signInDecider } from './sign-in';
import type { SignInThrottle } from './throttle';
import { newToken, nextToken, readToken, type Token } from './token';
import { ACCESS_TOKEN_SECONDS, type AccessTokens } from './tokens';

export const SETUP_HOURS = 24;
export const INVITATION_DAYS = 7;

/** Where a request without an actor comes from. */
export interface Knock {
  readonly correlationId: string;
  /** Network address, for the throttle; never stored. */
  readonly address: string;
  readonly device?: string;
}

export interface SignedIn {
  readonly signIn: SignInId;
  readonly staff: StaffId;
  readonly role: Role;
  /** All roles the person may act in today; `refresh` changes to another. */
  readonly roles: readonly Role[];
  readonly accessToken: string;
  readonly expiresInSeconds: number;
  /** For the cookie; good until `refreshUntil`. */
  readonly refreshToken: string;
  readonly refreshUntil: Instant;
}

/** A one-time token and until when it works; shown once and never stored. */
export interface OneTimeLink {
  readonly token: string;
  readonly expiresAt: Instant;
}

export interface SetupInput {
  readonly token: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly signInName: string;
  readonly password: string;
}

/**
 * Puts the first administrator on the record and gives the role: the people room's business, done by the caller. It is called again
 * when an earlier set-up broke off, so "already there" counts as done.
 */
export type MakeAdministrator = (
  person: { readonly staff: StaffId; readonly givenName: string; readonly familyName: string },
  context: CommandContext,
) => Promise<void>;

export interface AccountsDependencies {
  /** Identity of the log (`journal.logId`, a UUID): sign-in names become account ids within it. */
  readonly logId: string;
  readonly runner: CommandRunner;
  readonly clock: Clock;
  /** The district's IANA zone: roles are asked for its day. */
  readonly zone: string;
  readonly facts: Pick<RelationFacts, 'rolesOf'>;
  readonly tokens: AccessTokens;
  readonly throttle: SignInThrottle;
  /** Of the master key: `deriveKey('refresh').export()`. */
  readonly refreshKey: Uint8Array;
}

/** Several roles and none named: the one that shows least. */
const NARROWEST_FIRST: readonly Role[] = [
  'aide',
  'teacher',
  'therapist',
  'nurse',
  'case-manager',
  'coordinator',
  'auditor',
  'administrator',
];

/** Accounts and sign-ins. Refusals come as RefusalError (`accessRefusals`), an unknown caller as Unauthenticated. */
export class AccountsService {
  constructor(private readonly deps: AccountsDependencies) {}

  /** A new link for the first administrator, which voids the last one; undefined once there is one. */
  async offerSetup(knock: Pick<Knock, 'correlationId'>): Promise<OneTimeLink | undefined> {
    const { logId, runner } = this.deps;
    const token = newToken(id<AccountId>(logId));
    const expiresAt = this.later(SETUP_HOURS * 3600);
    const command = { kind: 'offer', tokenDigest: token.digest, expiresAt } as const;
    const outcome = await runner.handle(setupDecider, { stream: setupStream(logId) }, command, this.context('system', knock));
    return outcome.events.length > 0 ? { token: token.text, expiresAt } : undefined;
  }

  /** @throws RefusalError `set-up-done`, `link-not-valid`, `sign-in-name-not-usable`, `password-not-safe` */
  async completeSetup(input: SetupInput, makeAdministrator: MakeAdministrator, knock: Knock): Promise<StaffId> {
    const { logId, runner, clock } = this.deps;
    const stream = setupStream(logId);
    const token = readToken(input.token);
    const { state } = await runner.loadCurrent(setupDecider, stream);
    if (!token || !setupIsOpen(state, token.digest, clock.now())) throw new RefusalError(setupNotOpen(state));
    const signInName = usableName(input.signInName);
    demandSafe('/password', input.password, [signInName, input.givenName, input.familyName]);

    const staff = derivedId<StaffId>(logId, 'first-administrator');
    const { givenName, familyName } = input;
    await makeAdministrator({ staff, givenName, familyName }, this.context('system', knock, derivedId<CommandId>(staff, 'set-up')));
    const account = this.accountOf(signInName);
    const opening = { kind: 'open', account, staff, signInName, passwordHash: await hashPassword(input.password) } as const;
    await runner.handle(accountDecider, { stream: accountStream(account) }, opening, this.context('system', knock));
    const done = { kind: 'complete', tokenDigest: token.digest, staff, account, at: clock.now() } as const;
    await runner.handle(setupDecider, { stream }, done, this.context('system', knock));
    return staff;
  }

  /**
   * Gives a member of staff a sign-in name, or, when they have it already, a way to choose another password. The caller checks
   * that the person is on the record. @throws RefusalError `sign-in-name-taken`, `sign-in-name-not-usable`
   */
  async invite(input: { readonly staff: StaffId; readonly signInName: string }, context: CommandContext): Promise<OneTimeLink> {
    const signInName = usableName(input.signInName);
    const account = this.accountOf(signInName);
    const token = newToken(account);
    const expiresAt = this.later(INVITATION_DAYS * 86_400);
    const command = { kind: 'invite', account, staff: input.staff, signInName, tokenDigest: token.digest, expiresAt } as const;
    await this.deps.runner.handle(accountDecider, { stream: accountStream(account) }, command, context);
    return { token: token.text, expiresAt };
  }

  /** @throws RefusalError `link-not-valid`, `password-not-safe` */
  async acceptInvitation(input: { readonly token: string; readonly password: string }, knock: Knock): Promise<void> {
    const { runner, clock } = this.deps;
    const token = readToken<AccountId>(input.token);
    if (!token) throw new RefusalError(linkNotValid());
    const stream = accountStream(token.of);
    const { state } = await runner.loadCurrent(accountDecider, stream);
    if (!linkIsValid(state, token.digest, clock.now())) throw new RefusalError(linkNotValid());
    demandSafe('/password', input.password, [state.signInName]);
    const passwordHash = await hashPassword(input.password);
    const command = { kind: 'accept', tokenDigest: token.digest, passwordHash, at: clock.now() } as const;
    await runner.handle(accountDecider, { stream }, command, this.context(state.staff ?? 'system', knock));
  }

  /** @throws TooManyAttempts; Unauthenticated `sign-in-failed`; RefusalError `no-role`, `role-not-held` once the password was right */
  async signIn(input: { readonly signInName: string; readonly password: string; readonly role?: Role }, knock: Knock): Promise<SignedIn> {
    const signInName = normalised(input.signInName);
    const account = this.accountOf(signInName);
    const { state } = await this.deps.runner.loadCurrent(accountDecider, accountStream(account));
    const { staff } = state;
    const right = await this.attempt(account, state, input.password, knock);
    if (!right || !staff) throw new Unauthenticated('sign-in-failed');

    const roles = await this.rolesToday(staff);
    const role = input.role ?? NARROWEST_FIRST.find((one) => roles.includes(one));
    if (!role) throw new RefusalError(refuse('no-role', 'Ask an administrator for a role.'));
    demandHeld(role, roles);
    const token = newToken(newId<SignInId>());
    const command = { kind: 'start', signIn: token.of, staff, account, role, tokenDigest: token.digest } as const;
    const context = this.context(staff, knock);
    await this.deps.runner.handle(signInDecider, { stream: signInStream(token.of) }, command, context);
    return this.admitted(staff, role, roles, token, context.recordedAt);
  }

  /** The next refresh token and a new access token, perhaps in another role. @throws Unauthenticated; RefusalError `role-not-held` */
  async refresh(refreshToken: string, knock: Knock, role?: Role): Promise<SignedIn> {
    const { runner, refreshKey, clock } = this.deps;
    const spent = readToken<SignInId>(refreshToken);
    if (!spent) throw new Unauthenticated('sign-in-ended');
    const { state } = await runner.loadCurrent(signInDecider, signInStream(spent.of));
    const { staff, account, startedAt } = state;
    if (!staff || !account || !startedAt || !state.tokens.includes(spent.digest)) throw new Unauthenticated('sign-in-ended');

    const [roles, { state: owner }] = await Promise.all([
      this.rolesToday(staff),
      runner.loadCurrent(accountDecider, accountStream(account)),
    ]);
    const now = this.pick(role, state.role, roles);
    if (!now) return this.refuseRenewal(spent.of, staff, 'access-ended', knock);
    if (isOutdated(owner, spent.of, startedAt)) return this.refuseRenewal(spent.of, staff, 'password-changed', knock);

    const next = nextToken(refreshKey, spent);
    const command = { kind: 'renew', spends: spent.digest, tokenDigest: next.digest, role: now, at: clock.now() } as const;
    const ended = await this.renew(spent.of, command, this.context(staff, knock));
    if (ended) {
      this.deps.tokens.revoke(spent.of);
      throw new Unauthenticated('sign-in-ended');
    }
    return this.admitted(staff, now, roles, next, startedAt);
  }

  /** Ends the sign-in that the cookie belongs to; a token that means nothing is no error. */
  async signOut(refreshToken: string, knock: Knock): Promise<void> {
    const token = readToken<SignInId>(refreshToken);
    if (!token) return;
    const { state } = await this.deps.runner.loadCurrent(signInDecider, signInStream(token.of));
    if (state.staff && state.tokens.includes(token.digest)) await this.end(token.of, state.staff, 'signed-out', knock);
  }

  /** Of the person signed in as `signIn`; every other sign-in of the account ends at its next renewal. @throws TooManyAttempts; RefusalError */
  async changePassword(
    input: { readonly signIn: SignInId; readonly password: string; readonly newPassword: string },
    knock: Knock,
  ): Promise<void> {
    const { runner } = this.deps;
    const { state: current } = await runner.loadCurrent(signInDecider, signInStream(input.signIn));
    if (!current.staff || !current.account || current.ended) throw new Unauthenticated('sign-in-ended');
    const stream = accountStream(current.account);
    const { state } = await runner.loadCurrent(accountDecider, stream);
    if (!(await this.attempt(current.account, state, input.password, knock))) {
      throw new RefusalError(
        refuse('password-wrong', 'Type the password you signed in with.', [{ pointer: '/password', detail: 'is wrong' }]),
      );
    }
    demandSafe('/newPassword', input.newPassword, [state.signInName]);
    const command = { kind: 'change-password', passwordHash: await hashPassword(input.newPassword), keeps: input.signIn } as const;
    await runner.handle(accountDecider, { stream }, command, this.context(current.staff, knock));
  }

  private accountOf(signInName: string): AccountId {
    return derivedId<AccountId>(this.deps.logId, `account ${normalised(signInName)}`);
  }

  private async attempt(account: AccountId, state: AccountState, password: string, knock: Knock): Promise<boolean> {
    const { throttle, clock } = this.deps;
    throttle.enter(account, knock.address, clock.now());
    const right = await passwordMatches(state.passwordHash, password);
    if (right) throttle.succeeded(account, knock.address);
    return right;
  }

  private pick(wanted: Role | undefined, present: Role | undefined, roles: readonly Role[]): Role | undefined {
    if (wanted && roles.length > 0) demandHeld(wanted, roles);
    const held = wanted ?? present;
    return held && roles.includes(held) ? held : NARROWEST_FIRST.find((one) => roles.includes(one));
  }

  /** True when the sign-in is over: it was, or this renewal ended it. */
  private async renew(signIn: SignInId, command: Parameters<typeof signInDecider.decide>[0], context: CommandContext): Promise<boolean> {
    try {
      const outcome = await this.deps.runner.handle(signInDecider, { stream: signInStream(signIn) }, command, context);
      return outcome.events.some((event) => event.type === 'access.sign-in-ended');
    } catch (error) {
      if (error instanceof RefusalError && error.refusal.code === 'sign-in-over') return true;
      throw error;
    }
  }

  private async refuseRenewal(signIn: SignInId, staff: StaffId, reason: EndReason, knock: Knock): Promise<never> {
    await this.end(signIn, staff, reason, knock);
    throw new Unauthenticated('sign-in-ended');
  }

  private async end(signIn: SignInId, staff: StaffId, reason: EndReason, knock: Knock): Promise<void> {
    this.deps.tokens.revoke(signIn);
    const context = this.context(staff, knock);
    await this.deps.runner.handle(signInDecider, { stream: signInStream(signIn) }, { kind: 'end', reason }, context);
  }

  private admitted(staff: StaffId, role: Role, roles: readonly Role[], token: Token<SignInId>, startedAt: Instant): SignedIn {
    return {
      signIn: token.of,
      staff,
      role,
      roles,
      accessToken: this.deps.tokens.issue(staff, role, token.of),
      expiresInSeconds: ACCESS_TOKEN_SECONDS,
      refreshToken: token.text,
      refreshUntil: plus(startedAt, SIGN_IN_HOURS * 3600),
    };
  }

  private rolesToday(staff: StaffId): Promise<readonly Role[]> {
    const { clock, zone, facts } = this.deps;
    return facts.rolesOf(staff, localDateOf(inZone(clock.now(), zone)));
  }

  private later(seconds: number): Instant {
    return plus(this.deps.clock.now(), seconds);
  }

  private context(actor: ActorId, knock: Pick<Knock, 'correlationId' | 'device'>, commandId = newId<CommandId>()): CommandContext {
    const { clock, zone } = this.deps;
    const now = clock.now();
    const { correlationId, device } = knock;
    return { commandId, correlationId, actor, occurredAt: inZone(now, zone), recordedAt: now, ...(device !== undefined && { device }) };
  }
}

const plus = (at: Instant, seconds: number): Instant => new Date(Date.parse(at) + seconds * 1000).toISOString() as Instant;

/** However it is typed, one name: `Ana@Lincoln.example ` is `ana@lincoln.example`. */
const normalised = (signInName: string): string => signInName.normalize('NFKC').trim().toLowerCase();

function usableName(text: string): string {
  const signInName = normalised(text);
  if (/^[^\s\p{C}]{3,254}$/u.test(signInName)) return signInName;
  throw new RefusalError(
    refuse('sign-in-name-not-usable', 'Take 3 to 254 characters without spaces, such as an e-mail address.', [
      { pointer: '/signInName', detail: 'has spaces or control characters, is too short or too long' },
    ]),
  );
}

function demandSafe(pointer: string, password: string, names: readonly string[]): void {
  const detail = passwordProblem(password, names);
  if (detail) throw new RefusalError(refuse('password-not-safe', 'Choose another password.', [{ pointer, detail }]));
}

function demandHeld(role: Role, roles: readonly Role[]): void {
  if (roles.includes(role)) return;
  const detail = `is not one of today’s: ${roles.join(', ') || 'none'}`;
  throw new RefusalError(refuse('role-not-held', 'Choose a role that you hold today.', [{ pointer: '/role', detail }]));
}
