import { parentPort, workerData } from 'node:worker_threads';
import { nameOf } from './sqlite';
import type { ViewSet } from './view-set';
import { workOnViews } from './work';
import type { FromWorkThread, WorkThreadSetup } from './work-in-thread';

const tell = (message: FromWorkThread): void => parentPort?.postMessage(message);

/** One rebuild or verification, beside the projecting thread: whoever reads and whoever writes wait for neither. */
function run({ folder, module, masterKey, work }: WorkThreadSetup): void {
  try {
    // The set's module is known only when the thread starts.
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const { viewSet: set } = require(module) as { readonly viewSet: ViewSet };
    tell({ outcome: workOnViews(work, { folder, set, masterKey }, (step) => tell({ step })) });
  } catch (error) {
    // Errors lose their class on their way between threads.
    tell({ failed: nameOf(error) });
  }
}

run(workerData as WorkThreadSetup);
