const ascending = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);

/** Summed in ascending order: floating-point sums depend on order, and a day's figure must not. */
export const sum = (values: readonly number[]): number => ascending(values).reduce((total, value) => total + value, 0);

/** Undefined for no values. */
export const mean = (values: readonly number[]): number | undefined => (values.length === 0 ? undefined : sum(values) / values.length);

/** The middle value, or halfway between the two middle ones; undefined for no values. */
export function median(values: readonly number[]): number | undefined {
  const sorted = ascending(values);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  return upper === undefined || lower === undefined ? undefined : lower + (upper - lower) / 2;
}

/** 0..100 of a whole; undefined of nothing. */
export const percent = (part: number, whole: number): number | undefined => (whole === 0 ? undefined : (100 * part) / whole);
