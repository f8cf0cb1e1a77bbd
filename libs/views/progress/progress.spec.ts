import type { Instant } from '@foundation/kernel';
import { ana, day, eva, idOf, items, logOf, district, observe, sam, serve, trials, wholeStory } from '../testing';

describe('progress', () => {
  const { progress } = serve(wholeStory());
  const of = async (goal = items.help, asOf?: string) => (await progress.progress(goal, { asOf: asOf as Instant | undefined }))!;
  const dayOf = async (on: string, asOf?: string) => (await of(items.help, asOf)).days.find((point) => point.day === on);

  it('pools a day, names the rule and its evidence', async () => {
    const point = await dayOf('2026-02-24');
    // Two of two after the correction, and five of ten.
    expect(point).toMatchObject({ value: (100 * 7) / 12, rule: 'pool@1', sittings: 2, trials: 12, unit: '%', corrected: true });
    expect(point?.evidence.map(({ record, observer, events }) => [record, observer, events.length])).toEqual([
      [idOf('o1'), ana, 2],
      [idOf('o2'), eva, 1],
    ]);
  });

  it('marks late, unusual and disputed days and leaves voided records out', async () => {
    expect(await dayOf('2026-02-10')).toMatchObject({ late: true, value: 0 });
    expect(await dayOf('2026-02-25')).toMatchObject({ unusualDays: ['ill'], disputed: true, value: 75 });
    expect(await dayOf('2026-03-03')).toBeUndefined();
    expect((await of()).voided).toEqual([expect.objectContaining({ record: idOf('o5'), day: '2026-03-03' })]);
  });

  it('never pools a second observer', async () => {
    expect((await of()).secondObserver).toEqual([expect.objectContaining({ day: '2026-02-25', trials: 4 })]);
  });

  it('takes the median of the first three points as baseline and aims at the target', async () => {
    const { baseline, aimLine, lastDataDay, records, trials: total, prompts } = await of();
    expect(baseline).toMatchObject({ rule: 'baseline-median@1', value: (100 * 7) / 12, on: '2026-02-25' });
    expect(aimLine).toMatchObject({ rule: 'aim-line@1', to: { on: '2026-06-30', value: 80 } });
    expect(aimLine?.slopePerWeek).toBeCloseTo((80 - 700 / 12) / (125 / 7));
    expect({ lastDataDay, records, total }).toEqual({ lastDataDay: '2026-02-25', records: 4, total: 20 });
    expect(prompts).toMatchObject({ independent: 20, verbal: 0 });
  });

  it('takes a stated baseline as it is; a zero with a window is a zero', async () => {
    const calls = await of(items.calls);
    expect(calls.baseline).toMatchObject({ rule: 'baseline-stated@1', value: 9, on: '2025-09-01' });
    expect(calls.days.map(({ value }) => value)).toEqual([4, 0]);
    expect(calls.aimLine?.points.map(({ on }) => on)).toEqual(['2025-09-01', '2026-03-03', '2026-03-04', '2026-06-30']);
  });

  it('answers as of an instant with what was recorded by then, by the same rules', async () => {
    expect(await dayOf('2026-02-24', '2026-02-25T00:00:00.000Z')).toMatchObject({ value: (100 * 6) / 11, corrected: false });
    expect(await dayOf('2026-03-03', '2026-03-03T23:00:00.000Z')).toMatchObject({ value: 75 });
    const { asOf, ...then } = await of(items.help, '2027-01-01T00:00:00.000Z');
    expect(asOf).toBe('2027-01-01T00:00:00.000Z');
    expect(then).toEqual(await of());
  });

  it('knows nothing of other goals', async () => {
    expect(await progress.progress(idOf('no-goal'))).toBeUndefined();
    expect(await progress.progress(items.help, { asOf: '2020-01-01T00:00:00.000Z' as Instant })).toBeUndefined();
  });

  it('gives the last day with data up to a day', () => {
    expect(progress.lastDataDay(sam, items.help, day('2026-02-24'))).toBe('2026-02-24');
    expect(progress.lastDataDay(sam, items.help, day('2026-04-01'))).toBe('2026-02-25');
    expect(progress.lastDataDay(sam, items.help, day('2026-01-01'))).toBeUndefined();
  });

  it('has a point without a value when nothing was tried', async () => {
    const silent = serve(logOf([...district, observe('silent', items.help, '2026-03-02 09:00', trials(0, 0))]));
    const found = await silent.progress.progress(items.help);
    expect(found?.days).toEqual([expect.objectContaining({ value: undefined, trials: 0, sittings: 1 })]);
    expect(found?.baseline).toBeUndefined();
  });
});
