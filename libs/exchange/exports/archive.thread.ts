import { parentPort, workerData } from 'node:worker_threads';
import { type ArchiveInput, buildArchive } from './archive';

export type FromThread = { readonly done: number; readonly total: number } | { readonly archive: Uint8Array };

/** Lays out one archive and ends. */
async function build(): Promise<void> {
  const never = new AbortController().signal;
  const tell = (message: FromThread): void => parentPort?.postMessage(message);
  tell({ archive: await buildArchive(workerData as ArchiveInput, (done, total) => tell({ done, total }), never) });
}

void build();
