import { daysBetween } from '@foundation/calendar';
import type { LocalDate } from '@foundation/kernel';
import { median } from './figures';

/** A value on a day. */
export interface Point {
  readonly on: LocalDate;
  readonly value: number;
}

export interface Baseline extends Point {
  /** Id and version of the rule; `stated` when the plan names the value. */
  readonly rule: 'baseline-median@1' | 'baseline-stated@1';
  /** The days it rests on; none when stated. */
  readonly days: readonly LocalDate[];
}

const BASELINE_POINTS = 3;

/**
 * The plan's stated baseline, or the median of the first three points in order of their days, dated on the last of these
 * three: that day the baseline phase ends. Undefined as long as there are fewer than three.
 */
export function baselineOf(points: readonly Point[], stated?: Point): Baseline | undefined {
  if (stated) return { on: stated.on, value: stated.value, rule: 'baseline-stated@1', days: [] };
  const first = [...points].sort((a, b) => (a.on < b.on ? -1 : Number(a.on > b.on))).slice(0, BASELINE_POINTS);
  const last = first[BASELINE_POINTS - 1];
  const value = median(first.map((point) => point.value));
  if (!last || value === undefined) return undefined;
  return { on: last.on, value, rule: 'baseline-median@1', days: first.map((point) => point.on) };
}

/** Weeks between two days, in real dates: 10 days are 10/7 weeks. */
export const weeksBetween = (from: LocalDate, to: LocalDate): number => daysBetween(from, to) / 7;

export interface AimLine {
  readonly rule: 'aim-line@1';
  readonly from: Point;
  readonly to: Point;
  /** Units per week; negative when the value is to fall. */
  readonly slopePerWeek: number;
  /** What the line aims at on a day. */
  at(day: LocalDate): number;
}

/** Straight from (baseline day, baseline) to (target day, target). Undefined when the target day is not after the baseline's. */
export function aimLine(baseline: Point, target: Point): AimLine | undefined {
  const slopePerWeek = roiNeeded(baseline, target);
  if (slopePerWeek === undefined) return undefined;
  return {
    rule: 'aim-line@1',
    from: { on: baseline.on, value: baseline.value },
    to: { on: target.on, value: target.value },
    slopePerWeek,
    at: (day) => baseline.value + slopePerWeek * weeksBetween(baseline.on, day),
  };
}

/** Rate of improvement needed, in units per week: (target − baseline) / weeks. Undefined when no time is left between them. */
export function roiNeeded(baseline: Point, target: Point): number | undefined {
  const weeks = weeksBetween(baseline.on, target.on);
  return weeks > 0 ? (target.value - baseline.value) / weeks : undefined;
}
