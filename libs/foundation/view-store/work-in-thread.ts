import { Worker } from 'node:worker_threads';
import type { OnStep, Step } from './verify';
import type { ThreadSetup } from './view-host';
import type { ViewsOutcome, ViewsWork } from './work';

export interface WorkThreadSetup extends ThreadSetup {
  readonly work: ViewsWork;
}

export interface WorkThreadOptions extends WorkThreadSetup {
  /** Path of the compiled module that calls `workOnThread`. */
  readonly thread: string;
}

export type FromWorkThread = { readonly step: Step } | { readonly outcome: ViewsOutcome } | { readonly failed: string };

/** The thread ended without an outcome: it was stopped, or the machine failed it. The message is an error's class. */
export class WorkCutShort extends Error {}

/** Rebuilds or verifies on a thread of its own until it is done or the signal is aborted. @throws WorkCutShort */
export function workOnViewsInThread(
  { folder, masterKey, work, thread }: WorkThreadOptions,
  onStep: OnStep,
  signal: AbortSignal,
): Promise<ViewsOutcome> {
  if (signal.aborted) return Promise.reject(new WorkCutShort('stopped'));
  return new Promise((resolve, reject) => {
    const worker = new Worker(thread, { workerData: { folder, masterKey, work } satisfies WorkThreadSetup });
    const stop = (): void => void worker.terminate();
    signal.addEventListener('abort', stop, { once: true });
    let outcome: ViewsOutcome | undefined;
    let failure = 'stopped';
    worker.on('message', (message: FromWorkThread) => {
      if ('step' in message) onStep(message.step);
      else if ('outcome' in message) ({ outcome } = message);
      else failure = message.failed;
    });
    worker.on('error', (error) => (failure = error.name));
    // Only then has it let go of its files.
    worker.once('exit', () => {
      signal.removeEventListener('abort', stop);
      if (outcome) resolve(outcome);
      else reject(new WorkCutShort(failure));
    });
  });
}
