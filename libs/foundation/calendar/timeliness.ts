import type { Instant, LocalDate } from '@foundation/kernel';
import { daysBetween, inZone, localDateOf } from './calendar';

const LATE_AFTER_DAYS = 7;
/** Clocks of devices differ; by less than this. */
const CLOCK_TOLERANCE_MS = 5 * 60_000;

/** The day on the wall of a zone when the log took a record. */
export const recordedOn = (recordedAt: Instant, zone: string): LocalDate => localDateOf(inZone(recordedAt, zone));

/** Recorded more than 7 days after the day it happened: kept, and marked. */
export const isLate = (happenedOn: LocalDate, recordedAt: Instant, zone: string): boolean =>
  daysBetween(happenedOn, recordedOn(recordedAt, zone)) > LATE_AFTER_DAYS;

/** Says that it happens more than 5 minutes after it was recorded. */
export const isAhead = (at: Instant, recordedAt: Instant): boolean => Date.parse(at) - Date.parse(recordedAt) > CLOCK_TOLERANCE_MS;
