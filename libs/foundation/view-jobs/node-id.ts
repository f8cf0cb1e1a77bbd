import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { id, newId } from '@foundation/kernel';
import type { NodeId } from './view-job';

const FILE = 'node.id';

/** The id of the node whose folder this is; whichever of its processes comes first makes it. */
export function nodeIdOf(folder: string): NodeId {
  const file = join(folder, FILE);
  const own = `${file}.${process.pid}`;
  try {
    return read(file);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  writeFileSync(own, newId<NodeId>(), { mode: 0o600 });
  try {
    linkSync(own, file);
  } catch (error) {
    // Another process was first.
    if (codeOf(error) !== 'EEXIST') throw error;
  } finally {
    rmSync(own, { force: true });
  }
  return read(file);
}

const read = (file: string): NodeId => id<NodeId>(readFileSync(file, 'utf8').trim());

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;
