import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LOG_FILE } from '@foundation/event-store';
import { DATA } from '@foundation/operations';
import { createMasterKey, type MasterKey, MasterKeyError, readMasterKey } from '@foundation/privacy';

export interface FoundKey {
  readonly master: MasterKey;
  /** The file, when it was made just now. */
  readonly made?: string;
}

/**
 * The folder's master key; a folder without a log gets a new one, unless `make` is false.
 * @throws MasterKeyError when there is none and none may be made, or when a change of the key was cut short.
 */
export function masterKeyOf(folder: string, environment: NodeJS.ProcessEnv, { make = true } = {}): FoundKey {
  const file = join(folder, DATA.masterKey);
  if (existsSync(join(folder, DATA.nextMasterKey))) {
    throw new MasterKeyError(
      `A change of the master key in ${folder} was not finished: some texts open with the old key, some with the new one. ` +
        'Finish it with npm run keys -- rotate, then go on.',
    );
  }
  const master = readMasterKey(file, environment);
  if (master) return { master };
  if (existsSync(join(folder, LOG_FILE))) {
    throw new MasterKeyError(
      `There is a record in ${folder} but no master key. Put ${DATA.masterKey} back from its backup, or set THROUGHLINE_MASTER_KEY.`,
    );
  }
  if (!make) {
    throw new MasterKeyError(
      `There is no master key for ${folder}. Put ${DATA.masterKey} there from its backup, or set THROUGHLINE_MASTER_KEY.`,
    );
  }
  return { master: createMasterKey(file), made: file };
}
