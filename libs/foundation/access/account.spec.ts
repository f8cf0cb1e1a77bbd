import { id, type Instant, type SignInId, type StaffId } from '@foundation/kernel';
import { erased, given, happened } from '@foundation/testing';
import { accountDecider, isOutdated } from './account';
import { accessEvents, accountInvited, type AccountId, accountOpened, passwordChanged } from './events';

const account = id<AccountId>('2e0f1c5e-0f5b-5c59-9f0e-0c7d5d1c0e01');
const staff = id<StaffId>('7a1b0c5e-0f5b-5c59-9f0e-0c7d5d1c0b01');
const another = id<StaffId>('7a1b0c5e-0f5b-5c59-9f0e-0c7d5d1c0b09');
const signIn = id<SignInId>('2e0f1c5e-0f5b-7c59-9f0e-0c7d5d1c0e02');
const signInName = 'ana@lincoln.example';
const expiresAt = '2026-03-10T12:00:00.000Z' as Instant;
const before = '2026-03-10T11:59:59.999Z' as Instant;
const link = (digit: string) => ({ account, staff, signInName, tokenDigest: digit.repeat(64), expiresAt });
const accept = (digit: string, at = before) => ({ kind: 'accept', tokenDigest: digit.repeat(64), passwordHash: 'hash', at }) as const;
const invited = accountInvited.of(link('a'));
const opened = accountOpened.of({ account, staff, signInName, passwordHash: 'hash' });

describe('an account', () => {
  it('is opened by its link, once, before it expires', () => {
    given(accountDecider)
      .when({ kind: 'invite', ...link('a') })
      .then(invited);
    given(accountDecider, [invited]).when(accept('a')).then(opened);
    given(accountDecider, [invited]).when(accept('a', expiresAt)).thenRefused('link-not-valid');
    given(accountDecider, [invited]).when(accept('b')).thenRefused('link-not-valid');
    given(accountDecider, [invited, opened]).when(accept('a')).thenRefused('link-not-valid');
    given(accountDecider).when(accept('a')).thenRefused('link-not-valid');
  });
  it('takes a newer link in place of the last one', () => {
    const again = accountInvited.of(link('b'));
    given(accountDecider, [invited])
      .when({ kind: 'invite', ...link('b') })
      .then(again);
    given(accountDecider, [invited, again]).when(accept('a')).thenRefused('link-not-valid');
    given(accountDecider, [invited, again]).when(accept('b')).then(opened);
  });
  it('gets another password through a new link, and keeps the old one until then', () => {
    const again = accountInvited.of(link('b'));
    const { state } = given(accountDecider, [invited, opened, again]);
    expect(state.passwordHash).toBe('hash');
    given(accountDecider, [invited, opened, again])
      .when({ ...accept('b'), passwordHash: 'new' })
      .then(passwordChanged.of({ account, staff, passwordHash: 'new' }));
  });
  it('belongs to one person', () => {
    for (const past of [[invited], [invited, opened]]) {
      given(accountDecider, past)
        .when({ kind: 'invite', ...link('b'), staff: another })
        .thenRefused('sign-in-name-taken', ['/signInName']);
      given(accountDecider, past)
        .when({ kind: 'open', account, staff: another, signInName, passwordHash: 'x' })
        .thenRefused('sign-in-name-taken');
    }
  });
  it('opened by a set-up that broke off is opened again', () => {
    const command = { kind: 'open', account, staff, signInName, passwordHash: 'new' } as const;
    given(accountDecider)
      .when(command)
      .then(accountOpened.of({ account, staff, signInName, passwordHash: 'new' }));
    given(accountDecider, [opened])
      .when(command)
      .then(passwordChanged.of({ account, staff, passwordHash: 'new' }));
  });
  it('has no password to change before it is open', () => {
    given(accountDecider, [invited]).when({ kind: 'change-password', passwordHash: 'new' }).thenRefused('account-not-open');
  });
  it('with another password outdates the sign-ins from before, but for the one it was changed in', () => {
    const changed = passwordChanged.of({ account, staff, passwordHash: 'new', keeps: signIn });
    const { state } = given(accountDecider, [opened, happened(changed, { recordedAt: before })]);
    const other = id<SignInId>(account);
    expect(isOutdated(state, other, '2026-03-10T11:00:00.000Z' as Instant)).toBe(true);
    expect(isOutdated(state, other, expiresAt)).toBe(false);
    expect(isOutdated(state, signIn, '2026-03-10T11:00:00.000Z' as Instant)).toBe(false);
    expect(isOutdated(given(accountDecider, [opened]).state, other, before)).toBe(false);
  });
  it('of an erased person folds', () => {
    expect(() =>
      given(
        accountDecider,
        [invited, opened].map((event) => erased(event, accessEvents)),
      ),
    ).not.toThrow();
  });
});
