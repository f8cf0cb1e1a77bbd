import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type EventStore, FolderLock, SqliteEventStore } from '@foundation/event-store';
import { type Clock, START } from '@foundation/kernel';
import {
  createMasterKey,
  ErasureRegister,
  FINGERPRINT_STREAM,
  KEY_EVENTS,
  keyDestroyed,
  KeyRing,
  KeyRotation,
  MASTER_KEY_VARIABLE,
  type MasterKey,
  MasterKeyError,
  masterKeyFrom,
  NEXT_MASTER_KEY_VARIABLE,
  readMasterKey,
  type RotatingLog,
} from '@foundation/privacy';
import { syncPath, writeDurably } from './durable-files';
import { DATA, refuseUnfinishedRestore } from './folder';
import { proveKeys } from './key-proof';
import { type OnProgress, OperationRefused } from './progress';

export interface Rotate {
  /** Folder of the record, or, on a cluster, of the node that has the master key. */
  readonly data: string;
  /** Of a cluster: its log. All its nodes must be stopped, which nobody can see from here. */
  readonly cluster?: EventStore;
  readonly environment: NodeJS.ProcessEnv;
  readonly clock: Clock;
  /** Seals anew what the master key itself has sealed outside the log, before the next one takes its place; may be called again. */
  readonly reseal?: (from: MasterKey, to: MasterKey) => Promise<unknown>;
  readonly onProgress?: OnProgress;
}

export interface Rotated {
  readonly from: string;
  readonly to: string;
  readonly wrapped: number;
  /** The key's file; absent when the key is in the environment, where only the operator can change it. */
  readonly file?: string;
}

/**
 * Changes the master key of a stopped service. The next key lies beside the present one (`master.key.next`, or
 * THROUGHLINE_NEXT_MASTER_KEY) until every data key is wrapped by it; then it takes its place in one step. Cut short, it leaves both,
 * nothing starts, and running it again goes on. @throws FolderInUse, OperationRefused, MasterKeyError, WrongMasterKey
 */
export async function rotateMasterKey({
  data,
  cluster,
  environment,
  clock,
  reseal,
  onProgress = () => undefined,
}: Rotate): Promise<Rotated> {
  refuseUnfinishedRestore(data);
  if (!cluster && !existsSync(join(data, DATA.log))) throw new OperationRefused(`There is no record in ${data} (THROUGHLINE_DATA).`);
  const file = join(data, DATA.masterKey);
  const from = readMasterKey(file, environment);
  if (!from) throw new MasterKeyError(`There is no master key in ${file} and none in ${MASTER_KEY_VARIABLE}.`);
  const inEnvironment = environment[MASTER_KEY_VARIABLE] !== undefined;
  const lock = cluster && FolderLock.take(data);
  const log: RotatingLog = cluster ?? SqliteEventStore.open(data, { mode: 'write' });
  try {
    const to = await nextKey(data, environment, inEnvironment, () => new KeyRing(log, from, clock).checkMasterKey());
    if (to.id === from.id) throw new MasterKeyError(`${NEXT_MASTER_KEY_VARIABLE} is the present master key: make another one.`);
    const wrapped = await new KeyRotation(log, from, to, clock).run((done, total) => onProgress('wrapping every key anew', done, total));
    await proveKeys(log, to, (done, total) => onProgress('opening every key with the new master key', done, total));
    await reseal?.(from, to);
    if (!inEnvironment) {
      renameSync(join(data, DATA.nextMasterKey), file);
      syncPath(data);
    }
    return { from: from.id, to: to.id, wrapped, ...(inEnvironment ? {} : { file }) };
  } finally {
    if (!cluster) await log.close();
    lock?.release();
  }
}

/** The key of a change that was cut short, the one that the operator gives, or a new one; on disk before it wraps anything. */
async function nextKey(
  data: string,
  environment: NodeJS.ProcessEnv,
  inEnvironment: boolean,
  checkPresent: () => Promise<void>,
): Promise<MasterKey> {
  const given = environment[NEXT_MASTER_KEY_VARIABLE];
  if (inEnvironment) {
    if (given !== undefined) return masterKeyFrom(given, NEXT_MASTER_KEY_VARIABLE);
    throw new MasterKeyError(
      `The master key is in ${MASTER_KEY_VARIABLE}: set ${NEXT_MASTER_KEY_VARIABLE} to the next one (openssl rand -base64 32), keep a copy ` +
        'of it, and run this again.',
    );
  }
  const file = join(data, DATA.nextMasterKey);
  const begun = readMasterKey(file, {});
  if (begun) return begun;
  await checkPresent();
  if (given === undefined) {
    const making = `${file}.new`;
    rmSync(making, { force: true });
    createMasterKey(making);
    renameSync(making, file);
    syncPath(data);
  } else writeDurably(file, `${masterKeyFrom(given, NEXT_MASTER_KEY_VARIABLE).secret.export().toString('base64')}\n`);
  const made = readMasterKey(file, {});
  if (!made) throw new MasterKeyError(`${file} was made and is gone.`);
  return made;
}

export interface KeysStatus {
  /** Undefined when there is none. */
  readonly present: MasterKey | undefined;
  readonly source: 'environment' | 'file';
  /** How many people's keys each master key has wrapped, by its id; 0 where it has the key of the fingerprints alone. More than one id: a change was cut short. */
  readonly wrappedBy: ReadonlyMap<string, number>;
  readonly destroyed: number;
  /** A change was begun and its next key lies in the folder. */
  readonly unfinished: boolean;
  readonly registered: number;
}

const PAGE = 1000;

/** Beside a running service or without one. @throws OperationRefused, MasterKeyError */
export async function keysStatus({ data, environment }: Pick<Rotate, 'data' | 'environment'>): Promise<KeysStatus> {
  if (!existsSync(join(data, DATA.log))) throw new OperationRefused(`There is no record in ${data} (THROUGHLINE_DATA).`);
  const log = SqliteEventStore.open(data, { mode: 'read' });
  try {
    // The last word of each stream counts; a later event of a stream replaces an earlier one.
    const last = new Map<string, string | undefined>();
    for (const { data: of } of log.readStreamSync(FINGERPRINT_STREAM))
      last.set(FINGERPRINT_STREAM, (of as { masterKey: string }).masterKey);
    for (let after = START; ;) {
      const page = log.readAllSync({ after, limit: PAGE, types: KEY_EVENTS });
      for (const event of page)
        last.set(event.stream, event.type === keyDestroyed.type ? undefined : (event.data as { masterKey: string }).masterKey);
      const end = page.at(-1);
      if (!end || page.length < PAGE) break;
      after = end.position;
    }
    const wrappedBy = new Map<string, number>();
    let destroyed = 0;
    for (const [stream, key] of last) {
      if (key === undefined) destroyed++;
      else wrappedBy.set(key, (wrappedBy.get(key) ?? 0) + (stream === FINGERPRINT_STREAM ? 0 : 1));
    }
    return {
      present: readMasterKey(join(data, DATA.masterKey), environment),
      source: environment[MASTER_KEY_VARIABLE] === undefined ? 'file' : 'environment',
      wrappedBy,
      destroyed,
      unfinished: existsSync(join(data, DATA.nextMasterKey)),
      registered: new ErasureRegister(join(data, DATA.erasures)).entries().length,
    };
  } finally {
    await log.close();
  }
}
