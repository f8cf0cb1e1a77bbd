import type { Progress } from '../port';

const EVERY_MS = 250;

/** Passes progress on at most four times a second, one after another, and the last one always. What cannot be told is let go. */
export function progressTeller(send: (progress: Progress) => Promise<unknown>) {
  let latest: Progress | undefined;
  let timer: NodeJS.Timeout | undefined;
  let sending: Promise<unknown> = Promise.resolve();

  const flush = (): void => {
    timer = undefined;
    const progress = latest;
    latest = undefined;
    if (progress) sending = sending.then(() => send(progress)).catch(() => undefined);
  };
  return {
    tell(progress: Progress): void {
      latest = progress;
      timer ??= setTimeout(flush, EVERY_MS);
    },
    async end(): Promise<void> {
      clearTimeout(timer);
      flush();
      await sending;
    },
  };
}
