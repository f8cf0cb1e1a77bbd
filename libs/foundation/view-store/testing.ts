import Sqlite, { type Database } from 'better-sqlite3';
import { type DomainEvent, type Position, type RecordedEvent, START } from '@foundation/kernel';
import { digestOf } from './digest';
import type { EventSource } from './event-source';
import { Projector } from './projector';
import type { View } from './view';

/** A log in memory; events pushed into the array later are seen. */
export function sourceOf(events: readonly RecordedEvent[]): EventSource {
  return {
    readAfter: (after: Position, limit: number) => events.filter(({ position }) => position > after).slice(0, limit),
    head: () => events.at(-1)?.position ?? START,
  };
}

export interface ProjectOptions {
  /** How often the whole log is delivered, checkpoints forgotten in between. */
  readonly times?: number;
  /** After how many events the projector stops, and a new one goes on from the checkpoint. */
  readonly stops?: readonly number[];
}

export interface Projected {
  readonly db: Database;
  /** SHA-256 over the view's rows. */
  readonly digest: string;
  get<R>(sql: string, ...parameters: readonly unknown[]): R | undefined;
  all<R>(sql: string, ...parameters: readonly unknown[]): R[];
}

/**
 * The rows a view makes of events (`recorded`, `recordedStream` of @foundation/testing; ascending positions), in a database in memory.
 * @throws what the projection throws.
 */
export function project<E extends DomainEvent>(
  view: View<E>,
  events: readonly RecordedEvent[],
  { times = 1, stops = [] }: ProjectOptions = {},
): Projected {
  const db = new Sqlite(':memory:');
  const ends = [...stops.filter((stop) => stop < events.length).sort((a, b) => a - b), events.length];
  for (let time = 0; time < times; time++) {
    if (time > 0) db.prepare('UPDATE view_checkpoints SET position = 0').run();
    for (const end of ends) run(view, db, events.slice(0, end));
  }
  return {
    db,
    digest: digestOf(db, view.name),
    get: <R>(sql: string, ...parameters: readonly unknown[]) => db.prepare<unknown[], R>(sql).get(...parameters),
    all: <R>(sql: string, ...parameters: readonly unknown[]) => db.prepare<unknown[], R>(sql).all(...parameters),
  };
}

function run<E extends DomainEvent>(view: View<E>, db: Database, events: readonly RecordedEvent[]): void {
  const onHalt = (_: string, __: RecordedEvent, error: unknown): never => {
    throw error;
  };
  new Projector(db, [view], sourceOf(events), { onHalt }).catchUp();
}

/**
 * What every view owes, as tests: an event delivered twice leaves the same rows, a run stopped anywhere and resumed too, and rows
 * grown event by event are those of one rebuild. Call it in the view's spec with a history that touches every handler.
 */
export function viewLaws<E extends DomainEvent>(view: View<E>, history: () => readonly RecordedEvent[]): void {
  describe(`laws of the view ${view.name}`, () => {
    const rebuilt = () => project(view, history()).digest;

    it('delivered twice, the same rows', () => {
      expect(project(view, history(), { times: 2 }).digest).toBe(rebuilt());
      const doubled = history().flatMap((event) => [event, event]);
      expect(project(view, doubled).digest).toBe(rebuilt());
    });

    it('stopped anywhere and resumed, the same rows', () => {
      const events = history();
      const whole = rebuilt();
      for (let stop = 1; stop < events.length; stop += Math.max(1, Math.floor(events.length / 50)))
        expect({ stop, digest: project(view, events, { stops: [stop] }).digest }).toEqual({ stop, digest: whole });
    });

    it('rebuilt as grown event by event', () => {
      const events = history();
      expect(project(view, events, { stops: events.map((_, index) => index + 1) }).digest).toBe(rebuilt());
    });
  });
}

/** The helper bound to one view: `const { project, laws } = viewSpec(timelineView)`. */
export function viewSpec<E extends DomainEvent>(view: View<E>) {
  return {
    project: (events: readonly RecordedEvent[], options?: ProjectOptions) => project(view, events, options),
    laws: (history: () => readonly RecordedEvent[]) => viewLaws(view, history),
  };
}
