import type { Database } from 'better-sqlite3';
import type { Position } from '@foundation/kernel';
import type { EventSource } from './event-source';
import type { Fingerprint } from './fingerprint';
import { Projector, type ProjectorOptions } from './projector';
import { isBusy, isDamage, isEnvironment, openForWriting } from './sqlite';
import type { View } from './view';
import { sameFingerprint, type ViewFile, type ViewFiles } from './view-files';

/** A views file with its writer. */
export class OpenFile {
  readonly projector: Projector;
  /** Events read since it was opened. */
  events = 0;

  private constructor(
    readonly file: ViewFile,
    private readonly db: Database,
    views: readonly View[],
    source: EventSource,
    options: ProjectorOptions,
  ) {
    this.projector = new Projector(db, views, source, options);
  }

  static open(
    files: ViewFiles,
    file: ViewFile,
    views: readonly View[],
    source: EventSource,
    options: ProjectorOptions & { readonly exclusive?: boolean } = {},
  ): OpenFile {
    const db = openForWriting(files.path(file), options.exclusive);
    try {
      return new OpenFile(file, db, views, source, options);
    } catch (error) {
      db.close();
      throw error;
    }
  }

  /** One batch. False at the end of the log. */
  step(limit: number): boolean {
    const read = this.projector.step(limit);
    this.events += read;
    return read === limit;
  }

  close(): void {
    this.db.close();
  }
}

/** Opens the file that the pointer names; undefined when it is missing, damaged, or of another log than the source's. */
export function reopen(files: ViewFiles, file: ViewFile, views: readonly View[], source: EventSource): OpenFile | undefined {
  if (files.size(file) === 0) return undefined;
  try {
    const open = OpenFile.open(files, file, views, source);
    if (open.projector.follows(source)) return open;
    open.close();
  } catch (error) {
    if (isEnvironment(error) && !isDamage(error)) throw error;
  }
  return undefined;
}

/**
 * The file to build beside the serving one, locked against other builders: an interrupted build of the same fingerprint goes on,
 * unless `afresh`; else the next generation begins. `erasedBefore` holds for a file begun now only.
 */
export function openBuild(
  files: ViewFiles,
  wanted: Fingerprint,
  views: readonly View[],
  source: EventSource,
  { afresh = false, erasedBefore = source.head() }: { readonly afresh?: boolean; readonly erasedBefore?: Position } = {},
): OpenFile {
  const served = files.current()?.generation ?? 0;
  const interrupted = afresh ? [] : files.list().filter((file) => file.generation > served && sameFingerprint(file, wanted));
  for (const file of interrupted.sort((a, b) => b.generation - a.generation)) {
    try {
      const open = OpenFile.open(files, file, views, source, { exclusive: true });
      if (open.projector.follows(source)) return open;
      open.close();
      files.drop(file);
    } catch (error) {
      if (isDamage(error)) files.drop(file);
      else if (!isBusy(error)) throw error;
    }
  }
  return OpenFile.open(files, files.next(wanted), views, source, { exclusive: true, erasedBefore });
}

/** Drops a file that nobody has open; false when somebody has. */
export function dropIfIdle(files: ViewFiles, file: { readonly name: string }): boolean {
  try {
    openForWriting(files.path(file), true).close();
  } catch (error) {
    if (isBusy(error)) return false;
    if (!isDamage(error)) throw error;
  }
  files.drop(file);
  return true;
}
