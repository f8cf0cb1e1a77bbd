/** Preloaded into a process under test: its clock stands SHIFT_CLOCK_MS away from the real one, in every thread; SIGUSR2 sets it back an hour. */
const { isMainThread } = require('node:worker_threads');

let shift = Number(process.env.SHIFT_CLOCK_MS ?? 0);
const RealDate = Date;
const now = () => RealDate.now() + shift;
globalThis.Date = class ShiftedDate extends RealDate {
  constructor(...parts) {
    if (parts.length === 0) super(now());
    else super(...parts);
  }
  static now() {
    return now();
  }
};
if (isMainThread) process.on('SIGUSR2', () => void (shift -= 3_600_000));
