import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { BuildArchive } from './archive';
import type { FromThread } from './archive.thread';

/** Laying out pages takes a second for a school year of records: a thread of its own keeps answers quick. Only of built code. */
export const buildInThread: BuildArchive = (input, progress, signal) =>
  new Promise((resolve, reject) => {
    const thread = new Worker(join(__dirname, 'archive.thread.js'), { workerData: input });
    const stop = (): void => void thread.terminate();
    signal.addEventListener('abort', stop, { once: true });
    thread.on('message', (message: FromThread) => {
      if ('archive' in message) resolve(Buffer.from(message.archive));
      else progress(message.done, message.total);
    });
    thread.on('error', reject);
    thread.on('exit', () => {
      signal.removeEventListener('abort', stop);
      reject(new ThreadEnded('The thread ended without an archive'));
    });
  });

class ThreadEnded extends Error {}
