import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LOG_FILE } from '@foundation/event-store';
import { createMasterKey, type MasterKey, MasterKeyError, readMasterKey } from '@foundation/privacy';

const KEY_FILE = 'master.key';

export interface FoundKey {
  readonly master: MasterKey;
  /** The file, when it was made just now. */
  readonly made?: string;
}

/** The folder's master key; a folder without a log gets a new one. @throws MasterKeyError when there is a log and no key. */
export function masterKeyOf(folder: string, environment: NodeJS.ProcessEnv): FoundKey {
  const file = join(folder, KEY_FILE);
  const master = readMasterKey(file, environment);
  if (master) return { master };
  if (existsSync(join(folder, LOG_FILE))) {
    throw new MasterKeyError(
      `There is a record in ${folder} but no master key. Put ${KEY_FILE} back from its backup, or set THROUGHLINE_MASTER_KEY.`,
    );
  }
  return { master: createMasterKey(file), made: file };
}
