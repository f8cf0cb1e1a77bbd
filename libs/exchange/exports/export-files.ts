import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type ExportId, id as idOf, isUuid, type StudentId } from '@foundation/kernel';
import { type DataKey, decryptBytes, encryptBytes } from '@foundation/privacy';

/** A file that lies there: whose, and the archive it holds. */
export interface KeptFile {
  readonly student: StudentId;
  readonly export: ExportId;
  readonly sha256: string;
  readonly writtenAt: Date;
}

const NAME = /^([0-9a-f-]{36})\.([0-9a-f]{64})\.sealed$/;

/** `exports/<student>/<export>.<sha256>.sealed`: archives sealed with the child's key, for their owner alone. Names hold ids only. */
export class ExportFiles {
  constructor(private readonly folder: string) {}

  async write({ student, export: id, sha256 }: Omit<KeptFile, 'writtenAt'>, archive: Buffer, key: DataKey): Promise<void> {
    await mkdir(this.of(student), { recursive: true, mode: 0o700 });
    const path = this.path(student, id, sha256);
    const aside = `${path}.${randomUUID()}.new`;
    const file = await open(aside, 'wx', 0o600);
    try {
      await file.writeFile(encryptBytes(key, archive, placeOf(id)));
      // How old it is, is asked by our clock: the disk may be another machine's.
      await file.utimes(new Date(), new Date());
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(aside, path);
  }

  /** Undefined when it was dropped. @throws SealBroken */
  async read({ student, export: id, sha256 }: Omit<KeptFile, 'writtenAt'>, key: DataKey): Promise<Buffer | undefined> {
    try {
      return decryptBytes(key, await readFile(this.path(student, id, sha256)), placeOf(id));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  async drop({ student, export: id, sha256 }: Omit<KeptFile, 'writtenAt'>): Promise<void> {
    await rm(this.path(student, id, sha256), { force: true });
  }

  /** Everything of a child, at once: it was erased. */
  dropAll(student: string): void {
    if (isUuid(student)) rmSync(join(this.folder, student), { recursive: true, force: true });
  }

  async list(): Promise<readonly KeptFile[]> {
    const students = (await names(this.folder)).filter(isUuid);
    const files = await Promise.all(students.map(async (student) => this.ofStudent(idOf<StudentId>(student))));
    return files.flat();
  }

  private async ofStudent(student: StudentId): Promise<readonly KeptFile[]> {
    const found: KeptFile[] = [];
    for (const name of await names(this.of(student))) {
      const [, id, sha256 = ''] = NAME.exec(name) ?? [];
      const path = join(this.of(student), name);
      const info = await stat(path).catch(() => undefined);
      if (!info) continue;
      if (id !== undefined && isUuid(id)) found.push({ student, export: idOf<ExportId>(id), sha256, writtenAt: info.mtime });
      // Left by a kill while it was being written.
      else if (Date.now() - info.mtimeMs > UNFINISHED_MS) await rm(path, { force: true });
    }
    return found;
  }

  private of(student: StudentId): string {
    return join(this.folder, student);
  }

  private path(student: StudentId, id: ExportId, sha256: string): string {
    return join(this.of(student), `${id}.${sha256}.sealed`);
  }
}

const UNFINISHED_MS = 3_600_000;
const placeOf = (id: ExportId): string => `export|${id}`;

async function names(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
}
