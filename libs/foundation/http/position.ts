import type { Position } from '@foundation/kernel';
import { ProblemError } from './problem';

/** A position on the wire, opaque: `<first 8 of the log's id>.<decimal>`. It means something only within its own log. */
export const positionText = (logId: string, position: Position): string => `${logId.slice(0, 8)}.${position}`;

/** @throws ProblemError 400 for text that is no position, or one of another log. */
export function positionOf(logId: string, text: string): Position {
  const [log, decimal] = /^([^.]{1,8})\.(\d{1,19})$/.exec(text)?.slice(1) ?? [];
  if (log === undefined || decimal === undefined)
    throw new ProblemError('invalid-position', 'Send a position as an earlier answer gave it.');
  if (log !== logId.slice(0, 8))
    throw new ProblemError('invalid-position', 'That position belongs to another log: read afresh, without it.');
  return BigInt(decimal);
}
