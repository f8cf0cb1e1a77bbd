import fc from 'fast-check';
import type { RecordedEvent } from '@foundation/kernel';
import { digestOf } from '@foundation/view-store';
import { viewLaws } from '@foundation/view-store/testing';
import { viewSet } from '.';
import { amendment, anaLeaves, district, logOf, practice, sam, samErased, SECRETS, serve, type Step, wholeStory } from './testing';

const digests = (events: readonly RecordedEvent[]): Record<string, string> => {
  const { db } = serve(events);
  return Object.fromEntries(viewSet.map(({ name }) => [name, digestOf(db, name)]));
};

/** An order of the steps that keeps each stream's own order. */
function interleaved(steps: readonly Step[]): fc.Arbitrary<Step[]> {
  const names = [...new Set(steps.map(({ stream }) => stream))];
  return fc.array(fc.nat(), { minLength: steps.length, maxLength: steps.length }).map((draws) => {
    const queues = names.map((name) => steps.filter(({ stream }) => stream === name));
    return draws.flatMap((draw) => {
      const waiting = queues.filter((queue) => queue.length > 0);
      return waiting[draw % waiting.length]?.shift() ?? [];
    });
  });
}

const duplicated = (events: readonly RecordedEvent[], extra: readonly { of: number; at: number }[]): RecordedEvent[] => {
  const delivered = [...events];
  // A copy may come at any time after the first.
  for (const { of, at } of extra) {
    const copy = events[of % events.length];
    if (!copy) continue;
    const first = delivered.indexOf(copy);
    delivered.splice(first + 1 + (at % (delivered.length - first)), 0, copy);
  }
  return delivered.map((event, index) => ({ ...event, position: BigInt(index + 1) }));
};

const textOf = (events: readonly RecordedEvent[]): string => {
  const { db } = serve(events);
  const tables = db.prepare<[], { name: string }>(`SELECT name FROM sqlite_schema WHERE type = 'table'`).all();
  return JSON.stringify(tables.map(({ name }) => [name, db.prepare(`SELECT * FROM ${name}`).all()]));
};

/** As the log reads once the key is gone. */
const sealedAway = (events: readonly RecordedEvent[]): RecordedEvent[] => {
  const erase = (value: unknown): unknown => {
    if (typeof value === 'string') return SECRETS.test(value) ? '[erased]' : value;
    if (Array.isArray(value)) return value.map(erase);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, erase(inner)]));
  };
  return events.map((event) => (event.meta.student === sam ? { ...event, data: erase(event.data) } : event));
};

for (const view of viewSet) viewLaws(view, () => [...wholeStory(), ...logOf([samErased]).map((event) => ({ ...event, position: 1000n }))]);

describe('laws of all views', () => {
  const told = digests(wholeStory());

  it('classroom records in any interleaving give the same rows', () => {
    fc.assert(
      fc.property(interleaved([...practice, amendment]), (steps) => {
        expect(digests(logOf([...district, ...steps, anaLeaves]))).toEqual(told);
      }),
      { numRuns: 40 },
    );
  });

  it('records that arrive before an unrelated part of the case give the same rows', () => {
    expect(digests(logOf([...practice, ...district, amendment, anaLeaves]))).toEqual(told);
  });

  it('events delivered again at any later time leave the same rows', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ of: fc.nat(), at: fc.nat() }), { maxLength: 20 }), (extra) => {
        expect(digests(duplicated(wholeStory(), extra))).toEqual(told);
      }),
      { numRuns: 40 },
    );
  });

  describe('after an erasure', () => {
    const erased = () => logOf([...district, amendment, ...practice, anaLeaves, samErased]);

    it('no row holds clear text of the child; before it, rows did', () => {
      expect(textOf(wholeStory())).toMatch(SECRETS);
      expect(textOf(erased())).not.toMatch(SECRETS);
    });

    it('a replay of the sealed log gives the same rows as the erasure left', () => {
      expect(digests(sealedAway(erased()))).toEqual(digests(erased()));
    });

    it('records that were on their way leave no row', () => {
      const late = logOf([...district, amendment, samErased, ...practice, anaLeaves]);
      expect(textOf(late)).not.toMatch(SECRETS);
      const { db } = serve(late);
      for (const table of ['timeline', 'progress', 'caseload', 'plan'])
        expect(db.prepare(`SELECT count(*) FROM ${table} WHERE student = ?`).pluck().get(sam)).toBe(0);
    });

    it('keeps of the child its id and when, and everybody else', () => {
      const { directory, today } = serve(erased());
      expect(directory.student(sam)).toEqual({ student: sam, erasedAt: '2026-06-30T17:00:00.000Z' });
      expect(
        directory.students({ on: erased()[0]!.meta.occurredAt.at.slice(0, 10) as never }).items.map(({ givenName }) => givenName),
      ).toEqual(['Mia']);
      expect(directory.plansOf(sam)).toEqual([]);
      expect(today).toBeDefined();
    });
  });
});
