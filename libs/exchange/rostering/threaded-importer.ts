import { type ResourceLimits, Worker } from 'node:worker_threads';
import { answerForwarded, type SqliteEventStore } from '@foundation/event-store';
import type { KeyRing } from '@foundation/privacy';
import type { Importer, ImportReport, ImportRequest, ImportWatcher } from './roster-importer';
import type { SourceFile } from './source-file';
import { carried, type FromImport, type ImportSetup, type ToImport, uncarried } from './thread-messages';

export interface ThreadedImporterParts {
  /** Path of the compiled module that calls `serveImport`. */
  readonly thread: string;
  /** Holds the folder: what the thread appends is written here, as everybody's. */
  readonly store: SqliteEventStore;
  readonly keys: KeyRing;
  readonly folder: string;
  readonly masterKey: Uint8Array;
  readonly zone: string;
}

/** A page of a file as one message; smaller ones are gathered. */
const PAGE_BYTES = 128 * 1024;

/**
 * A heap stays small only where it may not grow: for each byte of the files it may be some ten, and takes three. Rows come and go, so what
 * is young need not be much.
 */
const limitsOf = (files: readonly SourceFile[]): ResourceLimits => {
  const megabytes = files.reduce((sum, { bytes }) => sum + bytes, 0) / 1_000_000;
  return { maxYoungGenerationSizeMb: 12, maxOldGenerationSizeMb: Math.ceil(128 + 10 * megabytes) };
};

/** Runs each import on a worker thread of its own; this thread reads out the files' pages and writes what the other has made ready. */
export class ThreadedImporter implements Importer {
  constructor(private readonly parts: ThreadedImporterParts) {}

  /** @throws UnreadableSet, StoreUnavailable, and an error when the thread dies: what is recorded by then stays */
  run({ files, ...request }: ImportRequest, watcher: ImportWatcher = {}): Promise<ImportReport> {
    const { thread, folder, masterKey, zone, keys } = this.parts;
    const workerData: ImportSetup = { folder, masterKey, zone, request, files: files.map(({ name, bytes }) => ({ name, bytes })) };
    const worker = new Worker(thread, { workerData, resourceLimits: limitsOf(files) });
    const send = (message: ToImport, moved: ArrayBuffer[] = []): void => worker.postMessage(message, moved);
    const forget = keys.onDestroyed((subject) => send({ kind: 'destroyed', subject }));
    const readings = new Map<number, Reading>();
    return new Promise<ImportReport>((resolve, reject) => {
      worker.on('message', (message: FromImport) => {
        if (message.kind === 'append') void this.append(message, send);
        else if (message.kind === 'page') void this.page(message, files, readings, send);
        else if (message.kind === 'told') tell(message, watcher);
        else if (message.kind === 'ended') resolve(message.report);
        else reject(uncarried(message.error));
      });
      worker.on('error', reject);
      worker.on('exit', () => reject(new Error('The importing thread ended before the import')));
    }).finally(async () => {
      forget();
      for (const reading of readings.values()) await reading.close();
      await worker.terminate();
    });
  }

  private async append({ batch, appends }: Extract<FromImport, { kind: 'append' }>, send: (message: ToImport) => void): Promise<void> {
    send({ kind: 'appended', batch, answers: await answerForwarded(this.parts.store, appends) });
  }

  private async page(
    { reading, begin }: Extract<FromImport, { kind: 'page' }>,
    files: readonly SourceFile[],
    readings: Map<number, Reading>,
    send: (message: ToImport, moved?: ArrayBuffer[]) => void,
  ): Promise<void> {
    try {
      const file = begin === undefined ? undefined : files[begin];
      if (file) readings.set(reading, new Reading(file));
      const bytes = await readings.get(reading)?.next();
      if (!bytes) readings.delete(reading);
      send({ kind: 'page', reading, ...(bytes && { bytes }) }, bytes && [bytes.buffer]);
    } catch (error) {
      readings.delete(reading);
      send({ kind: 'page', reading, error: carried(error) });
    }
  }
}

function tell({ findings, progress }: Extract<FromImport, { kind: 'told' }>, watcher: ImportWatcher): void {
  for (const finding of findings) watcher.finding?.(finding);
  if (progress) watcher.progress?.(progress);
}

/** A file on its way to the thread. */
class Reading {
  private readonly pages: AsyncIterator<Buffer>;

  constructor(file: SourceFile) {
    this.pages = file.open()[Symbol.asyncIterator]();
  }

  /** Bytes of their own, to be given away; undefined at the end. */
  async next(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const gathered: Buffer[] = [];
    let length = 0;
    while (length < PAGE_BYTES) {
      const page = await this.pages.next();
      if (page.done) break;
      gathered.push(page.value);
      length += page.value.length;
    }
    if (length === 0) return undefined;
    const bytes = new Uint8Array(length);
    let at = 0;
    for (const page of gathered) {
      bytes.set(page, at);
      at += page.length;
    }
    return bytes;
  }

  async close(): Promise<void> {
    await this.pages.return?.();
  }
}
