import { TooManyAttempts, Unauthenticated } from '@foundation/access';
import { ProblemError } from '@foundation/http';
import { QueueUnavailable } from '@foundation/jobs';
import { UnknownNode } from '@foundation/view-jobs';
import { InvalidCursor } from '@views/cursor';

/** Errors of rooms that know no HTTP, as problems; what it does not know goes through. */
export function translated(error: unknown): unknown {
  if (error instanceof Unauthenticated) return new ProblemError('unauthenticated', error.message, [], { 'WWW-Authenticate': 'Bearer' });
  if (error instanceof TooManyAttempts) {
    return new ProblemError('too-many-attempts', error.message, [], { 'Retry-After': String(error.retryAfterSeconds) });
  }
  if (error instanceof QueueUnavailable)
    return new ProblemError('queue-unavailable', 'Nothing was begun. Send it again in a while.', [], { 'Retry-After': '30' });
  if (error instanceof UnknownNode) {
    const detail = 'No such node takes jobs: name one of `nodes` of GET /api/v1/views/jobs, or leave it out.';
    return new ProblemError('invalid-request', 'One field needs mending.', [{ pointer: '/node', detail }]);
  }
  if (error instanceof InvalidCursor)
    return new ProblemError('invalid-request', 'Send the cursor as the page before gave it, or leave it out.');
  return error;
}
