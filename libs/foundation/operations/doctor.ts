import { existsSync, readdirSync, readFileSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { checkLog, FolderLock, type LogCheck, NewerLog, SqliteEventStore } from '@foundation/event-store';
import { sqliteCode } from '@foundation/event-store/sqlite/error-code';
import { type Clock, START } from '@foundation/kernel';
import {
  erasuresIn,
  ErasureRegister,
  keyStream,
  MASTER_KEY_VARIABLE,
  MasterKeyError,
  readMasterKey,
  SealBroken,
  WrongMasterKey,
} from '@foundation/privacy';
import { DamagedViews, NothingToVerify, type ViewLine, type ViewSet, viewsStatus, viewsVerify } from '@foundation/view-store';
import { DATA } from './folder';
import { proveKeys } from './key-proof';
import type { OnProgress } from './progress';

/** What one look at one thing found. */
export interface Finding {
  readonly about: string;
  readonly state: 'ok' | 'warn' | 'FAIL';
  readonly says: string;
  /** What would mend it; of everything but `ok`. */
  readonly remedy?: string;
}

export interface Examine {
  readonly data: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly viewSet: ViewSet;
  readonly clock: Clock;
  readonly onProgress?: OnProgress;
}

const MIB = 1024 * 1024;
/** Below this a busy day may fill the disk. */
const LEAST_FREE = 200 * MIB;
/** Below this a backup, a rebuild of the views or a change of the master key may find no room. */
const COMFORTABLE_FREE = 1024 * MIB;
const CLOCK_TOLERANCE_MS = 60_000;
const BACKUP_DAYS = 7;
const DAY_MS = 86_400_000;

const ok = (about: string, says: string): Finding => ({ about, state: 'ok', says });
const warn = (about: string, says: string, remedy: string): Finding => ({ about, state: 'warn', says, remedy });
const fail = (about: string, says: string, remedy: string): Finding => ({ about, state: 'FAIL', says, remedy });

const RESTORE = 'Stop the service, keep this folder as it is, and restore the newest backup into another one (npm run restore).';

/** Looks at a data folder, beside a running service or without one, and changes nothing in it. The findings come one by one. */
export async function* examine({ data, environment, viewSet, clock, onProgress = () => undefined }: Examine): AsyncGenerator<Finding> {
  yield folderRights(data);
  if (!existsSync(data)) return;
  yield fileRights(data);
  yield freeDisk(data);
  yield whoRuns(data);
  yield restoreState(data);
  if (!existsSync(join(data, DATA.log))) {
    yield warn('log', 'there is no record yet', 'npm start makes one; or restore a backup.');
    return;
  }
  let log: LogCheck;
  try {
    log = checkLog(join(data, DATA.log), (done, total) => onProgress('reading every event', done, total));
  } catch (error) {
    yield fail('log', error instanceof NewerLog ? error.message : wordsFor(error), 'Mend that first: nothing else can be looked at.');
    return;
  }
  yield* logFindings(log);
  yield clockAgainst(log, clock);
  if (log.logId !== '') {
    yield await guarded('master key', () => masterKey(data, environment, onProgress));
    yield await guarded('erasures', () => erasures(data));
  }
  yield await guarded('reads', () => recordOfReads(data));
  if (log.damage.length > 0) yield warn('views', 'not compared, for the log is damaged', 'Mend the log first.');
  else yield* views(data, environment, viewSet, onProgress);
  yield backups(data, log, clock);
}

/** An error of another kind than the looked for may quote a child's data: only its class and SQLite's code are said. */
function wordsFor(error: unknown): string {
  const name = error instanceof Error ? error.name : 'Error';
  return ['it cannot be read:', name, sqliteCode(error)].join(' ').trim();
}

async function guarded(about: string, look: () => Finding | Promise<Finding>): Promise<Finding> {
  try {
    return await look();
  } catch (error) {
    return fail(about, wordsFor(error), RESTORE);
  }
}

function folderRights(data: string): Finding {
  const stat = statSync(data, { throwIfNoEntry: false });
  if (!stat?.isDirectory())
    return fail('folder', `${data} is not there`, 'Set THROUGHLINE_DATA to the data folder; npm start makes a new one.');
  const owner = process.getuid?.();
  if (owner !== undefined && owner !== 0 && stat.uid !== owner)
    return fail('folder', `${data} belongs to another user (${stat.uid})`, 'Run as the user that runs the service.');
  if (process.platform !== 'win32' && (stat.mode & 0o077) !== 0)
    return fail('folder', `others on this machine may look into ${data}`, `Run: chmod 700 ${data}`);
  return ok('folder', `${data} is for its owner alone`);
}

function fileRights(data: string): Finding {
  if (process.platform === 'win32') return ok('files', 'rights are the folder’s');
  const open = readdirSync(data).filter((name) => ((statSync(join(data, name), { throwIfNoEntry: false })?.mode ?? 0) & 0o077) !== 0);
  return open.length === 0
    ? ok('files', 'every file is for its owner alone')
    : warn(
        'files',
        `others may read ${open.slice(0, 3).join(', ')}${open.length > 3 ? ` and ${open.length - 3} more` : ''}`,
        `Run: chmod -R go= ${data}`,
      );
}

function freeDisk(data: string): Finding {
  const { bavail, bsize, ffree, files } = statfsSync(data);
  const free = bavail * bsize;
  // What was recorded last still lies in the WAL.
  const log = ['', '-wal'].reduce((sum, part) => sum + (statSync(join(data, DATA.log) + part, { throwIfNoEntry: false })?.size ?? 0), 0);
  const wanted = Math.max(COMFORTABLE_FREE, 2 * log);
  const says = `${(free / (1024 * MIB)).toFixed(1)} GiB free; the log has ${(log / MIB).toFixed(1)} MiB`;
  const remedy = 'Free some space: old backups, other programs. Never delete a file of the data folder.';
  if (free < LEAST_FREE) return fail('disk', says, remedy);
  if (files > 0 && ffree < 1000) return fail('disk', `only ${ffree} more files fit on the disk`, remedy);
  return free < wanted ? warn('disk', `${says}, too little for a backup or a rebuild here`, remedy) : ok('disk', says);
}

function whoRuns(data: string): Finding {
  const holder = FolderLock.holder(data);
  if (!holder) return ok('service', 'stopped');
  return ok('service', `running${holder.pid === undefined ? '' : ` (process ${holder.pid})`}`);
}

function restoreState(data: string): Finding {
  return existsSync(join(data, DATA.unfinishedRestore))
    ? fail('restore', 'a restore into this folder was cut short', 'Run npm run restore again with the same backup.')
    : ok('restore', 'none is unfinished');
}

function* logFindings({ damage, events, head, sums, logId }: LogCheck): Generator<Finding> {
  for (const { what } of damage) yield fail('log', what, RESTORE);
  if (damage.length > 0) return;
  if (sums) yield ok('log', `${events} events up to position ${head}; every page and every checksum is right (log ${logId})`);
  else
    yield warn(
      'log',
      `${events} events; their structure is right, but an older version wrote no checksums`,
      'Start the service once: it adds them.',
    );
}

function clockAgainst({ newest }: LogCheck, clock: Clock): Finding {
  const now = clock.now();
  const behind = newest === '' ? 0 : Date.parse(newest) - Date.parse(now);
  if (behind > CLOCK_TOLERANCE_MS)
    return fail(
      'clock',
      `the clock says ${now}, but the newest event was recorded at ${newest}: it is ${Math.round(behind / 60_000)} minutes behind`,
      'Set the clock (timedatectl set-ntp true). Order in the log is not harmed; times of new records are wrong until then.',
    );
  return ok('clock', `${now}, not behind the record`);
}

async function masterKey(data: string, environment: NodeJS.ProcessEnv, onProgress: OnProgress): Promise<Finding> {
  if (existsSync(join(data, DATA.nextMasterKey)))
    return fail('master key', 'a change of the master key was not finished', 'Stop the service and run: npm run keys -- rotate');
  const store = SqliteEventStore.open(data, { mode: 'read' });
  try {
    const master = readMasterKey(join(data, DATA.masterKey), environment);
    if (!master) return fail('master key', 'it is missing', `Put ${DATA.masterKey} back from its backup, or set ${MASTER_KEY_VARIABLE}.`);
    const { present, destroyed } = await proveKeys(store, master, (done, total) => onProgress('opening every key', done, total));
    return ok('master key', `${master.id} opens all ${present} keys; ${destroyed} are destroyed`);
  } catch (error) {
    if (error instanceof MasterKeyError)
      return fail('master key', error.message, `Mend ${DATA.masterKey}, or put it back from its backup.`);
    if (error instanceof SealBroken) return fail('master key', error.message, RESTORE);
    if (!(error instanceof WrongMasterKey)) throw error;
    return fail(
      'master key',
      `the record was sealed with ${error.wanted}, this one is ${error.given}`,
      'Put the right one back from its backup.',
    );
  } finally {
    void store.close();
  }
}

function erasures(data: string): Finding {
  if (!existsSync(join(data, DATA.erasures)))
    return warn('erasures', 'the register is missing', 'The next start writes it again, as far as the log knows.');
  const store = SqliteEventStore.open(data, { mode: 'read' });
  try {
    const registered = new Set(new ErasureRegister(join(data, DATA.erasures)).entries().map(({ subject }) => subject));
    const inLog = erasuresIn(store).map(({ subject }) => subject);
    const known = new Set(inLog);
    const unfinished = [
      ...[...registered].filter((subject) => !known.has(subject)),
      ...inLog.filter((subject) => !registered.has(subject) || store.readStreamSync(keyStream(subject)).length > 1),
    ];
    if (unfinished.length === 0) return ok('erasures', `${inLog.length}, each in the log and in the register`);
    return warn('erasures', `${unfinished.length} are not finished`, 'Start the service again: it finishes them before it serves.');
  } finally {
    void store.close();
  }
}

function recordOfReads(data: string): Finding {
  const file = join(data, DATA.reads);
  if (!existsSync(file))
    return warn('reads', 'there is no record of reads', 'npm start makes one; if there was one, restore the newest backup.');
  const db = new Sqlite(file, { readonly: true, timeout: 5000 });
  try {
    const said = db.prepare<[], string>('PRAGMA integrity_check(3)').pluck().all();
    return said[0] === 'ok' ? ok('reads', 'the record of reads is sound') : fail('reads', said.join('; '), RESTORE);
  } finally {
    db.close();
  }
}

function* views(data: string, environment: NodeJS.ProcessEnv, set: ViewSet, onProgress: OnProgress): Generator<Finding> {
  const rebuild = 'Run: npm run views -- rebuild';
  try {
    const master = readMasterKey(join(data, DATA.masterKey), environment);
    if (!master) return;
    const deps = { folder: data, set, masterKey: master.secret.export() };
    const seen = viewsStatus(deps).views;
    yield* lostEnd(data, seen);
    for (const { view, halted } of seen)
      if (halted)
        yield fail(
          'views',
          `${view} halted at position ${halted.at} (${halted.type}, ${halted.reason})`,
          'Install a version that mends it.',
        );
    const { differences, positions } = viewsVerify(deps, ({ done, total }) => onProgress('building the views aside', done, total));
    for (const { view, table, key } of differences)
      yield fail('views', `${view}: table ${table} differs from the log, first at ${key}`, rebuild);
    if (differences.length === 0) yield ok('views', `${positions.size} views equal what the log gives`);
  } catch (error) {
    if (error instanceof NothingToVerify) yield warn('views', error.message, `The next start builds them. ${rebuild}`);
    else yield fail('views', error instanceof DamagedViews ? error.message : wordsFor(error), rebuild);
  }
}

/** The views follow the log: what they have seen and it no longer holds is lost. Looked at in this order, for both grow meanwhile. */
function* lostEnd(data: string, seen: readonly ViewLine[]): Generator<Finding> {
  const furthest = seen.reduce((far, { position }) => (position > far ? position : far), START);
  const log = SqliteEventStore.open(data, { mode: 'read' });
  const head = log.headSync();
  void log.close();
  if (furthest > head) yield fail('log', `it ends at position ${head}, but the views have seen ${furthest}: it has lost its end`, RESTORE);
}

function backups(data: string, { head }: LogCheck, clock: Clock): Finding {
  const remedy = 'Run: npm run backup -- DIR (a folder on another disk), every night by a timer.';
  try {
    const last = JSON.parse(readFileSync(join(data, DATA.lastBackup), 'utf8')) as { takenAt: string; position: string };
    const days = (Date.parse(clock.now()) - Date.parse(last.takenAt)) / DAY_MS;
    const says = `the last one was taken at ${last.takenAt}; ${head - BigInt(last.position)} positions have been added since`;
    return days > BACKUP_DAYS ? warn('backup', says, remedy) : ok('backup', says);
  } catch {
    return warn('backup', 'none was ever taken of this folder', remedy);
  }
}
