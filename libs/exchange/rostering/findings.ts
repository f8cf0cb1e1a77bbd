/** What an import says of a row. Lines count as an editor shows them: the header is line 1. No value of a person's column is ever repeated. */
export interface Finding {
  readonly file: string;
  /** Missing for what a bulk file no longer names. */
  readonly line?: number;
  readonly column?: string;
  readonly outcome: Outcome;
  /** `student`, `staff member`, `guardian`, `school`, `class`, `term`, `enrolment`, `file`. */
  readonly what: string;
  readonly why?: string;
}

/**
 * `stopped`: the import waits for a confirmation because of it; `refused`: the row was left out; `warning`: taken without the faulty part;
 * `created`, `changed`, `left`: what becomes of the row.
 */
export const OUTCOMES = ['stopped', 'refused', 'warning', 'left', 'changed', 'created'] as const;
export type Outcome = (typeof OUTCOMES)[number];
