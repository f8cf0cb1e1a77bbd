import { JwtService } from '@nestjs/jwt';
import { id, type SignInId, type StaffId } from '@foundation/kernel';
import { fixedClock } from '@foundation/testing';
import { ACCESS_TOKEN_SECONDS, AccessTokens, refreshCookie } from './tokens';

const key = Buffer.alloc(32, 7);
const staff = id<StaffId>('7a1b0c5e-0f5b-5c59-9f0e-0c7d5d1c0b01');
const signIn = id<SignInId>('2e0f1c5e-0f5b-7c59-9f0e-0c7d5d1c0e02');
const setUp = () => {
  const clock = fixedClock();
  const tokens = new AccessTokens(key, clock);
  return { clock, tokens, token: tokens.issue(staff, 'aide', signIn) };
};
const code = (expected: string) => expect.objectContaining({ code: expected });
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const payloadOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;

describe('an access token', () => {
  it('says who, in which role, in which sign-in and until when, and nothing else', () => {
    const { token } = setUp();
    const claims = payloadOf(token);
    expect(claims).toMatchObject({ sub: staff, role: 'aide', sid: signIn });
    expect(Object.keys(claims).sort()).toEqual(['exp', 'iat', 'jti', 'role', 'sid', 'sub']);
    expect(Number(claims['exp']) - Number(claims['iat'])).toBe(ACCESS_TOKEN_SECONDS);
  });
  it('is good for ten minutes, checked once or again', () => {
    for (const early of [true, false]) {
      const { clock, tokens, token } = setUp();
      if (early) tokens.verify(token);
      clock.advance(ACCESS_TOKEN_SECONDS * 1000 - 1000);
      expect(tokens.verify(token)).toMatchObject({ sub: staff, role: 'aide', sid: signIn });
      clock.advance(1000);
      expect(() => tokens.verify(token)).toThrow(code('token-expired'));
    }
  });
  it('is refused once its sign-in has ended, remembered or not; another sign-in goes on', () => {
    const { tokens, token } = setUp();
    const unseen = tokens.issue(staff, 'aide', signIn);
    const other = tokens.issue(staff, 'aide', id<SignInId>(staff));
    tokens.verify(token);
    tokens.revoke(signIn);
    expect(() => tokens.verify(token)).toThrow(code('token-invalid'));
    expect(() => tokens.verify(unseen)).toThrow(code('token-invalid'));
    expect(tokens.verify(other)).toMatchObject({ sub: staff });
  });
  it.each<[string, (token: string) => string]>([
    [
      'with another role',
      (token) =>
        token
          .split('.')
          .map((piece, index) => (index === 1 ? part({ ...payloadOf(token), role: 'administrator' }) : piece))
          .join('.'),
    ],
    ['without a signature', (token) => `${part({ alg: 'none', typ: 'JWT' })}.${token.split('.')[1]}.`],
    ['under another algorithm', (token) => new JwtService({ secret: key }).sign(payloadOf(token), { algorithm: 'HS512' })],
    ['under another key', (token) => new JwtService({ secret: Buffer.alloc(32, 8) }).sign(payloadOf(token))],
    ['of a role there is not', (token) => new JwtService({ secret: key }).sign({ ...payloadOf(token), role: 'owner' })],
    ['of nobody', (token) => new JwtService({ secret: key }).sign({ ...payloadOf(token), sub: 'admin' })],
    [
      'without an end',
      (token) => {
        const { exp: _, ...endless } = payloadOf(token);
        return new JwtService({ secret: key }).sign(endless);
      },
    ],
    ['cut short', (token) => token.slice(0, -1)],
    ['that is none', () => 'Bearer'],
    ['that is empty', () => ''],
    ['that is long', (token) => token + 'A'.repeat(100_000)],
  ])('%s is refused', (_, forge) => {
    const { tokens, token } = setUp();
    tokens.verify(token);
    expect(() => tokens.verify(forge(token))).toThrow(code('token-invalid'));
  });
  it('needs a key of 32 bytes', () => {
    expect(() => new AccessTokens(Buffer.alloc(31), fixedClock())).toThrow(TypeError);
  });
});

describe('the refresh cookie', () => {
  it('is for the API alone, for no script and no other site', () => {
    expect(refreshCookie(true)).toEqual({ httpOnly: true, sameSite: 'strict', path: '/api/v1', secure: true });
    expect(refreshCookie(false).secure).toBe(false);
  });
});
