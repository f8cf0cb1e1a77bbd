import { Presets, SingleBar } from 'cli-progress';
import type { OnProgress } from '@foundation/operations';

/** How often a line is written where there is no terminal to draw a bar on. */
const EVERY_MS = 5000;

/** Shows the steps of a long job on standard error: as a bar on a terminal, as lines elsewhere. Call `end` before anything else is said. */
export function showProgress(): { readonly onProgress: OnProgress; readonly end: () => void } {
  return process.stderr.isTTY ? bars() : lines();
}

function bars(): ReturnType<typeof showProgress> {
  let bar: SingleBar | undefined;
  let current = '';
  const end = (): void => {
    bar?.update(1);
    bar?.stop();
    bar = undefined;
  };
  return {
    onProgress(step, done, total) {
      if (step !== current) {
        end();
        current = step;
        bar = new SingleBar({ format: '{step} {bar} {percentage} % | {eta} s left', stream: process.stderr }, Presets.shades_classic);
        bar.start(1, 0, { step });
      }
      bar?.update(total > 0 ? Math.min(done / total, 1) : 1);
    },
    end,
  };
}

function lines(): ReturnType<typeof showProgress> {
  let current = '';
  let at = performance.now();
  return {
    onProgress(step, done, total) {
      if (step === current && performance.now() - at < EVERY_MS) return;
      at = performance.now();
      process.stderr.write(step === current ? `${step}: ${Math.floor((100 * done) / Math.max(total, 1))} %\n` : `${step}\n`);
      current = step;
    },
    end: () => undefined,
  };
}
