/** The cursor is none of ours or names a row that is gone: ask again from the start. */
export class InvalidCursor extends Error {
  constructor() {
    super('This cursor is not valid here');
  }
}

/** An opaque place in a list: ids, days and instants only, for cursors stand in URLs. */
export const encodeCursor = (...parts: readonly string[]): string => Buffer.from(parts.join('|')).toString('base64url');

/** @throws InvalidCursor unless it has so many parts of such characters. */
export function decodeCursor(cursor: string, length: number): string[] {
  const parts = Buffer.from(cursor, 'base64url').toString().split('|');
  if (parts.length !== length || parts.some((part) => !/^[\w:.+-]{1,40}$/.test(part))) throw new InvalidCursor();
  return parts;
}

export const MAX_LIMIT = 200;
/** What was asked for, within 1 … 200. */
export const capped = (limit: number | undefined, usual = 50): number => Math.min(Math.max(Math.trunc(limit ?? usual), 1), MAX_LIMIT);

/** `?, ?, ?` for an IN list. */
export const marks = (list: readonly unknown[]): string => list.map(() => '?').join(', ');

export interface Page<T> {
  readonly items: readonly T[];
  /** Cursor of the next page; absent on the last. */
  readonly next?: string;
}
