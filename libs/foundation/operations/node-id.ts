import { existsSync, linkSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { id, isUuid, newId, type NodeId } from '@foundation/kernel';
import { writeDurably } from './durable-files';
import { DATA } from './folder';
import { OperationRefused } from './progress';

/** Which node the folder is; undefined before one of its processes was started for the first time. @throws OperationRefused */
export function readNodeId(folder: string): NodeId | undefined {
  const file = join(folder, DATA.nodeId);
  if (!existsSync(file)) return undefined;
  const text = readFileSync(file, 'utf8').trim();
  if (isUuid(text)) return id<NodeId>(text);
  throw new OperationRefused(
    `${file} holds no id. Remove it: the node begins under a new one. Then retire the old one (npm run node -- list).`,
  );
}

/** The same, made now when there is none; whichever of the node's processes comes first makes it. @throws OperationRefused */
export function nodeIdOf(folder: string): NodeId {
  const known = readNodeId(folder);
  if (known) return known;
  const file = join(folder, DATA.nodeId);
  const own = `${file}.${process.pid}`;
  writeDurably(own, `${newId<NodeId>()}\n`);
  try {
    linkSync(own, file);
  } catch (error) {
    // Another process was first.
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    rmSync(own, { force: true });
  }
  return nodeIdOf(folder);
}
