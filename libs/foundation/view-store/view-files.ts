import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Fingerprint } from './fingerprint';

/** A views file: `views-<tables>-<code>-<generation>.sqlite`. A rebuild makes the next generation. */
export interface ViewFile extends Fingerprint {
  readonly name: string;
  readonly generation: number;
}

const POINTER = 'views.current';
const NAME = /^views-([0-9a-f]{8})-([0-9a-f]{8})-(\d+)\.sqlite$/;
const VERIFYING = /^views-verify-[\d-]+\.sqlite$/;
const BESIDE = /^(views-.+\.sqlite)-(?:wal|shm|journal)$/;

function parse(name: string): ViewFile | undefined {
  const [, tables, code, generation] = NAME.exec(name) ?? [];
  return tables && code && generation ? { name, tables, code, generation: Number(generation) } : undefined;
}

export const sameFingerprint = (a: Fingerprint, b: Fingerprint): boolean => a.tables === b.tables && a.code === b.code;

/** The views files of a data folder, and the pointer that names the serving one. */
export class ViewFiles {
  constructor(readonly folder: string) {}

  path(file: { readonly name: string }): string {
    return join(this.folder, file.name);
  }

  /** The file the pointer names, whether it exists or not; undefined when there is no readable pointer. */
  current(): ViewFile | undefined {
    try {
      const pointer: unknown = JSON.parse(readFileSync(join(this.folder, POINTER), 'utf8'));
      const file = typeof pointer === 'object' && pointer !== null && 'file' in pointer ? pointer.file : undefined;
      return typeof file === 'string' ? parse(file) : undefined;
    } catch {
      return undefined;
    }
  }

  /** Makes the file the serving one, all or nothing. */
  point(file: ViewFile): void {
    const aside = join(this.folder, `${POINTER}.${process.pid}`);
    const handle = openSync(aside, 'w', 0o600);
    try {
      writeFileSync(handle, `${JSON.stringify({ file: file.name })}\n`);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(aside, join(this.folder, POINTER));
  }

  list(): ViewFile[] {
    return readdirSync(this.folder).flatMap((name) => parse(name) ?? []);
  }

  exists(file: ViewFile): boolean {
    return existsSync(this.path(file));
  }

  /** The generation after every one there is. */
  next({ tables, code }: Fingerprint): ViewFile {
    const generation = Math.max(0, this.current()?.generation ?? 0, ...this.list().map((file) => file.generation)) + 1;
    return { name: `views-${tables}-${code}-${generation}.sqlite`, tables, code, generation };
  }

  /** Bytes of the file and its WAL. */
  size(file: ViewFile): number {
    return ['', '-wal'].reduce((sum, suffix) => sum + (statSync(this.path(file) + suffix, { throwIfNoEntry: false })?.size ?? 0), 0);
  }

  drop(file: { readonly name: string }): void {
    for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(this.path(file) + suffix, { force: true });
  }

  /** What verifications build aside, in clear. */
  asides(): { readonly name: string }[] {
    return readdirSync(this.folder).flatMap((name) => (VERIFYING.test(name) ? [{ name }] : []));
  }

  /** A kill between two removals leaves a WAL whose file is gone: it holds clear text as well. */
  dropOrphans(): void {
    for (const name of readdirSync(this.folder)) {
      const of = BESIDE.exec(name)?.[1];
      if (of !== undefined && !existsSync(join(this.folder, of))) rmSync(join(this.folder, name), { force: true });
    }
  }
}
