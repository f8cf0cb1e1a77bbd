import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeDurably } from './durable-files';
import { OperationRefused } from './progress';

/** Where things lie in a data folder. The views are left out everywhere: they are derived again. */
export const DATA = {
  log: 'log.sqlite',
  reads: 'reads.sqlite',
  erasures: 'erasures.jsonl',
  imports: 'imports',
  demoSignIns: 'demo-sign-ins.json',
  masterKey: 'master.key',
  nextMasterKey: 'master.key.next',
  /** There from the first byte that a restore writes until its last. */
  unfinishedRestore: 'restore.unfinished',
  lastBackup: 'last-backup.json',
  /** Of a cluster: which node this is. Never copied to another folder. */
  nodeId: 'node.id',
} as const;

/** A restore into this folder was cut short: what lies there is not a record. */
export class RestoreUnfinished extends OperationRefused {
  constructor(folder: string) {
    super(
      `A restore into ${folder} was not finished, so the record there is not whole. Run npm run restore again with the same backup: ` +
        'it clears what the first one left and begins anew.',
    );
  }
}

/** @throws RestoreUnfinished */
export function refuseUnfinishedRestore(folder: string): void {
  if (existsSync(join(folder, DATA.unfinishedRestore))) throw new RestoreUnfinished(folder);
}

export function markUnfinishedRestore(folder: string, backup: string): void {
  writeDurably(join(folder, DATA.unfinishedRestore), `${backup}\n`);
}

export function clearUnfinishedRestore(folder: string): void {
  rmSync(join(folder, DATA.unfinishedRestore), { force: true });
}
