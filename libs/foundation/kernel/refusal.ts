/** How a refusal reads to a caller: 422 invalid, 409 conflict, 403 forbidden, 404 not-found, 428 precondition, 412 stale. */
export type RefusalKind = 'invalid' | 'conflict' | 'forbidden' | 'not-found';

/** One invalid or missing piece: a JSON pointer into the request and what to do about it. */
export interface RefusalPart {
  readonly pointer: string;
  readonly detail: string;
}

/** A rule said no. `code` is stable: it is the last segment of the problem type URI. */
export interface Refusal {
  readonly refused: true;
  readonly code: string;
  readonly kind: RefusalKind;
  readonly title: string;
  /** What is wrong and what would mend it, in plain words and without personal data. */
  readonly detail: string;
  readonly errors: readonly RefusalPart[];
}

export type RefusalCatalogue = Readonly<Record<string, { readonly kind: RefusalKind; readonly title: string }>>;

/** A room's own refusals: the catalogue names every code once; the returned function builds them. */
export function refusalsOf<C extends RefusalCatalogue>(catalogue: C) {
  return (code: keyof C & string, detail: string, errors: readonly RefusalPart[] = []): Refusal => {
    const entry = catalogue[code];
    if (!entry) throw new TypeError(`Unknown refusal ${code}`);
    return { refused: true, code, kind: entry.kind, title: entry.title, detail, errors };
  };
}

export function isRefusal(value: unknown): value is Refusal {
  return typeof value === 'object' && value !== null && (value as { refused?: unknown }).refused === true;
}

/** Carries a refusal through code that answers with promises; the HTTP edge turns it into a problem. */
export class RefusalError extends Error {
  constructor(readonly refusal: Refusal) {
    super(`${refusal.code}: ${refusal.detail}`);
  }
}
