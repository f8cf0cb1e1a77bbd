import { zonedInstant } from '@foundation/calendar';
import { ProblemError } from '@foundation/http';
import type { Instant, ZonedInstant } from '@foundation/kernel';

/**
 * Reads a time with its offset on the clock of a zone. @throws ProblemError 400 for what is no time, 422 for one that the
 * clocks there skipped or never showed; the pointer names the field.
 */
export function whenOf(text: string, zone: string, pointer: string): ZonedInstant {
  const when = zonedInstant(text, zone);
  if (typeof when === 'object') return when;
  if (when === 'no-such-local-time') {
    const detail = `The clocks of ${zone} never showed this time with this offset: look at the offset, or at the night the clocks went forward.`;
    throw new ProblemError('no-such-local-time', 'Send the time as the clock on the wall showed it.', [{ pointer, detail }]);
  }
  const detail = 'Send a time with its offset, such as 2026-03-03T09:15:00-05:00.';
  throw new ProblemError('invalid-request', 'One field needs mending.', [{ pointer, detail }]);
}

export const instantOf = (text: string, zone: string, pointer: string): Instant => whenOf(text, zone, pointer).at;
