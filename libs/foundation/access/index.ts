export * from './policy.types';
export { AIDE_MENDS_DAYS, concernsChild, decide } from './policy';
export * from './events';
export { accessRefusals, TooManyAttempts, Unauthenticated } from './refusals';
export {
  type AccountsDependencies,
  AccountsService,
  INVITATION_DAYS,
  type Knock,
  type MakeAdministrator,
  type OneTimeLink,
  SETUP_HOURS,
  type SetupInput,
  type SignedIn,
} from './accounts';
export { MAX_PASSWORD, MIN_PASSWORD } from './passwords';
export { SIGN_IN_HOURS } from './sign-in';
export { MemoryThrottle, type SignInThrottle } from './throttle';
export { ACCESS_TOKEN_SECONDS, type AccessClaims, AccessTokens, REFRESH_COOKIE, refreshCookie } from './tokens';
export { ReadAudit, type ReadEntry, type ReadsPage } from './reads';
