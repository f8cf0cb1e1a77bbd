import {
  AccessDeniedError,
  CancelledError,
  convertToCommandError,
  DeadlineExceededError,
  MaxAppendSizeExceededError,
  NotLeaderError,
  StreamDeletedError,
  StreamNotFoundError,
  UnavailableError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';

/** No answer came in the time that we gave. The client's own calls have no deadline, or one that it does not keep. */
export class NoAnswer extends Error {
  constructor(what: string, milliseconds: number) {
    super(`no answer to ${what} within ${milliseconds} ms`);
  }
}
/** The line to the server ended, or the server said that it does not know: whether anything was written is unknown. */
export class LineLost extends Error {}

/**
 * `gone`: there is no such stream. `denied`: the server refuses who we are. `refused`: it refuses what we ask. `leader-moved`: the client
 * turns to the new leader by itself. Everything else, INTERNAL, DATA_LOSS and errors of connecting too, says nothing about what was done.
 */
export type Failure = 'gone' | 'denied' | 'refused' | 'leader-moved' | 'no-answer' | 'unknown';

export function failureOf(error: unknown): Failure {
  if (error instanceof NoAnswer || error instanceof DeadlineExceededError) return 'no-answer';
  if (error instanceof StreamNotFoundError || error instanceof StreamDeletedError) return 'gone';
  if (error instanceof AccessDeniedError) return 'denied';
  if (error instanceof WrongExpectedVersionError || error instanceof MaxAppendSizeExceededError || isNoPosition(error)) return 'refused';
  if (error instanceof NotLeaderError) return 'leader-moved';
  return 'unknown';
}

/** The server could not read from that position: it is no event's. */
export function isNoPosition(error: unknown): boolean {
  return error instanceof Error && error.message.includes('Unexpected ReadAllResult');
}

/** An answer that another attempt would not change. */
export function isFinal(error: unknown): boolean {
  return ['gone', 'denied', 'refused'].includes(failureOf(error));
}

/** What tells one failure from another, for those who count equal ones. */
export function signatureOf(error: unknown): string {
  if (!(error instanceof Error)) return 'something thrown';
  const code = 'code' in error ? String(error.code) : '';
  return `${error.constructor.name} ${code}`;
}

/** The failure in a few words of ours, for a log line: no data, no credentials. */
export function inWords(error: unknown): string {
  if (error instanceof NoAnswer || error instanceof LineLost) return error.message;
  if (error instanceof UnavailableError) return 'the server cannot be reached';
  if (error instanceof CancelledError) return 'the server cancelled the call';
  if (error instanceof NotLeaderError) return 'the leader has moved';
  if (error instanceof AccessDeniedError) return 'the server refuses access';
  return error instanceof Error ? error.message.split('\n', 1)[0] || error.constructor.name : String(error);
}

/** A call's own error as the client has it. */
export function known(error: Error): Error {
  try {
    return convertToCommandError(error);
  } catch {
    // It cannot read every trailer that a proxy leaves of one.
    return error;
  }
}
