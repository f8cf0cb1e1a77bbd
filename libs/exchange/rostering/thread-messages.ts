import { type AppendAnswer, type PreparedAppend, StoreUnavailable } from '@foundation/event-store';
import type { Finding } from './findings';
import type { ImportProgress, ImportReport, ImportRequest } from './roster-importer';
import { UnreadableSet } from './source-file';

/** What an importing thread is started with. Its files stay where they are: it asks for their pages. */
export interface ImportSetup {
  readonly folder: string;
  readonly masterKey: Uint8Array;
  readonly zone: string;
  readonly request: Omit<ImportRequest, 'files'>;
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
}

export type FromImport =
  /** The next page of a file that is being read for the n-th time; `begin` for its first one. */
  | { readonly kind: 'page'; readonly reading: number; readonly begin?: number }
  | { readonly kind: 'append'; readonly batch: number; readonly appends: readonly PreparedAppend[] }
  | { readonly kind: 'told'; readonly findings: readonly Finding[]; readonly progress?: ImportProgress }
  | { readonly kind: 'ended'; readonly report: ImportReport }
  | { readonly kind: 'failed'; readonly error: CarriedError };

export type ToImport =
  /** Without bytes the file is at its end. */
  | { readonly kind: 'page'; readonly reading: number; readonly bytes?: Uint8Array; readonly error?: CarriedError }
  | { readonly kind: 'appended'; readonly batch: number; readonly answers: readonly AppendAnswer[] }
  | { readonly kind: 'destroyed'; readonly subject: string };

/** Errors lose their class on the way between threads. */
export interface CarriedError {
  readonly kind: 'unreadable' | 'unavailable' | 'other';
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  /** Of the file system's errors. */
  readonly code?: string;
}

export function carried(error: unknown): CarriedError {
  if (!(error instanceof Error)) return { kind: 'other', name: 'Error', message: String(error) };
  const kind = error instanceof UnreadableSet ? 'unreadable' : error instanceof StoreUnavailable ? 'unavailable' : 'other';
  const { stack, message } = error;
  const { code } = error as NodeJS.ErrnoException;
  return { kind, name: error.constructor.name, message, ...(stack !== undefined && { stack }), ...(typeof code === 'string' && { code }) };
}

export function uncarried({ kind, name, message, stack, code }: CarriedError): Error {
  if (kind === 'unreadable') return new UnreadableSet(message);
  if (kind === 'unavailable') return new StoreUnavailable(message);
  return Object.assign(new Error(message), { name }, stack !== undefined && { stack }, code !== undefined && { code });
}
