import type { Branded } from './ids';

/** An instant in UTC with milliseconds: `2026-03-03T14:15:00.000Z`. Sorts as text. */
export type Instant = Branded<string, 'Instant'>;
/** A plain local calendar date: `2026-03-03`. Dates in law and plans are dates, never instants. */
export type LocalDate = Branded<string, 'LocalDate'>;

/** When something happened: the instant, the offset the clock on the wall had then, and its IANA zone. */
export interface ZonedInstant {
  readonly at: Instant;
  /** Offset from UTC, `-05:00`. */
  readonly offset: string;
  /** IANA name, `America/New_York`. */
  readonly zone: string;
}

/** The only source of time: given to the edges, handed to rules as an argument. */
export interface Clock {
  now(): Instant;
}
