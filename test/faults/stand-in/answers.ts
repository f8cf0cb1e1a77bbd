import { Metadata, type ServerErrorResponse, status } from '@grpc/grpc-js';

export type Refusal = Partial<ServerErrorResponse> & { readonly code: status };

/** Errors in the shapes, statuses and trailers that the server gives them. */
export const refusal = {
  unavailable: (): Refusal => ({ code: status.UNAVAILABLE, details: 'Server Is Too Busy' }),
  notReady: (): Refusal => ({ code: status.UNAVAILABLE, details: 'Server Is Not Ready' }),
  notLeader: (leader: { host: string; port: number }): Refusal => ({
    code: status.NOT_FOUND,
    details: 'Leader info available',
    metadata: trailers({ exception: 'not-leader', 'leader-endpoint-host': leader.host, 'leader-endpoint-port': String(leader.port) }),
  }),
  noLeader: (): Refusal => ({ code: status.UNKNOWN, details: 'No leader info available in response' }),
  accessDenied: (): Refusal => ({
    code: status.PERMISSION_DENIED,
    details: 'Access Denied',
    metadata: trailers({ exception: 'access-denied' }),
  }),
  unauthenticated: (): Refusal => ({ code: status.UNAUTHENTICATED, details: 'Unauthenticated' }),
  streamDeleted: (stream: string): Refusal => ({
    code: status.FAILED_PRECONDITION,
    details: `Event stream '${stream}' is deleted.`,
    metadata: trailers({ exception: 'stream-deleted', 'stream-name': stream }),
  }),
  wrongExpectedVersion: (operation: string, stream: string, expected: number, actual: number): Refusal => ({
    code: status.FAILED_PRECONDITION,
    details: `${operation} failed due to WrongExpectedVersion. Stream: ${stream}, Expected version: ${expected}, Actual version: ${actual}`,
    metadata: trailers({
      exception: 'wrong-expected-version',
      'stream-name': stream,
      'expected-version': String(expected),
      'actual-version': String(actual),
    }),
  }),
  maxAppendSize: (size: number): Refusal => ({
    code: status.INVALID_ARGUMENT,
    details: `Maximum Append Size of ${size} Exceeded.`,
    metadata: trailers({ exception: 'maximum-append-size-exceeded', 'maximum-append-size': String(size) }),
  }),
  readFailed: (kind: 'ReadAllResult' | 'ReadStreamResult'): Refusal => ({ code: status.UNKNOWN, details: `Unexpected ${kind}: Error` }),
  subscriptionFailed: (): Refusal => ({ code: status.UNKNOWN, details: 'Exception was thrown by handler.' }),
};

/** Ends a stream of answers with an error. */
export function failStream(call: { emit(event: 'error', error: unknown): boolean }, why: Refusal): void {
  call.emit('error', Object.assign(new Error(why.details), why));
}

function trailers(values: Record<string, string>): Metadata {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(values)) metadata.set(name, value);
  return metadata;
}
