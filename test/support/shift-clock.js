/** Preloaded into a process under test: its clock stands SHIFT_CLOCK_MS away from the real one, in every thread. */
const shift = Number(process.env.SHIFT_CLOCK_MS ?? 0);
if (shift !== 0) {
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
}
