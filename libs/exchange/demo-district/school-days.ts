import { addDays, inZone, localDate, weekday, zonedInstant } from '@foundation/calendar';
import type { Instant, LocalDate, ZonedInstant } from '@foundation/kernel';

/** Monday to Friday, without two weeks around New Year and the weeks of July. */
function isSchoolDay(day: LocalDate): boolean {
  const date = day.slice(5);
  return weekday(day) <= 5 && !(date >= '12-21' || date <= '01-03') && !(date >= '07-01' && date <= '07-31');
}

/** The last `count` school days before `until`, oldest first. */
export function schoolDaysBefore(until: LocalDate, count: number): readonly LocalDate[] {
  const days: LocalDate[] = [];
  for (let day = addDays(until, -1); days.length < count; day = addDays(day, -1)) if (isSchoolDay(day)) days.unshift(day);
  return days;
}

/** A wall-clock time of a day in a zone; school hours never meet a clock change. */
export function at(day: LocalDate, minutesAfterMidnight: number, zone: string): ZonedInstant {
  const hour = String(Math.floor(minutesAfterMidnight / 60)).padStart(2, '0');
  const minute = String(minutesAfterMidnight % 60).padStart(2, '0');
  const { offset } = inZone(`${day}T17:00:00.000Z` as Instant, zone);
  const when = zonedInstant(`${day}T${hour}:${minute}:00${offset}`, zone);
  if (typeof when === 'string' || localDate(day) === undefined) throw new RangeError(`No ${hour}:${minute} on ${day} in ${zone}`);
  return when;
}

export const laterBy = (when: ZonedInstant, minutes: number): ZonedInstant =>
  inZone(new Date(Date.parse(when.at) + minutes * 60_000).toISOString() as Instant, when.zone);
