import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { checkedSet, type SourceSet, UnreadableSet } from './source-file';
import { openZipFile } from './zip';

/** The CSV files of a folder, or of a zip file. @throws UnreadableSet, and the file system's error when the path cannot be read. */
export async function openPath(path: string): Promise<SourceSet> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw new UnreadableSet(`There is nothing at ${path}: name a folder, or a zip file.`);
    throw error;
  });
  return found.isDirectory() ? openFolder(path) : openZipFile(path);
}

/** @throws UnreadableSet, and the file system's error when the folder cannot be read. */
export async function openFolder(folder: string): Promise<SourceSet> {
  const names = (await readdir(folder)).filter((name) => name.toLowerCase().endsWith('.csv'));
  const files = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      const { size } = await stat(path);
      return { name, bytes: size, open: () => createReadStream(path, { highWaterMark: 16 * 1024 }) };
    }),
  );
  return { files: checkedSet(files), close: () => undefined };
}
