import { parentPort, workerData } from 'node:worker_threads';
import { nameOf } from './sqlite';
import type { ViewSet } from './view-set';
import { workOnViews } from './work';
import type { FromWorkThread, WorkThreadSetup } from './work-in-thread';

/** One rebuild or verification, beside the projecting thread: whoever reads and whoever writes wait for neither. Elsewhere than on a thread, nothing. */
export function workOnThread(set: ViewSet): void {
  if (!parentPort) return;
  const port = parentPort;
  const tell = (message: FromWorkThread): void => port.postMessage(message);
  const { folder, masterKey, work } = workerData as WorkThreadSetup;
  try {
    tell({ outcome: workOnViews(work, { folder, set, masterKey }, (step) => tell({ step })) });
  } catch (error) {
    // Errors lose their class on their way between threads.
    tell({ failed: nameOf(error) });
  }
}
