import { createHash } from 'node:crypto';
import { closeSync, createReadStream, fsyncSync, mkdirSync, openSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Makes the file hold the text, all or nothing, on disk when this returns. */
export function writeDurably(file: string, text: string): void {
  const aside = `${file}.${process.pid}.new`;
  writeFileSync(aside, text, { mode: 0o600 });
  syncPath(aside);
  renameSync(aside, file);
  syncPath(dirname(file));
}

/** On disk when this resolves, its folder made when it is missing. */
export async function copyDurably(from: string, to: string): Promise<void> {
  mkdirSync(dirname(to), { recursive: true, mode: 0o700 });
  await copyFile(from, to);
  syncPath(to);
}

/** Of a file its bytes, of a folder its names. */
export function syncPath(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

export interface FileDigest {
  readonly bytes: number;
  readonly sha256: string;
}

export async function digestOfFile(file: string, onProgress: (done: number, total: number) => void = () => undefined): Promise<FileDigest> {
  const hash = createHash('sha256');
  const { size } = statSync(file);
  let bytes = 0;
  for await (const part of createReadStream(file, { highWaterMark: 1 << 20 })) {
    hash.update(part as Buffer);
    bytes += (part as Buffer).length;
    onProgress(bytes, size);
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** Names of the files under a folder, each with `/` from there on; none when it is missing. */
export function filesUnder(folder: string, within = ''): string[] {
  if (!statSync(join(folder, within), { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(join(folder, within), { withFileTypes: true }).flatMap((entry) => {
    const name = within === '' ? entry.name : `${within}/${entry.name}`;
    return entry.isDirectory() ? filesUnder(folder, name) : [name];
  });
}
