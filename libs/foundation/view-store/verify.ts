import type { Database } from 'better-sqlite3';
import type { Position } from '@foundation/kernel';
import { type Difference, digestOf, differencesOf } from './digest';
import type { EventSource } from './event-source';
import { BATCH, lowest, Projector, readStates } from './projector';
import { openForReading, openForWriting } from './sqlite';
import type { View } from './view';
import type { ViewFile, ViewFiles } from './view-files';
import type { Building } from './view-runtime';

export interface Verified {
  readonly file: string;
  /** What was compared: each view up to its own checkpoint. */
  readonly positions: ReadonlyMap<string, Position>;
  readonly differences: readonly Difference[];
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
  onProgress: (building: Building) => void = () => undefined,
): Verified {
  const serving = openForReading(files.path(file));
  const aside = { name: `views-verify-${process.pid}.sqlite` };
  files.drop(aside);
  const rebuilt = openForWriting(files.path(aside), true);
  try {
    const projector = new Projector(rebuilt, views, source);
    const served = () => new Map(readStates(serving).map(({ view, position }) => [view, position]));
    const goal = lowest([...served().values()].map((position) => ({ position })));
    let events = 0;
    projector.until(new Map(views.map(({ name }) => [name, goal])));
    for (let read = projector.step(BATCH); read > 0; read = projector.step(BATCH)) {
      events += read;
      onProgress({ file: aside.name, done: Number(projector.position), total: Number(goal), events });
    }
    return serving.transaction(() => {
      const positions = served();
      projector.catchUp(positions);
      return { file: file.name, positions, differences: compare(serving, rebuilt, views) };
    })();
  } finally {
    serving.close();
    rebuilt.close();
    files.drop(aside);
  }
}

function compare(serving: Database, rebuilt: Database, views: readonly View[]): Difference[] {
  return views
    .filter(({ name }) => digestOf(serving, name) !== digestOf(rebuilt, name))
    .flatMap(({ name }) => differencesOf(serving, rebuilt, name));
}
