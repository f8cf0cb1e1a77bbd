import type { KeyObject } from 'node:crypto';
import { access, mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defineJob, jobIdOf, type JobQueue, type RunningJob } from '@foundation/jobs';
import { type Branded, id as idOf, type ImportId, isUuid, newId } from '@foundation/kernel';
import { decryptBytes, encryptBytes, SealBroken } from '@foundation/privacy';
import { type ImportRuns, runWithReport } from './import-runs';
import type { ImportReports } from './import-reports';
import type { ImportStatus } from './import-status';
import type { Importer, ImportProgress, ImportRequest } from './roster-importer';
import { bufferFile, type SourceFile } from './source-file';

const SEALED = '.sealed';
const KEPT_MS = 7 * 24 * 3_600_000;
/** Between two words of a running import. */
const TELL_MS = 100;
/** A worker looks so often whether something was sent that the queue has lost. */
export const LOOKED_FOR_MS = 5000;

/** One sending of an import: the same import sent again, or confirmed, is another. */
type SendingId = Branded<string, 'SendingId'>;

/** One at a time in a process: each holds the people of a district. */
export const runImport = defineJob<{ import: ImportId; sending: SendingId }>({
  name: 'rostering.run-import',
  queue: 'rosters',
  attempts: 5,
  backoffMs: 2000,
  concurrency: 1,
});

export interface QueuedImportsParts {
  readonly queue: JobQueue;
  readonly importer: Importer;
  readonly reports: ImportReports;
  /** Shared by all nodes: what is sent waits there, sealed, until a worker has taken it. */
  readonly folder: string;
  /** Of the master key: `deriveKey('imports')`. */
  readonly key: KeyObject;
}

/** On the queue: any API takes an import in, any worker runs it, any API tells how it goes. */
export class QueuedImports implements ImportRuns {
  constructor(private readonly parts: QueuedImportsParts) {}

  async begin(request: ImportRequest): Promise<void> {
    const { folder } = this.parts;
    const sending = newId<SendingId>();
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const id = request.import;
    await put(this.sent(sending), await this.sealed(request, sending), { flush: true });
    await put(this.last(id), sending, { flush: true });
    try {
      await this.enqueue(id, sending);
    } catch (error) {
      // Nobody will take it: these are people's names, and the sender is told.
      await rm(this.sent(sending), { force: true });
      throw error;
    }
  }

  async standing(id: ImportId): Promise<ImportStatus | undefined> {
    const sending = await this.sendingOf(id);
    if (sending === undefined || (await this.parts.reports.summary(id))) return undefined;
    const job = await this.parts.queue.status(runImport, jobIdOf(runImport, sending)).catch(() => undefined);
    if (job?.state === 'dead') return { import: id, status: 'failed', done: 0, total: 0 };
    // A queue that was lost, or is away, does not know what waits here: it is asked again.
    if (job ? job.state === 'done' : !(await exists(this.sent(sending)))) return undefined;
    const told = job?.state === 'running' ? await readIf(this.progressOf(sending)) : undefined;
    if (!told) return { import: id, status: 'running', phase: 'waiting', done: 0, total: 0 };
    return { import: id, status: 'running', ...(JSON.parse(told.toString('utf8')) as ImportProgress) };
  }

  /** Asks again for what was sent and is not done: a queue may have been lost. Any worker may, at any time. @throws QueueUnavailable */
  async askAgain(): Promise<void> {
    const names = new Set(await this.names());
    if (![...names].some((name) => name.endsWith(SEALED))) return;
    for (const name of names) {
      const id = name.replace(/\.sending$/, '');
      if (id === name || !isUuid(id)) continue;
      // The same import sent once more is another sending, and the last one counts.
      const last = await this.sendingOf(idOf<ImportId>(id));
      if (last !== undefined && names.has(`${last}${SEALED}`)) await this.enqueue(idOf<ImportId>(id), last);
    }
  }

  /** Drops what was sent and that no worker has finished in a week: its job is dead and was forgotten. Safe to run twice. */
  async sweep(now = Date.now()): Promise<void> {
    for (const name of (await this.names()).filter((one) => /\.(sealed|progress|new)$/.test(one))) {
      const file = join(this.parts.folder, name);
      const { mtimeMs } = (await stat(file).catch(() => undefined)) ?? { mtimeMs: now };
      if (now - mtimeMs > KEPT_MS) await rm(file, { force: true });
    }
  }

  /** Registers the job: in a worker, before its queue is started. */
  work(): void {
    this.parts.queue.handle(runImport, (job) => this.run(job));
  }

  private enqueue(id: ImportId, sending: SendingId): Promise<void> {
    return this.parts.queue.enqueue(runImport, jobIdOf(runImport, sending), { import: id, sending });
  }

  private async names(): Promise<readonly string[]> {
    return readdir(this.parts.folder).catch(() => []);
  }

  private async run({ payload: { sending }, progress }: RunningJob<{ import: ImportId; sending: SendingId }>): Promise<void> {
    const request = await this.opened(sending);
    // It came twice: it is done, and what was sent is gone.
    if (!request) return;
    const { importer, reports } = this.parts;
    let told = 0;
    let telling: Promise<unknown> = Promise.resolve();
    await runWithReport(importer, reports, request, (made) => {
      progress({ done: made.done, total: made.total });
      if (performance.now() - told < TELL_MS) return;
      told = performance.now();
      telling = telling.then(() => put(this.progressOf(sending), JSON.stringify(made))).catch(() => undefined);
    });
    await telling;
    await rm(this.sent(sending), { force: true });
    await rm(this.progressOf(sending), { force: true });
  }

  /** Names of files, and all their bytes. */
  private async sealed({ files, ...request }: ImportRequest, sending: SendingId): Promise<Buffer> {
    const contents = await Promise.all(files.map(whole));
    const head = Buffer.from(JSON.stringify({ request, files: files.map(({ name }, at) => [name, contents[at]?.length ?? 0]) }));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(head.length);
    return encryptBytes(this.parts.key, Buffer.concat([length, head, ...contents]), placeOf(sending));
  }

  private async opened(sending: SendingId): Promise<ImportRequest | undefined> {
    const bytes = await readIf(this.sent(sending));
    if (!bytes) return undefined;
    const clear = decryptBytes(this.parts.key, bytes, placeOf(sending));
    let at = 4 + clear.readUInt32BE(0);
    const { request, files } = JSON.parse(clear.toString('utf8', 4, at)) as Head;
    return { ...request, files: files.map(([name, size]) => bufferFile(name, clear.subarray(at, (at += size)))) };
  }

  private async sendingOf(id: ImportId): Promise<SendingId | undefined> {
    const text = isUuid(id) ? (await readIf(this.last(id)))?.toString('utf8') : undefined;
    return isUuid(text) ? (text as SendingId | undefined) : undefined;
  }

  private sent(sending: SendingId): string {
    return join(this.parts.folder, `${sending}${SEALED}`);
  }

  /** A queue carries how much, not in which phase. */
  private progressOf(sending: SendingId): string {
    return join(this.parts.folder, `${sending}.progress`);
  }

  private last(id: ImportId): string {
    return join(this.parts.folder, `${id}.sending`);
  }
}

/**
 * What was sent and waits is sealed by the next master key instead of the present one; both are `deriveKey('imports')` of theirs. Every node
 * is stopped meanwhile. Safe to repeat. Answers how many it sealed anew.
 */
export async function resealWaitingImports(folder: string, from: KeyObject, to: KeyObject): Promise<number> {
  let resealed = 0;
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    // A folder that cannot be read is not an empty one: whoever waits there would be lost.
    throw error;
  });
  for (const name of names.filter((one) => one.endsWith(SEALED))) {
    const file = join(folder, name);
    const place = placeOf(name.slice(0, -SEALED.length) as SendingId);
    const [bytes, { mtime }] = await Promise.all([readFile(file), stat(file)]);
    try {
      await put(file, encryptBytes(to, decryptBytes(from, bytes, place), place), { at: mtime, flush: true });
      resealed++;
    } catch (error) {
      // Sealed anew before this was cut short, or by a key that is no more: nothing to do, or to save.
      if (!(error instanceof SealBroken)) throw error;
    }
  }
  return resealed;
}

/** All or nothing. How old it is, is asked by our clock: the disk may be another machine's. */
async function put(file: string, content: Buffer | string, { at = new Date(), flush = false } = {}): Promise<void> {
  await writeFile(`${file}.new`, content, { mode: 0o600, flush });
  await utimes(`${file}.new`, at, at);
  await rename(`${file}.new`, file);
}

interface Head {
  readonly request: Omit<ImportRequest, 'files'>;
  readonly files: readonly (readonly [name: string, bytes: number])[];
}

async function whole(file: SourceFile): Promise<Buffer> {
  const pages: Buffer[] = [];
  for await (const page of file.open()) pages.push(page);
  return Buffer.concat(pages);
}

const placeOf = (sending: SendingId): string => `import|${sending}`;

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

async function readIf(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
