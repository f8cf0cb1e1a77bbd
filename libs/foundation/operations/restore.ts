import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { checkLog, FolderLock, SqliteEventStore } from '@foundation/event-store';
import type { Clock } from '@foundation/kernel';
import { Erasure, type ErasureEntry, ErasureRegister, KeyRing, type MasterKey, registerText, WrongMasterKey } from '@foundation/privacy';
import { viewsRebuild, type ViewSet } from '@foundation/view-store';
import { copyDurably, digestOfFile, syncPath, writeDurably } from './durable-files';
import { clearUnfinishedRestore, DATA, markUnfinishedRestore } from './folder';
import { proveKeys } from './key-proof';
import { type Manifest, readManifest } from './manifest';
import { type OnProgress, OperationRefused } from './progress';

export interface Restore {
  readonly from: string;
  /** The data folder: missing, empty, or with the master key alone in it. */
  readonly data: string;
  readonly master: MasterKey;
  readonly viewSet: ViewSet;
  readonly clock: Clock;
  /** Where `erasures.jsonl` lies as it was last seen: of the lost folder, or of a later backup. Asked once nothing else is in the way. */
  readonly newestRegister: () => Promise<string | undefined>;
  readonly onProgress?: OnProgress;
}

export interface Restored {
  readonly manifest: Manifest;
  /** People who were erased after the backup was taken and are erased again now. */
  readonly erasedAgain: number;
}

/** May lie in the folder before a restore. */
const ALLOWED: readonly string[] = [DATA.masterKey];

/**
 * Puts a backup into an empty data folder and proves it there: the same bytes, the same log, every key opens, erasures of later are carried
 * out again, the views are built. Until it is done a mark lies in the folder and nothing starts on it; a restore that was cut short is
 * begun anew by the next one. @throws OperationRefused, WrongMasterKey, FolderInUse
 */
export async function restoreBackup(restore: Restore): Promise<Restored> {
  const { from, data, master, viewSet, clock, newestRegister, onProgress = () => undefined } = restore;
  const manifest = readManifest(from);
  demandEmpty(data);
  if (manifest.keys.masterKey !== master.id) throw new WrongMasterKey(manifest.keys.masterKey, master.id);
  const register = await newestRegister();
  const newer = register === undefined ? [] : readRegister(register);
  await demandSound(from, manifest, onProgress);
  await demandKeys(from, master, onProgress);

  const lock = takeFolder(data, from);
  try {
    for (const name of Object.keys(manifest.files)) {
      onProgress(`copying ${name}`, 0, 1);
      await copyDurably(join(from, name), join(data, name));
    }
    await demandSound(data, manifest, onProgress);
    const checked = checkLog(join(data, DATA.log), (done, total) => onProgress('checking every event', done, total));
    const [fault] = checked.damage;
    if (fault || checked.digest !== manifest.log.digest)
      throw new OperationRefused(
        `The restored log is not the one of the backup: ${fault?.what ?? 'its digest differs'}. Take another backup.`,
      );
    const own = new ErasureRegister(join(data, DATA.erasures)).entries();
    writeDurably(join(data, DATA.erasures), registerText(merged(own, newer)));
  } finally {
    lock.release();
  }

  onProgress('erasing again', 0, 1);
  const erasedAgain = await eraseAgain(data, master, clock);
  const built = viewsRebuild({ folder: data, set: viewSet, masterKey: master.secret.export() }, ({ done, total }) =>
    onProgress('building the views', done, total),
  );
  const halted = built.views.find((view) => view.halted);
  if (halted) throw new OperationRefused(`The view ${halted.view} cannot be built from this record: run npm run views -- status.`);
  clearUnfinishedRestore(data);
  syncPath(data);
  return { manifest, erasedAgain };
}

/** Empty, or with what an earlier restore left, which is cleared. */
function demandEmpty(data: string): void {
  if (!existsSync(data)) return;
  const others = readdirSync(data).filter((name) => !ALLOWED.includes(name));
  if (others.length === 0 || others.includes(DATA.unfinishedRestore)) return;
  throw new OperationRefused(
    `${data} is not empty (${others.slice(0, 3).join(', ')}${others.length > 3 ? ', …' : ''}). A restore goes into an empty folder, so that it ` +
      'overwrites no record: move this one away, or set THROUGHLINE_DATA to another folder. The master key may lie there already.',
  );
}

function takeFolder(data: string, from: string): FolderLock {
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const leftovers = existsSync(join(data, DATA.unfinishedRestore))
    ? readdirSync(data).filter((name) => ![...ALLOWED, DATA.unfinishedRestore, 'lock.sqlite', 'lock.pid'].includes(name))
    : [];
  const lock = FolderLock.take(data);
  try {
    markUnfinishedRestore(data, resolve(from));
    for (const name of leftovers) rmSync(join(data, name), { recursive: true, force: true });
    return lock;
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Every file of the backup, byte for byte. */
async function demandSound(folder: string, { files }: Manifest, onProgress: OnProgress): Promise<void> {
  for (const [name, { sha256 }] of Object.entries(files)) {
    const file = join(folder, name);
    if (!existsSync(file)) throw new OperationRefused(`The backup is not whole: ${name} is missing in ${folder}. Take another backup.`);
    const found = await digestOfFile(file, (done, total) => onProgress(`reading ${name}`, done, total));
    if (found.sha256 !== sha256)
      throw new OperationRefused(
        `${file} is not what the backup wrote: its bytes were altered or the disk lost some. Take another backup.`,
      );
  }
}

/** The master key opens what it wrapped: an id alone proves nothing. */
async function demandKeys(from: string, master: MasterKey, onProgress: OnProgress): Promise<void> {
  const log = SqliteEventStore.open(from, { mode: 'read' });
  try {
    await proveKeys(log, master, (done, total) => onProgress('opening every key', done, total));
  } finally {
    await log.close();
  }
}

function readRegister(file: string): readonly ErasureEntry[] {
  if (!existsSync(file)) throw new OperationRefused(`There is no file ${file}: --register takes the newest erasures.jsonl.`);
  return new ErasureRegister(file).entries();
}

function merged(own: readonly ErasureEntry[], newer: readonly ErasureEntry[]): readonly ErasureEntry[] {
  const known = new Set(own.map(({ subject }) => subject));
  return [...own, ...newer.filter(({ subject }) => !known.has(subject))];
}

/** Before anything is served, and before any view could hold the text. Answers how many there were to erase. */
async function eraseAgain(data: string, master: MasterKey, clock: Clock): Promise<number> {
  const store = SqliteEventStore.open(data, { mode: 'write' });
  try {
    const keys = new KeyRing(store, master, clock);
    return await new Erasure(store, keys, new ErasureRegister(join(data, DATA.erasures)), clock).resumeErasures();
  } finally {
    await store.close();
  }
}
