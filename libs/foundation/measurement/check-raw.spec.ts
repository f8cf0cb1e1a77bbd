import fc from 'fast-check';
import { checkRaw, type Measure, type Raw, recordsNothing } from '.';

const faults = (measure: Measure, raw: Raw) => checkRaw(measure, raw).map((part) => part.pointer);

const duration: Measure = { kind: 'duration', value: 'total-seconds' };
const task: Measure = { kind: 'task-analysis', steps: 3, chaining: 'total' };
const rubric: Measure = { kind: 'rubric', scale: '0-4', lowest: 0, highest: 4 };
const interval: Measure = { kind: 'interval', method: 'partial', intervalSeconds: 30 };

describe('checkRaw', () => {
  it.each<[string, Measure, Raw]>([
    ['trials', { kind: 'percent-correct' }, { kind: 'percent-correct', correct: 5, incorrect: 5, noResponse: 0 }],
    ['no response at all', { kind: 'percent-correct' }, { kind: 'percent-correct', correct: 0, incorrect: 0, noResponse: 4 }],
    ['a zero in a window', { kind: 'frequency', value: 'count' }, { kind: 'frequency', count: 0, observedMinutes: 40 }],
    ['a quiet window', duration, { kind: 'duration', episodes: [], observedMinutes: 10 }],
    ['episodes that fill the window', duration, { kind: 'duration', episodes: [2, 4], observedMinutes: 0.1 }],
    ['all intervals', interval, { kind: 'interval', scored: 20, observed: 20 }],
    ['all steps', task, { kind: 'task-analysis', steps: ['independent', 'not-done', 'not-done'] }],
    ['the lowest score', rubric, { kind: 'rubric', score: 0 }],
    ['a page of errors', { kind: 'oral-reading' }, { kind: 'oral-reading', attempted: 10, errors: 10, seconds: 60 }],
    ['a value below zero', { kind: 'value', unit: '°C' }, { kind: 'value', value: -3.5 }],
  ])('takes %s', (_, measure, raw) => expect(checkRaw(measure, raw)).toEqual([]));

  it.each<[string, Measure, Raw, string[]]>([
    ['another kind', { kind: 'oral-reading' }, { kind: 'value', value: 3 }, ['/kind']],
    ['more scored than observed', interval, { kind: 'interval', scored: 21, observed: 20 }, ['/scored']],
    ['more errors than words', { kind: 'oral-reading' }, { kind: 'oral-reading', attempted: 9, errors: 10, seconds: 60 }, ['/errors']],
    ['episodes longer than the window', duration, { kind: 'duration', episodes: [50, 20], observedMinutes: 1 }, ['/episodes']],
    ['a missing step', task, { kind: 'task-analysis', steps: ['independent'] }, ['/steps']],
    ['a score above the scale', rubric, { kind: 'rubric', score: 5 }, ['/score']],
    ['a score below the scale', rubric, { kind: 'rubric', score: -1 }, ['/score']],
    [
      'a window of no length',
      { kind: 'frequency', value: 'count' },
      { kind: 'frequency', count: 0, observedMinutes: 0 },
      ['/observedMinutes'],
    ],
    ['a number that is none', { kind: 'value', unit: 'kg' }, { kind: 'value', value: Number.NaN }, ['/value']],
  ])('refuses %s', (_, measure, raw, pointers) => expect(faults(measure, raw)).toEqual(pointers));

  it('names the prompt levels there are', () => {
    const raw = { kind: 'prompted-trials', trials: [{ response: 'correct', prompt: 'shouting' }] } as unknown as Raw;
    expect(checkRaw({ kind: 'prompted-trials' }, raw)).toEqual([
      { pointer: '/trials/0/prompt', detail: expect.stringContaining('must be one of: independent, gestural') },
    ]);
  });

  it.each<[string, Raw]>([
    ['no trials', { kind: 'prompted-trials', trials: [] }],
    ['no latency', { kind: 'latency', latencies: [] }],
    ['all zeros', { kind: 'percent-correct', correct: 0, incorrect: 0, noResponse: 0 }],
    ['no step done', { kind: 'task-analysis', steps: ['not-done', 'not-done', 'not-done'] }],
  ])('%s is no data', (_, raw) => expect(recordsNothing(raw)).toBe(true));

  it.each<[string, Raw]>([
    ['a child that did not respond', { kind: 'percent-correct', correct: 0, incorrect: 0, noResponse: 4 }],
    ['a zero in a window', { kind: 'frequency', count: 0, observedMinutes: 5 }],
    ['a quiet window', { kind: 'duration', episodes: [], observedMinutes: 5 }],
  ])('%s is data', (_, raw) => expect(recordsNothing(raw)).toBe(false));

  it('law: negative and fractional counts are refused, by their field', () => {
    const bad = fc.oneof(
      fc.integer({ min: -1000, max: -1 }),
      fc.double({ min: 0, max: 1000, noNaN: true }).filter((value) => !Number.isInteger(value)),
    );
    fc.assert(
      fc.property(bad, (count) => {
        const percent: Raw = { kind: 'percent-correct', correct: count, incorrect: 1, noResponse: 0 };
        expect(checkRaw({ kind: 'percent-correct' }, percent)).toEqual([
          { pointer: '/correct', detail: expect.stringContaining('whole number') },
        ]);
        expect(faults({ kind: 'frequency', value: 'count' }, { kind: 'frequency', count, observedMinutes: 5 })).toEqual(['/count']);
        expect(faults(interval, { kind: 'interval', scored: count, observed: 20 })).toEqual(['/scored']);
        expect(faults({ kind: 'oral-reading' }, { kind: 'oral-reading', attempted: 5, errors: count, seconds: 60 })).toEqual(['/errors']);
      }),
    );
  });
});
