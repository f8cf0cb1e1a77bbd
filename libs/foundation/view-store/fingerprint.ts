import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { View } from './view';

/** What a views file was made by: eight hex digits of its tables and eight of the code its rows depend on. */
export interface Fingerprint {
  readonly tables: string;
  readonly code: string;
}

const short = (texts: readonly string[]): string => {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(text).update('\0');
  return hash.digest('hex').slice(0, 8);
};

export function tablesFingerprint(views: readonly View[]): string {
  return short(views.flatMap(({ name, tables }) => [name, tables.replaceAll(/\s+/g, ' ').trim()]).concat(CHECKPOINT_FORMAT));
}

/** Changes when the engine's own table changes. */
const CHECKPOINT_FORMAT = '1';

/**
 * Of the source files given or under the folders given (compiled or not). Specs, type declarations and queries are left out: rows do
 * not depend on them. @throws when a path is missing.
 */
export function codeFingerprint(paths: readonly string[]): string {
  return short(paths.flatMap((path) => sources(path, basename(path))).flatMap(({ name, file }) => [name, readFileSync(file, 'utf8')]));
}

function sources(file: string, name: string): { readonly name: string; readonly file: string }[] {
  if (!statSync(file).isDirectory()) return [{ name, file }];
  return readdirSync(file, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() || (/\.[jt]s$/.test(entry.name) && !/\.(spec|query|d)\.[jt]s$/.test(entry.name)))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => sources(join(file, entry.name), `${name}/${entry.name}`));
}

export function fingerprintOf(views: readonly View[], code: readonly string[]): Fingerprint {
  return { tables: tablesFingerprint(views), code: codeFingerprint(code) };
}
