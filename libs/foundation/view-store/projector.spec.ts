import Sqlite from 'better-sqlite3';
import fc from 'fast-check';
import { join } from 'node:path';
import type { RecordedEvent } from '@foundation/kernel';
import { recorded, temporaryFolder } from '@foundation/testing';
import { digestOf } from './digest';
import { Projector, readStates } from './projector';
import { openForWriting } from './sqlite';
import { project, sourceOf, viewSpec } from './testing';
import { history, noted, notes, totals } from './toy.views';
import type { View } from './view';

const poison = (position: number) => recorded(noted('Ann Example', -1), { revision: position, position });

describe.each([notes, totals])('the toy view $name', (view) => viewSpec(view).laws(() => history(100)));

describe('Projector', () => {
  const folder = temporaryFolder();

  it('keeps rows and checkpoint together when the process dies inside a batch', () => {
    const file = join(folder, 'killed.sqlite');
    const events = history(30);
    const first = openForWriting(file);
    new Projector(first, [notes, totals], sourceOf(events)).step(10);
    // The source of a full disk: the second view's write fails, not the projection.
    const full: View = {
      ...totals,
      project: () => ({
        'toy.noted': () => {
          throw Object.assign(new Error('disk full'), { code: 'SQLITE_FULL' });
        },
      }),
    };
    const projector = new Projector(first, [notes, full], sourceOf(events));
    expect(() => projector.step(10)).toThrow('disk full');
    first.close();

    const second = openForWriting(file);
    expect(readStates(second).map(({ position }) => position)).toEqual([10n, 10n]);
    expect(second.prepare('SELECT count(*) FROM notes').pluck().get()).toBe(10);
    new Projector(second, [notes, totals], sourceOf(events)).catchUp();
    expect(digestOf(second, 'notes')).toBe(project(notes, events).digest);
    second.close();
  });

  it('halts a view that throws just before the event, without its data, and the others go on', () => {
    const events = [...history(5), poison(6), ...history(5, 7)];
    const db = new Sqlite(':memory:');
    const projector = new Projector(db, [notes, totals], sourceOf(events));
    projector.catchUp();
    const halted = { at: 6n, type: 'toy.noted', reason: 'RangeError' };
    expect(projector.states).toEqual([
      { view: 'notes', position: 11n },
      { view: 'totals', position: 5n, halted },
    ]);
    expect(readStates(db)).toEqual(projector.states);
    expect(digestOf(db, 'totals')).toBe(project(totals, history(5)).digest);
    expect(digestOf(db, 'notes')).toBe(project(notes, events).digest);
    expect(projector.position).toBe(11n);
  });

  it('tries a halted view again when the file is next opened', () => {
    const events = [...history(5), poison(6), ...history(5, 7)];
    const db = new Sqlite(':memory:');
    new Projector(db, [notes, totals], sourceOf(events)).catchUp();
    new Projector(db, [notes, totals], sourceOf(events)).catchUp();
    expect(readStates(db)[1]).toMatchObject({ position: 5n, halted: { at: 6n } });

    const mended = events.filter(({ position }) => position !== 6n);
    new Projector(db, [notes, totals], sourceOf(mended)).catchUp();
    expect(readStates(db)[1]).toEqual({ view: 'totals', position: 11n });
    expect(digestOf(db, 'totals')).toBe(project(totals, mended).digest);
  });

  it('goes no further than it is told, view by view', () => {
    const events = history(20).filter(({ position }) => position !== 12n);
    const db = new Sqlite(':memory:');
    const projector = new Projector(db, [notes, totals], sourceOf(events));
    projector.catchUp(
      new Map([
        ['notes', 12n],
        ['totals', 7n],
      ]),
    );
    expect(projector.states.map(({ position }) => position)).toEqual([12n, 7n]);
    projector.catchUp();
    expect(projector.states.map(({ position }) => position)).toEqual([20n, 20n]);
    expect(digestOf(db, 'totals')).toBe(project(totals, events).digest);
  });

  it('refuses names of which one counts as the tables of another', () => {
    const clash = { ...notes, name: 'totals_late', tables: '' };
    expect(() => new Projector(new Sqlite(':memory:'), [totals, clash], sourceOf([]))).toThrow('rename one');
  });

  it('law: whatever the batches, the stops and the halts, the rows are those of one run', () => {
    const stops = fc.array(fc.record({ batch: fc.integer({ min: 1, max: 40 }), steps: fc.integer({ min: 0, max: 5 }) }), { maxLength: 12 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 120 }), fc.option(fc.integer({ min: 1, max: 120 })), stops, (count, bad, runs) => {
        const events: RecordedEvent[] = history(count).map((event) =>
          event.position === BigInt(bad ?? 0) ? poison(Number(event.position)) : event,
        );
        const db = new Sqlite(':memory:');
        for (const { batch, steps } of runs) {
          const projector = new Projector(db, [notes, totals], sourceOf(events));
          for (let step = 0; step < steps; step++) projector.step(batch);
        }
        new Projector(db, [notes, totals], sourceOf(events)).catchUp();
        const whole = new Sqlite(':memory:');
        new Projector(whole, [notes, totals], sourceOf(events)).catchUp();
        for (const view of ['notes', 'totals']) expect(digestOf(db, view)).toBe(digestOf(whole, view));
        expect(readStates(db)).toEqual(readStates(whole));
      }),
    );
  });
});
