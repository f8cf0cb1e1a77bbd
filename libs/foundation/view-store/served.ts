import type { Position } from '@foundation/kernel';
import { digestOf } from './digest';
import { readStates } from './projector';
import { openForReading } from './sqlite';
import { ViewFiles } from './view-files';

export interface ServedDigest {
  readonly view: string;
  /** The last event whose rows count. */
  readonly position: Position;
  readonly digest: string;
}

/** Digests of the views that a folder serves now, as of one instant: two nodes at the same positions have the same. Empty while none is served. */
export function servedDigests(folder: string): readonly ServedDigest[] {
  const files = new ViewFiles(folder);
  const current = files.current();
  if (!current || !files.exists(current)) return [];
  const db = openForReading(files.path(current));
  try {
    db.exec('BEGIN');
    return readStates(db).map(({ view, position }) => ({ view, position, digest: digestOf(db, view) }));
  } finally {
    db.close();
  }
}
