import { threadId } from 'node:worker_threads';
import type { Database } from 'better-sqlite3';
import type { Position } from '@foundation/kernel';
import { type Difference, digestOf, differencesOf } from './digest';
import type { EventSource } from './event-source';
import { BATCH, lowest, Projector, readStates } from './projector';
import { openForReading, openForWriting } from './sqlite';
import type { View } from './view';
import type { ViewFile, ViewFiles } from './view-files';

/** How far a rebuild or a verification is. */
export interface Step {
  readonly phase: 'building' | 'comparing';
  /** Of building: positions of the log; of comparing: views. */
  readonly done: number;
  readonly total: number;
  /** Events read so far. */
  readonly events: number;
}

export type OnStep = (step: Step) => void;

export interface Verified {
  readonly file: string;
  /** What was compared: each view up to its own checkpoint. */
  readonly positions: ReadonlyMap<string, Position>;
  /** Of the rows that are served: two nodes at the same position have the same. */
  readonly digests: ReadonlyMap<string, string>;
  readonly differences: readonly Difference[];
}

/** What is built aside to be compared and dropped: each process and thread has a file of its own, and a lock on it says that it lives. */
export function openAside(files: ViewFiles): { readonly db: Database; readonly close: () => void } {
  const aside = { name: `views-verify-${process.pid}-${threadId}.sqlite` };
  files.drop(aside);
  // Whoever sweeps may look at it just when it is made.
  const db = openForWriting(files.path(aside), true, 1000);
  const close = (): void => {
    db.close();
    files.drop(aside);
  };
  return { db, close };
}

/**
 * Builds the views aside from the log and compares them, row by row where digests differ, with the serving file. The serving file's
 * snapshot is held only for the last stretch and the comparison, since it keeps erased bytes from being cleared.
 */
export function verify(
  files: ViewFiles,
  file: ViewFile,
  views: readonly View[],
  source: EventSource,
  onStep: OnStep = () => undefined,
): Verified {
  const serving = openForReading(files.path(file));
  const { db: rebuilt, close } = openAside(files);
  try {
    const projector = new Projector(rebuilt, views, source);
    const served = () => new Map(readStates(serving).map(({ view, position }) => [view, position]));
    const goal = lowest([...served().values()].map((position) => ({ position })));
    let events = 0;
    projector.until(new Map(views.map(({ name }) => [name, goal])));
    for (let read = projector.step(BATCH); read > 0; read = projector.step(BATCH)) {
      events += read;
      onStep({ phase: 'building', done: Number(projector.position), total: Number(goal), events });
    }
    return serving.transaction(() => {
      const positions = served();
      projector.catchUp(positions);
      const compared = (done: number) => onStep({ phase: 'comparing', done, total: views.length, events });
      return { file: file.name, positions, ...compare(serving, rebuilt, views, compared) };
    })();
  } finally {
    serving.close();
    close();
  }
}

function compare(
  serving: Database,
  rebuilt: Database,
  views: readonly View[],
  compared: (views: number) => void,
): Pick<Verified, 'digests' | 'differences'> {
  const digests = new Map<string, string>();
  const differences = views.flatMap(({ name }) => {
    const digest = digestOf(serving, name);
    digests.set(name, digest);
    const found = digest === digestOf(rebuilt, name) ? [] : differencesOf(serving, rebuilt, name);
    compared(digests.size);
    return found;
  });
  return { digests, differences };
}
