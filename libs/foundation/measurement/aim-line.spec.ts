import { addDays } from '@foundation/calendar';
import type { LocalDate } from '@foundation/kernel';
import { aimLine, baselineOf, roiNeeded } from '.';

const start = '2026-01-05' as LocalDate;
const week = (weeks: number) => addDays(start, weeks * 7);
const target = { on: week(15), value: 92 };

describe('baselineOf', () => {
  const points = [60, 52, 58, 90].map((value, index) => ({ on: week(index), value }));

  it('takes the median of the first three points by day, dated on the third', () => {
    const days = [week(0), week(1), week(2)];
    expect(baselineOf(points)).toEqual({ on: week(2), value: 58, rule: 'baseline-median@1', days });
    expect(baselineOf([...points].reverse())).toEqual({ on: week(2), value: 58, rule: 'baseline-median@1', days });
  });

  it('takes the value that the plan states', () => {
    expect(baselineOf(points, { on: start, value: 40 })).toEqual({ on: start, value: 40, rule: 'baseline-stated@1', days: [] });
  });

  it('has none before there are three points', () => {
    expect(baselineOf(points.slice(0, 2))).toBeUndefined();
  });
});

describe('aimLine', () => {
  const baseline = { on: start, value: 58 };

  it('needs (92 − 58) / 15 = 2.27 words a week', () => {
    expect(roiNeeded(baseline, target)).toBeCloseTo(34 / 15, 12);
    expect(aimLine(baseline, target)?.slopePerWeek.toFixed(2)).toBe('2.27');
  });

  it('aims at 69.33, 71.60, 73.87 and 76.13 in weeks 5 to 8', () => {
    const line = aimLine(baseline, target);
    expect([5, 6, 7, 8].map((weeks) => line?.at(week(weeks)).toFixed(2))).toEqual(['69.33', '71.60', '73.87', '76.13']);
  });

  it('goes by real dates, not by points', () => {
    expect(aimLine(baseline, target)?.at(addDays(start, 3))).toBeCloseTo(58 + (34 / 15) * (3 / 7), 12);
  });

  it('falls when the value is to fall', () => {
    expect(aimLine({ on: start, value: 12 }, { on: week(10), value: 2 })?.slopePerWeek).toBe(-1);
  });

  it('is none when the target day is not after the baseline', () => {
    expect(aimLine({ on: week(15), value: 58 }, target)).toBeUndefined();
  });
});
