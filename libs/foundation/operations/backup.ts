import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { checkLog, copyDatabase, SqliteEventStore } from '@foundation/event-store';
import type { Clock } from '@foundation/kernel';
import { type ErasureEntry, ErasureRegister, erasuresIn, type MasterKey, registerText } from '@foundation/privacy';
import { viewsAside, type ViewSet } from '@foundation/view-store';
import { copyDurably, digestOfFile, filesUnder, syncPath, writeDurably } from './durable-files';
import { DATA, refuseUnfinishedRestore } from './folder';
import { type KeysFound, proveKeys } from './key-proof';
import { type Manifest, MANIFEST, writeManifest } from './manifest';
import { type OnProgress, OperationRefused } from './progress';

export type Taken = Omit<Manifest, 'format'>;

export interface Backup {
  readonly data: string;
  /** Empty or missing. */
  readonly to: string;
  readonly master: MasterKey;
  readonly viewSet: ViewSet;
  readonly clock: Clock;
  /** Of this Throughline. */
  readonly version: string;
  readonly onProgress?: OnProgress;
}

/**
 * Copies a data folder beside whoever serves it, and proves the copy before it calls it a backup: every page, every event's checksum,
 * every data key, the views rebuilt. All that was acknowledged before the call is in it. Not in it: the master key, which must be kept
 * apart, and the views, which are derived. @throws OperationRefused; WrongMasterKey
 */
export async function takeBackup(backup: Backup): Promise<Taken> {
  const { data, to, master, viewSet, clock, version, onProgress = () => undefined } = backup;
  const takenAt = clock.now();
  refuseUnfinishedRestore(data);
  if (!existsSync(join(data, DATA.log))) throw new OperationRefused(`There is no record in ${data} to back up (THROUGHLINE_DATA).`);
  makeEmpty(to, data);

  await copyDatabase(join(data, DATA.log), join(to, DATA.log), (done, total) => onProgress('copying the log', done, total));
  if (existsSync(join(data, DATA.reads)))
    await copyDatabase(join(data, DATA.reads), join(to, DATA.reads), (done, total) =>
      onProgress('copying the record of reads', done, total),
    );
  for (const name of [...filesUnder(data, DATA.imports), DATA.demoSignIns])
    if (existsSync(join(data, name))) await copyDurably(join(data, name), join(to, name));

  const checked = checkLog(join(to, DATA.log), (done, total) => onProgress('checking every event', done, total));
  const [fault] = checked.damage;
  if (fault)
    throw new OperationRefused(
      `The log is damaged: ${fault.what}. This copy is not a backup; keep the earlier ones, run npm run doctor and restore the newest.`,
    );
  const log = SqliteEventStore.open(to, { mode: 'read' });
  let keys: KeysFound;
  let erasures: readonly ErasureEntry[];
  try {
    keys = await proveKeys(log, master, (done, total) => onProgress('opening every key', done, total));
    erasures = everyErasure(new ErasureRegister(join(data, DATA.erasures)), log);
  } finally {
    await log.close();
  }
  writeDurably(join(to, DATA.erasures), registerText(erasures));

  const built = viewsAside({ folder: to, set: viewSet, masterKey: master.secret.export() }, data, ({ done, total }) =>
    onProgress('building the views from the copy', done, total),
  );
  const halted = built.views.find((view) => view.halted);
  if (halted) throw new OperationRefused(`The view ${halted.view} cannot be built from this record: run npm run views -- status.`);

  const files: Record<string, Manifest['files'][string]> = {};
  for (const name of filesUnder(to)) {
    files[name] = await digestOfFile(join(to, name), (done, total) => onProgress(`reading back ${name}`, done, total));
    syncPath(join(to, name));
  }
  const manifest: Taken = {
    version,
    takenAt,
    log: { id: checked.logId, position: String(checked.head), events: checked.events, digest: checked.digest },
    keys: { masterKey: master.id, ...keys },
    views: {
      rows: built.views.reduce((sum, { rows }) => sum + rows, 0),
      digests: Object.fromEntries(built.views.map(({ view, digest }) => [view, digest])),
    },
    erasures: erasures.length,
    files,
  };
  writeManifest(to, manifest);
  noteBackup(data, { takenAt, position: String(checked.head) });
  return manifest;
}

/** For doctor. Where the data folder cannot be written, the backup is no worse for it. */
function noteBackup(data: string, note: { readonly takenAt: string; readonly position: string }): void {
  try {
    writeDurably(join(data, DATA.lastBackup), `${JSON.stringify(note)}\n`);
  } catch (error) {
    if (typeof (error as NodeJS.ErrnoException).code !== 'string') throw error;
  }
}

function makeEmpty(to: string, data: string): void {
  if (`${resolve(to)}/`.startsWith(`${resolve(data)}/`))
    throw new OperationRefused(`${to} lies in the data folder: a backup belongs on another disk, or at least in another folder.`);
  mkdirSync(to, { recursive: true, mode: 0o700 });
  const names = readdirSync(to);
  const [first] = names;
  if (first !== undefined) {
    const left = names.includes(DATA.log) && !names.includes(MANIFEST);
    throw new OperationRefused(
      left
        ? `${to} holds what a backup left that was cut short. It is of no use: remove it, or name another folder.`
        : `${to} is not empty (${first} is in it): name a folder that is empty or not there yet.`,
    );
  }
  syncPath(to);
}

/** The register, read after the log was copied, and whatever the copy knows besides: it must never know less than the log. */
function everyErasure(register: ErasureRegister, log: SqliteEventStore): readonly ErasureEntry[] {
  const known = new Map<string, ErasureEntry>(register.entries().map((entry) => [entry.subject, entry]));
  for (const { subject, kind, at } of erasuresIn(log)) if (!known.has(subject)) known.set(subject, { subject, kind, at });
  return [...known.values()];
}
