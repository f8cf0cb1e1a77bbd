import { createHash, createSecretKey, hkdfSync, KeyObject, randomBytes } from 'node:crypto';
import { chmodSync, closeSync, fsyncSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { Mendable } from '@foundation/kernel';

const BYTES = 32;
export const MASTER_KEY_VARIABLE = 'THROUGHLINE_MASTER_KEY';
/** Only while the master key is changed, and only where keys are kept in the environment or chosen by the operator. */
export const NEXT_MASTER_KEY_VARIABLE = 'THROUGHLINE_NEXT_MASTER_KEY';

/** What a sub-key is for; each purpose has its own, so that one cannot stand in for another. */
export type KeyPurpose = 'data-keys' | 'fingerprints' | 'tokens' | 'refresh' | 'cursors' | 'imports';

/** The master key is missing, malformed or badly kept. The message says what would mend it and never shows the key. */
export class MasterKeyError extends Mendable {}

/**
 * The key that wraps every data key. It never leaves as text: `secret` may be handed to a worker thread (a KeyObject is
 * cloned by `postMessage` and prints nothing of itself).
 */
export class MasterKey {
  /** First 8 hexadecimal digits of a hash of the key: names it without telling it. */
  readonly id: string;
  private readonly derived = new Map<KeyPurpose, KeyObject>();

  /** @throws MasterKeyError unless the key has 32 bytes. */
  constructor(readonly secret: KeyObject) {
    if (secret.symmetricKeySize !== BYTES) throw new MasterKeyError(`The master key must have ${BYTES} bytes`);
    this.id = createHash('sha256').update('throughline master key').update(secret.export()).digest('hex').slice(0, 8);
  }

  /** The sub-key for a purpose: 32 bytes by HKDF-SHA256 (RFC 5869). */
  deriveKey(purpose: KeyPurpose): KeyObject {
    const known = this.derived.get(purpose);
    if (known) return known;
    const key = createSecretKey(Buffer.from(hkdfSync('sha256', this.secret, '', `throughline/${purpose}`, BYTES)));
    this.derived.set(purpose, key);
    return key;
  }
}

/** From 32 bytes in base64, the form of the variable and of the file. @throws MasterKeyError */
export function masterKeyFrom(base64: string, where: string): MasterKey {
  const text = base64.trim();
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== BYTES || bytes.toString('base64').replace(/=+$/, '') !== text.replace(/=+$/, '')) {
    throw new MasterKeyError(`${where} must hold ${BYTES} bytes in base64 (44 characters), such as "openssl rand -base64 ${BYTES}" prints`);
  }
  return new MasterKey(createSecretKey(bytes));
}

/**
 * The master key from THROUGHLINE_MASTER_KEY, else from the file; undefined when there is neither.
 * @throws MasterKeyError when it is malformed, unreadable, or a file that others than its owner may read.
 */
export function readMasterKey(file: string, environment: NodeJS.ProcessEnv = process.env): MasterKey | undefined {
  const text = environment[MASTER_KEY_VARIABLE];
  if (text !== undefined) return masterKeyFrom(text, MASTER_KEY_VARIABLE);
  const mode = modeOf(file);
  if (mode === undefined) return undefined;
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    throw new MasterKeyError(`Others on this machine may read the master key in ${file}. Run: chmod 600 ${file}`);
  }
  try {
    return masterKeyFrom(readFileSync(file, 'utf8'), file);
  } catch (error) {
    if (error instanceof MasterKeyError) throw error;
    throw new MasterKeyError(`The master key in ${file} cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}

/** Makes a new master key in a file that only its owner may read, on disk when this returns. @throws MasterKeyError when the file exists. */
export function createMasterKey(file: string): MasterKey {
  const base64 = randomBytes(BYTES).toString('base64');
  const handle = openNew(file);
  try {
    writeSync(handle, `${base64}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  chmodSync(file, 0o600);
  syncFolder(dirname(file));
  return masterKeyFrom(base64, file);
}

function openNew(file: string): number {
  try {
    return openSync(file, 'wx', 0o600);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw new MasterKeyError(`There is a master key in ${file} already; a new one could not open the record`);
    throw new MasterKeyError(`The master key cannot be written to ${file}: ${code}`);
  }
}

function modeOf(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.mode;
}

/** So that the file's name, not only its bytes, survives a power cut. */
function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
