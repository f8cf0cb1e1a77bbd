import { parseOptions, verify } from '@node-rs/argon2';
import { ERASED, newId, RefusalError, type Role, type StaffId } from '@foundation/kernel';
import { fixedClock, memoryLog, sampleContext } from '@foundation/testing';
import { AccountsService, type Knock, type SetupInput } from './accounts';
import { TooManyAttempts, Unauthenticated } from './refusals';
import { MemoryThrottle } from './throttle';
import { AccessTokens } from './tokens';

jest.mock('@node-rs/argon2', () => {
  const argon2 = jest.requireActual<typeof import('@node-rs/argon2')>('@node-rs/argon2');
  return { ...argon2, verify: jest.fn(argon2.verify) };
});

const logId = '3f0a1c5e-0f5b-4c59-9f0e-0c7d5d1c0a01';
const password = 'seven wet otters juggling';
const newPassword = 'tuesday soup tastes of rain';
const here: Knock = { correlationId: 'c1', address: '10.0.0.1' };
const there: Knock = { correlationId: 'c2', address: '10.0.0.2' };

function setUp() {
  const clock = fixedClock();
  const log = memoryLog();
  const roles = new Map<StaffId, Role[]>();
  const tokens = new AccessTokens(Buffer.alloc(32, 1), clock);
  const accounts = new AccountsService({
    logId,
    runner: log.runner,
    clock,
    zone: 'America/New_York',
    facts: { rolesOf: async (staff) => roles.get(staff) ?? [] },
    tokens,
    throttle: new MemoryThrottle(),
    refreshKey: Buffer.alloc(32, 2),
  });
  /** A person with an open account. */
  const person = async (signInName: string, ...held: Role[]) => {
    const staff = newId<StaffId>();
    roles.set(staff, held);
    const { token } = await accounts.invite({ staff, signInName }, sampleContext());
    await accounts.acceptInvitation({ token, password }, here);
    return staff;
  };
  const types = () => log.events.map(({ type }) => type);
  return { clock, log, roles, tokens, accounts, person, types };
}

const failure = (doing: Promise<unknown>): Promise<unknown> =>
  doing.then(
    () => 'nothing failed',
    (error: unknown) => error,
  );
/** The code of a refusal or of an unknown caller. */
const codeOf = async (doing: Promise<unknown>): Promise<unknown> => {
  const error = await failure(doing);
  if (error instanceof RefusalError) return error.refusal.code;
  return error instanceof Unauthenticated ? error.code : error;
};

describe('setting up', () => {
  const input = (token: string, fields: Partial<SetupInput> = {}): SetupInput => ({
    token,
    givenName: 'Ada',
    familyName: 'Fernwhistle',
    signInName: 'ada@district.example',
    password,
    ...fields,
  });
  const first = async () => {
    const made = setUp();
    const offered = await made.accounts.offerSetup(here);
    return { ...made, token: offered?.token ?? '' };
  };
  const nothing = async () => undefined;

  it('makes the first administrator by the link, once', async () => {
    const { accounts, roles, token } = await first();
    const made: unknown[] = [];
    const staff = await accounts.completeSetup(
      input(token),
      async (person, context) => {
        made.push({ ...person, actor: context.actor });
        roles.set(person.staff, ['administrator']);
      },
      here,
    );
    expect(made).toEqual([{ staff, givenName: 'Ada', familyName: 'Fernwhistle', actor: 'system' }]);
    expect(await accounts.signIn({ signInName: 'ada@district.example', password }, here)).toMatchObject({ staff, role: 'administrator' });
    expect(await codeOf(accounts.completeSetup(input(token), nothing, here))).toBe('set-up-done');
    expect(await accounts.offerSetup(here)).toBeUndefined();
  });
  it('takes the newest link, for a day', async () => {
    const { accounts, clock, token } = await first();
    const newer = await accounts.offerSetup(here);
    expect(await codeOf(accounts.completeSetup(input(token), nothing, here))).toBe('link-not-valid');
    expect(await codeOf(accounts.completeSetup(input('guess'), nothing, here))).toBe('link-not-valid');
    clock.advance(24 * 3_600_000);
    expect(await codeOf(accounts.completeSetup(input(newer?.token ?? ''), nothing, here))).toBe('link-not-valid');
  });
  it('refuses before it makes anything, and the link stays good', async () => {
    const { accounts, token, types } = await first();
    const never = () => Promise.reject(new Error('made'));
    expect(await codeOf(accounts.completeSetup(input(token, { password: 'Fernwhistle2026' }), never, here))).toBe('password-not-safe');
    expect(await codeOf(accounts.completeSetup(input(token, { signInName: 'a b' }), never, here))).toBe('sign-in-name-not-usable');
    expect(types()).toEqual(['access.setup-offered']);
    await accounts.completeSetup(input(token), nothing, here);
  });
  it('that broke off is taken up again with the same person', async () => {
    const { accounts, token } = await first();
    const asked: StaffId[] = [];
    const broken = accounts.completeSetup(
      input(token),
      async ({ staff }) => Promise.reject(new Error(`broke off at ${asked.push(staff)}`)),
      here,
    );
    expect(await failure(broken)).toMatchObject({ message: 'broke off at 1' });
    await accounts.completeSetup(input(token), async ({ staff }) => void asked.push(staff), here);
    expect(asked[1]).toBe(asked[0]);
  });
});

describe('an invitation', () => {
  it('works once, for a week', async () => {
    const { accounts, clock } = setUp();
    const invite = () => accounts.invite({ staff: newId<StaffId>(), signInName: `ana-${newId()}` }, sampleContext());
    const { token } = await invite();
    await accounts.acceptInvitation({ token, password }, here);
    expect(await codeOf(accounts.acceptInvitation({ token, password }, here))).toBe('link-not-valid');
    const late = await invite();
    clock.advance(7 * 86_400_000);
    expect(await codeOf(accounts.acceptInvitation({ token: late.token, password }, here))).toBe('link-not-valid');
    expect(await codeOf(accounts.acceptInvitation({ token: 'guess', password }, here))).toBe('link-not-valid');
  });
  it('stays good after an unsafe password', async () => {
    const { accounts } = setUp();
    const { token } = await accounts.invite({ staff: newId<StaffId>(), signInName: 'ana@lincoln.example' }, sampleContext());
    expect(await codeOf(accounts.acceptInvitation({ token, password: 'ana@lincoln.example' }, here))).toBe('password-not-safe');
    await accounts.acceptInvitation({ token, password }, here);
  });
  it('keeps no token, and the name in one place', async () => {
    const { accounts, log } = setUp();
    const { token } = await accounts.invite({ staff: newId<StaffId>(), signInName: 'ana@lincoln.example' }, sampleContext());
    const kept = JSON.stringify(log.events, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
    expect(kept).not.toContain(token.split('.')[1]);
    expect(log.events[0]?.stream).not.toContain('ana');
  });
  it('gives one name to one person, however it is written', async () => {
    const { accounts, person } = setUp();
    await person('Ana@Lincoln.example', 'aide');
    const again = accounts.invite({ staff: newId<StaffId>(), signInName: ' ana@lincoln.EXAMPLE' }, sampleContext());
    expect(await codeOf(again)).toBe('sign-in-name-taken');
  });
});

describe('signing in', () => {
  it('gives an access token of the role and a refresh token', async () => {
    const { accounts, person, tokens } = setUp();
    const staff = await person('ana', 'aide');
    const signedIn = await accounts.signIn({ signInName: 'ANA ', password }, here);
    expect(signedIn).toMatchObject({ staff, role: 'aide', roles: ['aide'], expiresInSeconds: 600 });
    expect(signedIn.refreshUntil).toBe('2026-03-04T02:15:00.000Z');
    expect(tokens.verify(signedIn.accessToken)).toMatchObject({ sub: staff, role: 'aide', sid: signedIn.signIn });
  });
  it('acts in the role asked for, else in the one that shows least', async () => {
    const { accounts, person } = setUp();
    await person('ana', 'administrator', 'case-manager', 'teacher');
    expect(await accounts.signIn({ signInName: 'ana', password }, here)).toMatchObject({ role: 'teacher' });
    expect(await accounts.signIn({ signInName: 'ana', password, role: 'administrator' }, here)).toMatchObject({ role: 'administrator' });
    expect(await codeOf(accounts.signIn({ signInName: 'ana', password, role: 'nurse' }, here))).toBe('role-not-held');
  });
  it('answers an unknown name, a wrong password, an unused invitation and an erased hash alike', async () => {
    const { accounts, person, log } = setUp();
    await person('ana', 'aide');
    await accounts.invite({ staff: newId<StaffId>(), signInName: 'ben' }, sampleContext());
    await person('eve', 'aide');
    const opened = log.events.filter((event) => event.type === 'access.account-opened').at(-1);
    Object.assign(opened?.data ?? {}, { passwordHash: ERASED });
    const failures = [
      ['nobody', password],
      ['ana', newPassword],
      ['ben', password],
      ['eve', ERASED],
      ['', ''],
      ['ana', 'x'.repeat(10_000)],
    ];
    const errors = await Promise.all(
      failures.map(([signInName = '', typed = '']) => failure(accounts.signIn({ signInName, password: typed }, here))),
    );
    for (const error of errors) expect(error).toEqual(new Unauthenticated('sign-in-failed'));
  });
  it('checks a hash of the same cost for a name that nobody has', async () => {
    const { accounts, person } = setUp();
    await person('ana', 'aide');
    const checked = jest.mocked(verify);
    checked.mockClear();
    await failure(accounts.signIn({ signInName: 'ana', password: newPassword }, here));
    await failure(accounts.signIn({ signInName: 'nobody', password: newPassword }, here));
    const [known, unknown] = checked.mock.calls.map(([hashed]) => parseOptions(hashed));
    expect(known).toEqual(unknown);
    expect(checked).toHaveBeenCalledTimes(2);
  });
  it('without a role today says so to whoever knows the password, and to nobody else', async () => {
    const { accounts, person, roles } = setUp();
    const staff = await person('ana', 'aide');
    roles.set(staff, []);
    expect(await codeOf(accounts.signIn({ signInName: 'ana', password }, here))).toBe('no-role');
    expect(await codeOf(accounts.signIn({ signInName: 'ana', password: newPassword }, here))).toBe('sign-in-failed');
  });
  it('stops a hundred wrong passwords, keeps a right one waiting there and lets others in', async () => {
    const { accounts, person, clock, types } = setUp();
    await person('ana', 'aide');
    await person('ben', 'aide');
    const wrong = () => failure(accounts.signIn({ signInName: 'ana', password: newPassword }, here));
    const errors = await Promise.all(Array.from({ length: 100 }, wrong));
    expect(errors.filter((error) => error instanceof Unauthenticated)).toHaveLength(5);
    expect(errors.filter((error) => error instanceof TooManyAttempts)).toHaveLength(95);
    expect(await failure(accounts.signIn({ signInName: 'ana', password }, here))).toEqual(new TooManyAttempts(1));
    await accounts.signIn({ signInName: 'ben', password }, here);
    await accounts.signIn({ signInName: 'ana', password }, there);
    clock.advance(1000);
    await accounts.signIn({ signInName: 'ana', password }, here);
    expect(types().filter((type) => type === 'access.signed-in')).toHaveLength(3);
  });
  it('treats names that nobody has as it treats the others', async () => {
    const { accounts } = setUp();
    const errors = await Promise.all(Array.from({ length: 8 }, () => failure(accounts.signIn({ signInName: 'nobody', password }, here))));
    expect(errors.filter((error) => error instanceof TooManyAttempts)).toHaveLength(3);
  });
});

describe('refreshing', () => {
  const signedIn = async (...held: Role[]) => {
    const made = setUp();
    const staff = await made.person('ana', ...held);
    return { ...made, staff, first: await made.accounts.signIn({ signInName: 'ana', password }, here) };
  };

  it('rotates the token and goes on in the role, or in another that is held', async () => {
    const { accounts, first, tokens } = await signedIn('aide', 'case-manager');
    const second = await accounts.refresh(first.refreshToken, here);
    expect(second.refreshToken).not.toBe(first.refreshToken);
    const third = await accounts.refresh(second.refreshToken, here, 'case-manager');
    expect(tokens.verify(third.accessToken)).toMatchObject({ role: 'case-manager', sid: first.signIn });
    expect(await accounts.refresh(third.refreshToken, here)).toMatchObject({ role: 'case-manager', refreshUntil: first.refreshUntil });
  });
  it('refuses another role without spending the token', async () => {
    const { accounts, first } = await signedIn('aide');
    expect(await codeOf(accounts.refresh(first.refreshToken, here, 'administrator'))).toBe('role-not-held');
    await accounts.refresh(first.refreshToken, here);
  });
  it('gives two tabs, and a repeat after a lost answer, the same next token', async () => {
    const { accounts, first, clock, types } = await signedIn('aide');
    const [one, two] = await Promise.all([accounts.refresh(first.refreshToken, here), accounts.refresh(first.refreshToken, here)]);
    clock.advance(9000);
    const repeat = await accounts.refresh(first.refreshToken, here);
    expect(new Set([one, two, repeat].map(({ refreshToken }) => refreshToken)).size).toBe(1);
    expect(types().filter((type) => type === 'access.sign-in-renewed')).toHaveLength(1);
    await accounts.refresh(one.refreshToken, here);
  });
  it('with a token spent before ends the whole sign-in, access token and all', async () => {
    const { accounts, first, clock, tokens, log } = await signedIn('aide');
    const second = await accounts.refresh(first.refreshToken, here);
    clock.advance(11_000);
    expect(await codeOf(accounts.refresh(first.refreshToken, there))).toBe('sign-in-ended');
    expect(log.events.at(-1)).toMatchObject({ type: 'access.sign-in-ended', data: { reason: 'reuse-detected' } });
    expect(() => tokens.verify(second.accessToken)).toThrow(Unauthenticated);
    expect(await codeOf(accounts.refresh(second.refreshToken, here))).toBe('sign-in-ended');
  });
  it('with a guessed token ends nothing', async () => {
    const { accounts, first } = await signedIn('aide');
    const guess = `${first.signIn}.${'A'.repeat(43)}`;
    for (const token of [guess, 'x', '', `${first.refreshToken}.x`, `${newId()}.${'A'.repeat(43)}`]) {
      expect(await codeOf(accounts.refresh(token, here))).toBe('sign-in-ended');
    }
    await accounts.refresh(first.refreshToken, here);
  });
  it('ends after a working day, and when the person has no role left', async () => {
    const { accounts, first, clock, roles, staff, log } = await signedIn('aide');
    const other = await accounts.signIn({ signInName: 'ana', password }, here);
    roles.set(staff, []);
    expect(await codeOf(accounts.refresh(first.refreshToken, here))).toBe('sign-in-ended');
    expect(log.events.at(-1)).toMatchObject({ data: { reason: 'access-ended' } });
    roles.set(staff, ['aide']);
    clock.advance(12 * 3_600_000);
    expect(await codeOf(accounts.refresh(other.refreshToken, here))).toBe('sign-in-ended');
    expect(log.events.at(-1)).toMatchObject({ data: { reason: 'expired' } });
  });
  it('goes on in a role still held when the present one is gone', async () => {
    const { accounts, first, roles, staff } = await signedIn('aide', 'teacher');
    roles.set(staff, ['teacher']);
    expect(await accounts.refresh(first.refreshToken, here)).toMatchObject({ role: 'teacher' });
  });
  it('is over after signing out, whose second time is no error', async () => {
    const { accounts, first, tokens, types } = await signedIn('aide');
    await accounts.signOut(first.refreshToken, here);
    await accounts.signOut(first.refreshToken, here);
    await accounts.signOut('nonsense', here);
    expect(types().filter((type) => type === 'access.sign-in-ended')).toHaveLength(1);
    expect(() => tokens.verify(first.accessToken)).toThrow(Unauthenticated);
    expect(await codeOf(accounts.refresh(first.refreshToken, here))).toBe('sign-in-ended');
  });
  it('cannot sign out by knowing the sign-in’s id', async () => {
    const { accounts, first } = await signedIn('aide');
    await accounts.signOut(`${first.signIn}.${'A'.repeat(43)}`, here);
    await accounts.refresh(first.refreshToken, here);
  });
});

describe('changing the password', () => {
  const twice = async () => {
    const made = setUp();
    await made.person('ana', 'aide');
    const mine = await made.accounts.signIn({ signInName: 'ana', password }, here);
    const lost = await made.accounts.signIn({ signInName: 'ana', password }, there);
    made.clock.advance(60_000);
    return { ...made, mine, lost };
  };

  it('keeps this sign-in and ends the others', async () => {
    const { accounts, mine, lost } = await twice();
    await accounts.changePassword({ signIn: mine.signIn, password, newPassword }, here);
    await accounts.refresh(mine.refreshToken, here);
    expect(await codeOf(accounts.refresh(lost.refreshToken, there))).toBe('sign-in-ended');
    expect(await codeOf(accounts.signIn({ signInName: 'ana', password }, here))).toBe('sign-in-failed');
    await accounts.signIn({ signInName: 'ana', password: newPassword }, here);
  });
  it('needs the present one, a safe new one and a sign-in that lasts', async () => {
    const { accounts, mine } = await twice();
    const change = (from: string, to: string) =>
      codeOf(accounts.changePassword({ signIn: mine.signIn, password: from, newPassword: to }, here));
    expect(await change(newPassword, password)).toBe('password-wrong');
    expect(await change(password, 'password1234')).toBe('password-not-safe');
    await accounts.signOut(mine.refreshToken, here);
    expect(await change(password, newPassword)).toBe('sign-in-ended');
  });
  it('is throttled as signing in is', async () => {
    const { accounts, mine } = await twice();
    const wrong = () => failure(accounts.changePassword({ signIn: mine.signIn, password: newPassword, newPassword: password }, here));
    const errors = await Promise.all(Array.from({ length: 20 }, wrong));
    expect(errors.filter((error) => error instanceof TooManyAttempts)).toHaveLength(15);
  });
  it('by a new link of an administrator ends every sign-in', async () => {
    const { accounts, mine, lost, clock } = await twice();
    const { staff } = mine;
    const { token } = await accounts.invite({ staff, signInName: 'ana' }, sampleContext({ recordedAt: clock.now() }));
    await accounts.refresh(mine.refreshToken, here);
    await accounts.acceptInvitation({ token, password: newPassword }, there);
    clock.advance(1000);
    for (const { refreshToken } of [mine, lost]) expect(await codeOf(accounts.refresh(refreshToken, here))).toBe('sign-in-ended');
  });
});
