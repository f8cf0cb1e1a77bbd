import fc from 'fast-check';
import { dayValue, type Measure, meanOfSessions, pool, PROMPT_LEVELS, type Raw, valueOf } from '.';

const percentCorrect: Measure = { kind: 'percent-correct' };
const sitting = (correct: number, incorrect: number, noResponse = 0): Raw => ({ kind: 'percent-correct', correct, incorrect, noResponse });

describe('valueOf', () => {
  it('leaves trials without a response out of percent correct', () => {
    expect(valueOf(percentCorrect, sitting(3, 1, 4))).toEqual({ value: 75, unit: '%', trials: 4 });
  });

  it('is undefined, not zero, when nothing was tried', () => {
    expect(valueOf(percentCorrect, sitting(0, 0, 5)).value).toBeUndefined();
    expect(valueOf({ kind: 'latency', value: 'mean-seconds' }, { kind: 'latency', latencies: [] }).value).toBeUndefined();
    const steps = Array.from({ length: 3 }, () => 'not-done' as const);
    expect(valueOf({ kind: 'task-analysis', steps: 3, chaining: 'total' }, { kind: 'task-analysis', steps }).value).toBeUndefined();
  });

  it('tells percent independent, percent at or below a level and the counts by level of prompted trials', () => {
    const raw: Raw = {
      kind: 'prompted-trials',
      trials: [
        { response: 'correct', prompt: 'independent' },
        { response: 'correct', prompt: 'verbal' },
        { response: 'incorrect', prompt: 'verbal' },
        { response: 'correct', prompt: 'full-physical' },
        { response: 'no-response', prompt: 'full-physical' },
      ],
    };
    const figure = valueOf({ kind: 'prompted-trials' }, raw);
    expect(figure).toMatchObject({ value: 25, unit: '%', trials: 4 });
    expect(figure.prompts?.counts).toMatchObject({ independent: 1, verbal: 2, 'full-physical': 1, model: 0 });
    expect(figure.prompts?.percentAtOrBelow).toMatchObject({ independent: 25, gestural: 25, verbal: 50, 'full-physical': 75 });
    expect(valueOf({ kind: 'prompted-trials', countsUpTo: 'verbal' }, raw).value).toBe(50);
  });

  it('knows a zero that was seen in a window', () => {
    const none: Raw = { kind: 'frequency', count: 0, observedMinutes: 40 };
    expect(valueOf({ kind: 'frequency', value: 'count' }, none)).toEqual({ value: 0, unit: 'count', trials: 1, observedSeconds: 2400 });
  });

  it.each([
    ['count', 6, 'count'],
    ['per-minute', 0.15, 'per minute'],
    ['per-hour', 9, 'per hour'],
  ] as const)('frequency as %s', (value, expected, unit) => {
    const figure = valueOf({ kind: 'frequency', value }, { kind: 'frequency', count: 6, observedMinutes: 40 });
    expect(figure.value).toBeCloseTo(expected, 10);
    expect(figure.unit).toBe(unit);
  });

  it.each([
    ['total-seconds', 180, 'seconds'],
    ['mean-seconds', 60, 'seconds'],
    ['percent-of-time', 10, '%'],
  ] as const)('duration as %s', (value, expected, unit) => {
    const raw: Raw = { kind: 'duration', episodes: [30, 60, 90], observedMinutes: 30 };
    expect(valueOf({ kind: 'duration', value }, raw)).toEqual({ value: expected, unit, trials: 3, observedSeconds: 1800 });
  });

  it('a window without an episode is a total of zero and has no mean', () => {
    const quiet: Raw = { kind: 'duration', episodes: [], observedMinutes: 30 };
    expect(valueOf({ kind: 'duration', value: 'total-seconds' }, quiet).value).toBe(0);
    expect(valueOf({ kind: 'duration', value: 'percent-of-time' }, quiet).value).toBe(0);
    expect(valueOf({ kind: 'duration', value: 'mean-seconds' }, quiet).value).toBeUndefined();
  });

  it('latency as mean and as median', () => {
    const raw: Raw = { kind: 'latency', latencies: [2, 4, 30] };
    expect(valueOf({ kind: 'latency', value: 'mean-seconds' }, raw).value).toBe(12);
    expect(valueOf({ kind: 'latency', value: 'median-seconds' }, raw).value).toBe(4);
  });

  it('interval as percent of the intervals observed', () => {
    const figure = valueOf({ kind: 'interval', method: 'partial', intervalSeconds: 30 }, { kind: 'interval', scored: 3, observed: 20 });
    expect(figure).toEqual({ value: 15, unit: '%', trials: 20, observedSeconds: 600 });
  });

  it('task analysis as percent of all steps done independently', () => {
    const figure = valueOf(
      { kind: 'task-analysis', steps: 4, chaining: 'forward' },
      { kind: 'task-analysis', steps: ['independent', 'independent', 'gestural', 'not-done'] },
    );
    expect(figure).toMatchObject({ value: 50, trials: 4 });
    expect(figure.prompts?.percentAtOrBelow.gestural).toBe(75);
  });

  it('oral reading as words correct per minute', () => {
    const figure = valueOf({ kind: 'oral-reading' }, { kind: 'oral-reading', attempted: 64, errors: 6, seconds: 60 });
    expect(figure).toEqual({ value: 58, unit: 'words correct per minute', trials: 64, observedSeconds: 60 });
  });

  it('gives a stated value and a score as they are', () => {
    expect(valueOf({ kind: 'value', unit: 'steps' }, { kind: 'value', value: 412 })).toEqual({ value: 412, unit: 'steps', trials: 1 });
    const rubric: Measure = { kind: 'rubric', scale: 'Writing 0-4', lowest: 0, highest: 4 };
    expect(valueOf(rubric, { kind: 'rubric', score: 3 })).toEqual({ value: 3, unit: 'Writing 0-4', trials: 1 });
  });

  it('does not compute one kind as another', () => {
    expect(() => valueOf({ kind: 'oral-reading' }, sitting(1, 0))).toThrow(TypeError);
  });
});

describe('dayValue', () => {
  const day = [sitting(1, 0), sitting(5, 5)];

  it('pools 1/1 and 5/10 to 54.5 %', () => {
    const value = dayValue(percentCorrect, 'pool', day);
    expect(value).toMatchObject({ unit: '%', trials: 11, rule: 'pool@1', sittings: 2 });
    expect(value.value).toBeCloseTo(600 / 11, 10);
  });

  it('has a mean of sessions of 75 % for the same day', () => {
    expect(dayValue(percentCorrect, 'mean-of-sessions', day)).toMatchObject({ value: 75, rule: 'mean-of-sessions@1', trials: 11 });
  });

  it('leaves a sitting without a value out of the mean of sessions', () => {
    expect(meanOfSessions(percentCorrect, [...day, sitting(0, 0, 3)]).value).toBe(75);
  });

  it.each(['pool', 'mean-of-sessions'] as const)('never averages rubric scores (%s)', (aggregation) => {
    const scores = [1, 4, 4].map((score): Raw => ({ kind: 'rubric', score }));
    const rubric: Measure = { kind: 'rubric', scale: 'Writing 0-4', lowest: 0, highest: 4 };
    expect(dayValue(rubric, aggregation, scores)).toMatchObject({ value: 4, rule: 'median@1' });
  });

  it('says that stated values are averaged, whatever the goal’s rule', () => {
    const values = [10, 20].map((value): Raw => ({ kind: 'value', value }));
    expect(dayValue({ kind: 'value', unit: 'kg' }, 'pool', values)).toMatchObject({ value: 15, rule: 'mean-of-sessions@1' });
  });

  it('has no value for a day without data', () => {
    expect(dayValue(percentCorrect, 'pool', [])).toMatchObject({ value: undefined, trials: 0, sittings: 0 });
  });
});

const count = fc.nat(50);
const seconds = fc.double({ min: 0, max: 600, noNaN: true });
const minutes = fc.double({ min: 0.5, max: 120, noNaN: true });
const prompt = fc.constantFrom(...PROMPT_LEVELS);
const trial = fc.record({ response: fc.constantFrom('correct', 'incorrect', 'no-response'), prompt });
const days = <R extends Raw>(raw: fc.Arbitrary<R>) => fc.array(raw, { maxLength: 6 });

const measuredDays: readonly (readonly [Measure, fc.Arbitrary<Raw[]>])[] = [
  [percentCorrect, days(fc.tuple(count, count, count).map(([c, i, n]) => sitting(c, i, n)))],
  [{ kind: 'prompted-trials', countsUpTo: 'verbal' }, days(fc.array(trial).map((trials): Raw => ({ kind: 'prompted-trials', trials })))],
  [
    { kind: 'frequency', value: 'per-hour' },
    days(fc.tuple(count, minutes).map(([n, observedMinutes]): Raw => ({ kind: 'frequency', count: n, observedMinutes }))),
  ],
  [
    { kind: 'duration', value: 'percent-of-time' },
    days(fc.array(seconds, { maxLength: 3 }).map((episodes): Raw => ({ kind: 'duration', episodes, observedMinutes: 30 }))),
  ],
  [{ kind: 'latency', value: 'mean-seconds' }, days(fc.array(seconds).map((latencies): Raw => ({ kind: 'latency', latencies })))],
  [
    { kind: 'interval', method: 'whole', intervalSeconds: 10 },
    days(fc.tuple(count, count).map(([a, b]): Raw => ({ kind: 'interval', scored: Math.min(a, b), observed: Math.max(a, b, 1) }))),
  ],
  [
    { kind: 'task-analysis', steps: 3, chaining: 'total' },
    days(
      fc
        .array(fc.constantFrom(...PROMPT_LEVELS, 'not-done' as const), { minLength: 3, maxLength: 3 })
        .map((steps): Raw => ({ kind: 'task-analysis', steps })),
    ),
  ],
  [{ kind: 'rubric', scale: '0-4', lowest: 0, highest: 4 }, days(fc.nat(4).map((score): Raw => ({ kind: 'rubric', score })))],
  [
    { kind: 'oral-reading' },
    days(fc.tuple(count, count, minutes).map(([a, e, s]): Raw => ({ kind: 'oral-reading', attempted: a + e, errors: e, seconds: s }))),
  ],
  [{ kind: 'value', unit: 'kg' }, days(seconds.map((value): Raw => ({ kind: 'value', value })))],
];

describe.each(measuredDays)('laws of $kind', (measure, raws) => {
  it('the order of the sittings does not matter, to the last bit, under either rule', () => {
    const shuffled = raws.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })));
    fc.assert(
      fc.property(shuffled, ([all, moved]) => {
        expect(dayValue(measure, 'pool', moved)).toEqual(dayValue(measure, 'pool', all));
        expect(dayValue(measure, 'mean-of-sessions', moved)).toEqual(dayValue(measure, 'mean-of-sessions', all));
      }),
    );
  });

  it('percentages stay within 0 and 100, and every value is a number or absent', () => {
    fc.assert(
      fc.property(raws, (all) => {
        const figure = pool(measure, all);
        expect(figure.value === undefined || Number.isFinite(figure.value)).toBe(true);
        const shares = Object.values(figure.prompts?.percentAtOrBelow ?? {});
        if (figure.unit === '%') shares.push(figure.value ?? 0);
        expect(shares.filter((share) => share < 0 || share > 100)).toEqual([]);
      }),
    );
  });
});

describe('laws of pooling', () => {
  it('a day of trials is worth the same however it was split into sittings', () => {
    fc.assert(
      fc.property(fc.array(trial, { maxLength: 30 }), fc.nat(30), (trials, cut) => {
        const raw = (part: typeof trials): Raw => ({ kind: 'prompted-trials', trials: part });
        const split = [raw(trials.slice(0, cut)), raw(trials.slice(cut))];
        expect(pool({ kind: 'prompted-trials' }, split)).toEqual(pool({ kind: 'prompted-trials' }, [raw(trials)]));
      }),
    );
  });

  it('counts are worth the same however they were split', () => {
    fc.assert(
      fc.property(count, count, count, count, (a, b, c, d) => {
        expect(pool(percentCorrect, [sitting(a, b), sitting(c, d)])).toEqual(pool(percentCorrect, [sitting(a + c, b + d)]));
      }),
    );
  });

  it('episodes are worth the same however the window was split', () => {
    fc.assert(
      fc.property(fc.array(seconds, { maxLength: 8 }), fc.nat(8), fc.integer({ min: 1, max: 59 }), (episodes, cut, first) => {
        const raw = (part: number[], observedMinutes: number): Raw => ({ kind: 'duration', episodes: part, observedMinutes });
        const split = [raw(episodes.slice(0, cut), first), raw(episodes.slice(cut), 60 - first)];
        const measure: Measure = { kind: 'duration', value: 'percent-of-time' };
        expect(pool(measure, split)).toEqual(pool(measure, [raw(episodes, 60)]));
      }),
    );
  });
});
