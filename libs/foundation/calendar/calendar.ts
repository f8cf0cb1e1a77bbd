import { IANAZone } from 'luxon';
import type { Instant, LocalDate, ZonedInstant } from '@foundation/kernel';

const DAY_MS = 86_400_000;
const daySyntax = /^\d{4}-\d{2}-\d{2}$/;

const toUtc = (day: LocalDate): number => Date.parse(`${day}T00:00:00.000Z`);
const dayTexts = new Map<number, LocalDate>();
/** Each day is written out once: every record asks for two or three. */
function fromUtc(ms: number): LocalDate {
  const number = Math.floor(ms / DAY_MS);
  let day = dayTexts.get(number);
  if (day === undefined) {
    day = new Date(number * DAY_MS).toISOString().slice(0, 10) as LocalDate;
    if (dayTexts.size > 50_000) dayTexts.clear();
    dayTexts.set(number, day);
  }
  return day;
}

/** A day of the calendar, or undefined: `2026-02-29` is not one. */
export function localDate(value: string): LocalDate | undefined {
  if (!daySyntax.test(value)) return undefined;
  const ms = Date.parse(`${value}T00:00:00.000Z`);
  return Number.isNaN(ms) || fromUtc(ms) !== value ? undefined : (value as LocalDate);
}

export const addDays = (day: LocalDate, days: number): LocalDate => fromUtc(toUtc(day) + days * DAY_MS);
/** Whole days from `from` to `to`; negative when `to` is earlier. */
export const daysBetween = (from: LocalDate, to: LocalDate): number => Math.round((toUtc(to) - toUtc(from)) / DAY_MS);

/** The same month and day n years on; from 29 February the earlier date, 28 February (34 CFR 300.324(b): never later). */
export function addYears(day: LocalDate, years: number): LocalDate {
  const moved = `${String(Number(day.slice(0, 4)) + years).padStart(4, '0')}${day.slice(4)}`;
  return localDate(moved) ?? (`${moved.slice(0, 8)}28` as LocalDate);
}

/** 1 = Monday … 7 = Sunday. */
export const weekday = (day: LocalDate): number => new Date(toUtc(day)).getUTCDay() || 7;
/** The Monday of the day's week. */
export const weekStart = (day: LocalDate): LocalDate => addDays(day, 1 - weekday(day));

/** Minutes east of UTC of `-05:00`. */
export const offsetMinutes = (offset: string): number => {
  const sign = offset.startsWith('-') ? -1 : 1;
  return sign * (Number(offset.slice(1, 3)) * 60 + Number(offset.slice(4, 6)));
};
const offsetTexts = new Map<number, string>();
function offsetText(minutes: number): string {
  let text = offsetTexts.get(minutes);
  if (text === undefined) {
    const size = Math.abs(minutes);
    text = `${minutes < 0 ? '-' : '+'}${String(Math.floor(size / 60)).padStart(2, '0')}:${String(size % 60).padStart(2, '0')}`;
    offsetTexts.set(minutes, text);
  }
  return text;
}

/** The day on the wall where it happened: 16:30 in Honolulu on 30 April is 30 April. */
export function localDateOf(when: ZonedInstant): LocalDate {
  return fromUtc(Date.parse(when.at) + offsetMinutes(when.offset) * 60_000);
}

const zones = new Set<string>();
/** A zone is looked up once: asking the runtime costs more than all else about a record. Only names that exist are remembered. */
export function isZone(zone: string): boolean {
  if (zones.has(zone)) return true;
  const known = IANAZone.isValidZone(zone);
  if (known) zones.add(zone);
  return known;
}

const offsets = new Map<string, Map<number, number>>();
/** The zone's offset in minutes at an instant. Offsets change on quarter hours at most: one look-up per zone and quarter hour. */
function zoneOffset(zone: string, ms: number): number {
  let ofZone = offsets.get(zone);
  if (!ofZone) offsets.set(zone, (ofZone = new Map<number, number>()));
  const quarter = Math.floor(ms / 900_000);
  let minutes = ofZone.get(quarter);
  if (minutes === undefined) {
    minutes = IANAZone.create(zone).offset(ms);
    if (ofZone.size > 50_000) ofZone.clear();
    ofZone.set(quarter, minutes);
  }
  return minutes;
}

/** The wall clock of a zone at an instant. */
export function inZone(at: Instant, zone: string): ZonedInstant {
  return { at, offset: offsetText(zoneOffset(zone, Date.parse(at))), zone };
}

const offsetSyntax = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)(Z|[+-]\d{2}:\d{2})$/;
export type WhenProblem = 'not-a-time' | 'no-offset' | 'no-such-local-time';

/**
 * Reads a time with its offset in a zone. A local time that the zone skipped (spring DST gap), or an offset that the zone
 * did not have then, is refused; the offset tells an ambiguous autumn hour apart.
 */
export function zonedInstant(text: string, zone: string): ZonedInstant | WhenProblem {
  const match = offsetSyntax.exec(text);
  if (!match) return /^\d{4}-\d{2}-\d{2}T[\d:.]+$/.test(text) ? 'no-offset' : 'not-a-time';
  const [, day = '', , offset = ''] = match;
  const ms = Date.parse(text);
  if (Number.isNaN(ms) || !localDate(day)) return 'not-a-time';
  const at = new Date(ms).toISOString() as Instant;
  const actual = offsetText(zoneOffset(zone, ms));
  if (offset === 'Z' || offset === actual) return { at, offset: actual, zone };
  return 'no-such-local-time';
}
