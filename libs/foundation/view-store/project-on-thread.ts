import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { fingerprintOf } from './fingerprint';
import { nameOf } from './sqlite';
import { type FromThread, SOON_MS, type ThreadSetup, type ToThread } from './view-host';
import { ViewRuntime } from './view-runtime';
import type { ViewSet } from './view-set';

/** All that a projecting thread does; elsewhere than on a thread, nothing. */
export function projectOnThread(viewSet: ViewSet): void {
  if (!parentPort) return;
  const port = parentPort;
  failingLoudly(port, () => run(port, workerData as ThreadSetup, viewSet));
}

/** Advances in slices, reports after each, sleeps until woken or for a second. */
function run(port: MessagePort, { folder, masterKey }: ThreadSetup, viewSet: ViewSet): void {
  const source = viewSet.openSource(folder, masterKey);
  const runtime = new ViewRuntime(folder, viewSet.views, fingerprintOf(viewSet.views, viewSet.code), source);
  let cancel = (): void => undefined;

  const turn = (): void => {
    const pace = runtime.advance();
    tell(port, { kind: 'progress', progress: runtime.progress });
    if (pace === 'busy') {
      const next = setImmediate(attempt, turn);
      cancel = () => clearImmediate(next);
    } else {
      const next = setTimeout(attempt, pace === 'soon' ? SOON_MS : 1000, turn);
      cancel = () => clearTimeout(next);
    }
  };
  const attempt = (work: () => void): void => failingLoudly(port, work);

  port.on('message', (message: ToThread) =>
    attempt(() => {
      cancel();
      if (message.kind === 'stop') {
        runtime.close();
        source.close();
        port.close();
        return;
      }
      if (message.kind === 'moved') runtime.moved(message.file);
      if (message.kind === 'damaged') runtime.damaged(message.file);
      turn();
    }),
  );
  turn();
}

function tell(port: MessagePort, message: FromThread): void {
  port.postMessage(message);
}

/** The thread dies of the error and is started again; its class is told first, since errors lose it on their way between threads. */
function failingLoudly(port: MessagePort, work: () => void): void {
  try {
    work();
  } catch (error) {
    tell(port, { kind: 'failed', error: nameOf(error) });
    throw error;
  }
}
