import { HttpException } from '@nestjs/common';
import { IdReused, NewerEventVersion, NodesBehind, StaleRevision, StoreUnavailable, UnknownEventType } from '@foundation/event-store';
import { type RefusalCatalogue, RefusalError, type RefusalKind, type RefusalPart } from '@foundation/kernel';
import { ViewHalted, ViewsBehind } from '@foundation/view-store';

/** Problem details (RFC 9457) as they go over the wire; `errors` hold JSON pointers into the request body. */
export interface Problem {
  /** `/problems/<code>`: stable, and documented at that address. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** The path asked for, without its query. */
  readonly instance?: string;
  readonly errors?: readonly RefusalPart[];
  readonly correlationId?: string;
}

/** The problems of HTTP itself; rooms add their refusals (`problemTypes`). */
export const httpProblems = {
  'malformed-json': { status: 400, title: 'The body is not JSON' },
  'invalid-request': { status: 400, title: 'Fields of the request are missing, unknown or of the wrong kind' },
  'invalid-header': { status: 400, title: 'A header of the request cannot be read' },
  'invalid-position': { status: 400, title: 'The position is not one of this log' },
  'bad-request': { status: 400, title: 'The request cannot be read' },
  unauthenticated: { status: 401, title: 'Sign in first' },
  forbidden: { status: 403, title: 'Your role does not allow this' },
  'not-found': { status: 404, title: 'There is nothing here that you may see' },
  'request-timeout': { status: 408, title: 'The request took too long to arrive' },
  stale: { status: 412, title: 'It has changed since you read it' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The body must be application/json' },
  'id-reused': { status: 422, title: 'The id or Idempotency-Key was used for another request' },
  'no-such-local-time': { status: 422, title: 'That time does not exist on the school’s clock' },
  'precondition-required': { status: 428, title: 'If-Match is required' },
  'too-many-attempts': { status: 429, title: 'Too many attempts' },
  'headers-too-large': { status: 431, title: 'The headers are too large' },
  internal: { status: 500, title: 'Something went wrong on our side' },
  'store-unavailable': { status: 503, title: 'Nothing can be written now' },
  'queue-unavailable': { status: 503, title: 'No work can be given out now' },
  'views-behind': { status: 503, title: 'This has not been derived yet' },
  'being-upgraded': { status: 503, title: 'The service is being upgraded' },
  'not-ready': { status: 503, title: 'The service is not ready' },
  'view-halted': { status: 503, title: 'A view has stopped and needs an operator' },
} as const;
export type HttpProblemCode = keyof typeof httpProblems;

const statusOfKind: Readonly<Record<RefusalKind, number>> = { invalid: 422, conflict: 409, forbidden: 403, 'not-found': 404 };

export interface ProblemType {
  readonly code: string;
  readonly status: number;
  readonly title: string;
}

/** Every problem type that a caller can meet, by code: HTTP's own and the rooms' refusals. Rooms may share a code that means the same: the first title documents it. @throws TypeError when its status differs. */
export function problemTypes(...catalogues: readonly RefusalCatalogue[]): readonly ProblemType[] {
  const types = new Map<string, ProblemType>(Object.entries(httpProblems).map(([code, entry]) => [code, { code, ...entry }]));
  for (const [code, { kind, title }] of catalogues.flatMap((catalogue) => Object.entries(catalogue))) {
    const known = types.get(code);
    const type = { code, status: statusOfKind[kind], title };
    if (known && known.status !== type.status) throw new TypeError(`Two problems share the code ${code}`);
    if (!known) types.set(code, type);
  }
  return [...types.values()].sort((a, b) => (a.code < b.code ? -1 : 1));
}

/** Ends a request with one of HTTP's own problems. */
export class ProblemError extends Error {
  constructor(
    readonly code: HttpProblemCode,
    readonly detail: string,
    readonly errors: readonly RefusalPart[] = [],
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(`${code}: ${detail}`);
  }
}

export interface Answered {
  readonly problem: Problem;
  readonly headers: Readonly<Record<string, string>>;
}

const remedies: Partial<Record<HttpProblemCode, string>> = {
  'malformed-json': 'Mend the JSON and send it again.',
  internal: 'Nothing is known to be wrong with your request. Try again; name the correlation id if it goes on.',
  unauthenticated: 'Send a valid access token: Authorization: Bearer …',
  'not-found': 'Check the address, and that you act in the right role.',
  'body-too-large': 'Send less at once, for instance fewer records in one batch.',
  'unsupported-media-type': 'Send the body as JSON with Content-Type: application/json.',
  'request-timeout': 'Send the whole request without long pauses.',
  'headers-too-large': 'Send fewer or shorter headers and cookies.',
};

/** One of HTTP's own problems; where nothing better is known of this one, `detail` is the usual remedy. */
export const httpProblem = (
  code: HttpProblemCode,
  detail = remedies[code] ?? 'Check the address and the headers of the request.',
  headers: Readonly<Record<string, string>> = {},
  errors: readonly RefusalPart[] = [],
): Answered => ({
  problem: { type: `/problems/${code}`, ...httpProblems[code], detail, ...(errors.length > 0 && { errors }) },
  headers,
});

const codeOfStatus: Readonly<Record<number, HttpProblemCode>> = {
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not-found',
  408: 'request-timeout',
  413: 'body-too-large',
  415: 'unsupported-media-type',
};

/** True for an error whose cause is unknown: it is logged, and the caller learns nothing of its inside. */
export const isUnexpected = ({ problem }: Answered): boolean => problem.type === '/problems/internal';

/** The stable code of a problem, as in its `type`. */
export const codeOf = ({ problem }: Answered): string => problem.type.slice('/problems/'.length);

/** What an error says to a caller. Messages of unknown errors never leave the process. */
export function problemOf(error: unknown): Answered {
  if (error instanceof RefusalError) {
    const { code, kind, title, detail, errors } = error.refusal;
    const problem = { type: `/problems/${code}`, title, status: statusOfKind[kind], detail, ...(errors.length > 0 && { errors }) };
    return { problem, headers: {} };
  }
  if (error instanceof ProblemError) return httpProblem(error.code, error.detail, error.headers, error.errors);
  if (error instanceof StaleRevision)
    return httpProblem('stale', 'Read it again, look at what changed, and send the new ETag in If-Match.');
  if (error instanceof IdReused)
    return httpProblem('id-reused', 'Make a new id for a new request; send the same body to repeat the old one.');
  if (error instanceof StoreUnavailable)
    return httpProblem('store-unavailable', 'Keep the record and send it again, with the same id.', { 'Retry-After': '5' });
  if (error instanceof ViewsBehind)
    return httpProblem('views-behind', 'What you wrote is kept. Ask again in a moment.', { 'Retry-After': '1' });
  if (error instanceof ViewHalted)
    return httpProblem('view-halted', 'What is written is safe; what is shown must be rebuilt by an operator.');
  if (error instanceof UnknownEventType || error instanceof NewerEventVersion)
    return httpProblem('being-upgraded', 'Another node wrote what this one cannot read yet. Send it again, with the same id.', {
      'Retry-After': '5',
    });
  if (error instanceof NodesBehind) return httpProblem('being-upgraded', error.message, { 'Retry-After': '30' });
  if (error instanceof HttpException) {
    const status = error.getStatus();
    const malformed = status === 400 && /json|unexpected (token|end)|proto|constructor/i.test(error.message);
    return httpProblem(codeOfStatus[status] ?? (malformed ? 'malformed-json' : status < 500 ? 'bad-request' : 'internal'));
  }
  return httpProblem('internal');
}
