import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Value } from '@sinclair/typebox/value';
import { type Static, Type } from '@sinclair/typebox';
import { writeDurably } from './durable-files';
import { OperationRefused } from './progress';

export const MANIFEST = 'backup.json';
/** Raised when a later restore could not read what this one writes. */
const FORMAT = 1;

const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' });
const Count = Type.Integer({ minimum: 0 });

/** What a backup holds and what was proved of it. Written last: a folder without it is no backup. It names no person. */
const Manifest = Type.Object({
  format: Type.Literal(FORMAT),
  /** Of the Throughline that made it. */
  version: Type.String(),
  takenAt: Type.String(),
  log: Type.Object({ id: Type.String(), position: Type.String({ pattern: '^[0-9]+$' }), events: Count, digest: Sha256 }),
  keys: Type.Object({
    /** Names the master key that opens it; the key itself is not in the backup. */
    masterKey: Type.String(),
    present: Count,
    destroyed: Count,
  }),
  /** As built from the backup by the version that made it. */
  views: Type.Object({ rows: Count, digests: Type.Record(Type.String(), Sha256) }),
  erasures: Count,
  files: Type.Record(Type.String(), Type.Object({ bytes: Count, sha256: Sha256 })),
});
export type Manifest = Static<typeof Manifest>;

export function writeManifest(folder: string, manifest: Omit<Manifest, 'format'>): void {
  writeDurably(join(folder, MANIFEST), `${JSON.stringify({ format: FORMAT, ...manifest }, null, 2)}\n`);
}

/** @throws OperationRefused when the folder holds no finished backup, or one of a newer format. */
export function readManifest(folder: string): Manifest {
  let manifest: unknown;
  try {
    manifest = JSON.parse(readFileSync(join(folder, MANIFEST), 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new OperationRefused(`${folder} holds no finished backup: there is no ${MANIFEST} in it. Take another folder.`);
    if (!(error instanceof Error && error.name === 'SyntaxError')) throw error;
  }
  if (typeof manifest === 'object' && manifest !== null && 'format' in manifest && Number(manifest.format) > FORMAT)
    throw new OperationRefused(`The backup in ${folder} was made by a newer Throughline: restore it with that version or a newer one.`);
  if (
    !Value.Check(Manifest, manifest) ||
    Object.keys(manifest.files).some((name) => name.startsWith('/') || name.split('/').includes('..'))
  )
    throw new OperationRefused(`${MANIFEST} in ${folder} is damaged: take another backup.`);
  return manifest;
}
