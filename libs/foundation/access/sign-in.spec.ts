import { derivedId, type Instant, type SignInId } from '@foundation/kernel';
import { given, happened } from '@foundation/testing';
import { type AccountId, signedIn, signInEnded, type SignInEvent, signInRenewed } from './events';
import { GRACE_SECONDS, SIGN_IN_HOURS, signInDecider } from './sign-in';

const { staff, account, signIn } = signedIn.sample as { staff: never; account: AccountId; signIn: SignInId };
const digest = (name: string) => derivedId<SignInId>(account, name).replaceAll('-', '').padEnd(64, '0');
const start = Date.parse('2026-03-03T12:00:00.000Z');
const at = (seconds: number) => new Date(start + seconds * 1000).toISOString() as Instant;
const on = (event: SignInEvent, seconds: number) => happened(event, { recordedAt: at(seconds) });

const started = on(signedIn.of({ staff, account, signIn, role: 'aide', tokenDigest: digest('1') }), 0);
const renewedTo = (name: string, seconds: number) =>
  on(signInRenewed.of({ staff, signIn, role: 'aide', tokenDigest: digest(name) }), seconds);
const renew = (spends: string, seconds: number) =>
  ({ kind: 'renew', spends: digest(spends), tokenDigest: digest('next'), role: 'aide', at: at(seconds) }) as const;
const renewed = signInRenewed.of({ staff, signIn, role: 'aide', tokenDigest: digest('next') });
const ended = (reason: 'reuse-detected' | 'expired' | 'signed-out') => signInEnded.of({ staff, signIn, reason });

describe('a sign-in', () => {
  it('starts once', () => {
    const command = { kind: 'start', staff, account, signIn, role: 'aide', tokenDigest: digest('1') } as const;
    given(signInDecider)
      .when(command)
      .then(signedIn.of({ staff, account, signIn, role: 'aide', tokenDigest: digest('1') }));
    given(signInDecider, [started]).when(command).thenRefused('sign-in-over');
  });
  it('is renewed with its present token', () => {
    given(signInDecider, [started]).when(renew('1', 600)).then(renewed);
    given(signInDecider, [started, renewedTo('2', 600)])
      .when(renew('2', 1200))
      .then(renewed);
  });
  it('answers the token just spent as before for ten seconds, and takes it for stolen afterwards', () => {
    const past = [started, renewedTo('2', 600)];
    given(signInDecider, past)
      .when(renew('1', 600 + GRACE_SECONDS))
      .then();
    given(signInDecider, past)
      .when(renew('1', 601 + GRACE_SECONDS))
      .then(ended('reuse-detected'));
  });
  it('ends whole when an older token is used, however soon', () => {
    given(signInDecider, [started, renewedTo('2', 600), renewedTo('3', 601)])
      .when(renew('1', 602))
      .then(ended('reuse-detected'));
  });
  it('is not touched by a token it never had', () => {
    given(signInDecider, [started]).when(renew('forged', 1)).thenRefused('sign-in-over');
  });
  it('lasts a working day, however often it was renewed', () => {
    const late = SIGN_IN_HOURS * 3600;
    const past = [started, renewedTo('2', late - 60)];
    given(signInDecider, past)
      .when(renew('2', late - 1))
      .then(renewed);
    given(signInDecider, past).when(renew('2', late)).then(ended('expired'));
  });
  it('ends once and is over', () => {
    const past = [started, on(ended('signed-out'), 60)];
    given(signInDecider, [started]).when({ kind: 'end', reason: 'signed-out' }).then(ended('signed-out'));
    given(signInDecider, past).when({ kind: 'end', reason: 'signed-out' }).then();
    given(signInDecider, past).when(renew('1', 61)).thenRefused('sign-in-over');
    given(signInDecider).when({ kind: 'end', reason: 'signed-out' }).then();
    given(signInDecider).when(renew('1', 61)).thenRefused('sign-in-over');
  });
});
