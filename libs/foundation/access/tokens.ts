import { JwtService } from '@nestjs/jwt';
import { LRUCache } from 'lru-cache';
import { type Clock, id, isUuid, newId, type Role, ROLES, type SignInId, type StaffId } from '@foundation/kernel';
import { Unauthenticated } from './refusals';

/** Minutes are short so that a stolen token is soon worthless; roles are asked of the record on every request anyway. */
export const ACCESS_TOKEN_SECONDS = 600;
export const REFRESH_COOKIE = 'throughline_refresh';

/** Attributes of the refresh cookie: no script reads it, no other site sends it, only the API gets it. */
export const refreshCookie = (https: boolean) => ({ httpOnly: true, sameSite: 'strict', path: '/api/v1', secure: https }) as const;

/** What an access token says: ids and a role, nothing personal. Times in seconds since 1970. */
export interface AccessClaims {
  readonly sub: StaffId;
  readonly role: Role;
  /** The sign-in it belongs to. */
  readonly sid: SignInId;
  readonly iat: number;
  readonly exp: number;
  readonly jti: string;
}

const REMEMBERED = 20_000;
const LONGEST_TOKEN = 1000;

/** Issues and checks access tokens (JWT, HS256 and no other algorithm). A token is checked once and remembered until it expires. */
export class AccessTokens {
  private readonly jwt: JwtService;
  private readonly checked = new LRUCache<string, AccessClaims>({ max: REMEMBERED });
  /** Ended sign-ins, until the last token of theirs has expired (seconds since 1970). */
  private readonly revoked = new Map<SignInId, number>();

  /** @param key 32 bytes or more, of the master key: `deriveKey('tokens').export()`. */
  constructor(
    key: Uint8Array,
    private readonly clock: Clock,
  ) {
    if (key.byteLength < 32) throw new TypeError('The key of the access tokens has fewer than 32 bytes');
    this.jwt = new JwtService({ secret: Buffer.from(key), signOptions: { algorithm: 'HS256' } });
  }

  issue(staff: StaffId, role: Role, signIn: SignInId): string {
    const iat = this.now();
    const claims: AccessClaims = { sub: staff, role, sid: signIn, iat, exp: iat + ACCESS_TOKEN_SECONDS, jti: newId() };
    return this.jwt.sign({ ...claims });
  }

  /** @throws Unauthenticated `token-invalid` or `token-expired` */
  verify(token: string): AccessClaims {
    const known = this.checked.get(token);
    const claims = known ?? this.check(token);
    if (claims.exp <= this.now()) {
      this.checked.delete(token);
      throw new Unauthenticated('token-expired');
    }
    if (this.revoked.has(claims.sid)) throw new Unauthenticated('token-invalid');
    if (!known) this.checked.set(token, claims);
    return claims;
  }

  /** Every access token of the sign-in is refused from now on. */
  revoke(signIn: SignInId): void {
    const now = this.now();
    for (const [one, until] of this.revoked) if (until <= now) this.revoked.delete(one);
    this.revoked.set(signIn, now + ACCESS_TOKEN_SECONDS);
  }

  private check(token: string): AccessClaims {
    if (token.length > LONGEST_TOKEN) throw new Unauthenticated('token-invalid');
    try {
      return claimsOf(this.jwt.verify<Record<string, unknown>>(token, { algorithms: ['HS256'], ignoreExpiration: true }));
    } catch {
      throw new Unauthenticated('token-invalid');
    }
  }

  private now(): number {
    return Math.floor(Date.parse(this.clock.now()) / 1000);
  }
}

/** @throws TypeError when the payload is not one of ours. */
function claimsOf({ sub, role, sid, iat, exp, jti }: Record<string, unknown>): AccessClaims {
  const knownRole = ROLES.find((one) => one === role);
  if (
    typeof sub !== 'string' ||
    typeof sid !== 'string' ||
    !isUuid(jti) ||
    typeof iat !== 'number' ||
    typeof exp !== 'number' ||
    !knownRole
  ) {
    throw new TypeError('Not an access token');
  }
  return { sub: id<StaffId>(sub), role: knownRole, sid: id<SignInId>(sid), iat, exp, jti: String(jti) };
}
