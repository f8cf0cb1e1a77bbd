import { appendFileSync, closeSync, fsyncSync, openSync, readFileSync } from 'node:fs';
import type { Instant } from '@foundation/kernel';
import type { SubjectKind } from './keyring';

/** Who was erased and when, and nothing else. */
export interface ErasureEntry {
  readonly kind: SubjectKind;
  readonly subject: string;
  readonly at: Instant;
}

/**
 * The erasures, one line each, in a file beside the log that goes into every later backup: a restore of an older backup erases them again.
 * A line is `{"student":"<id>","at":"<instant>"}` (or `staff`). A line torn by a kill is passed over; the log knows it and it is written again.
 */
export class ErasureRegister {
  constructor(private readonly file: string) {}

  entries(): readonly ErasureEntry[] {
    return this.text().split('\n').flatMap(entryOf);
  }

  /** Makes the file when it is missing: a folder without one has lost it, it does not say that nobody was erased. */
  make(): void {
    closeSync(openSync(this.file, 'a', 0o600));
  }

  /** On disk when it returns. */
  add({ kind, subject, at }: ErasureEntry): void {
    const torn = /[^\n]$/.test(this.text());
    const handle = openSync(this.file, 'a', 0o600);
    try {
      appendFileSync(handle, `${torn ? '\n' : ''}${registerText([{ kind, subject, at }])}`);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  }

  private text(): string {
    try {
      return readFileSync(this.file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
      throw error;
    }
  }
}

/** The entries as the file holds them. */
export function registerText(entries: readonly ErasureEntry[]): string {
  return entries.map(({ kind, subject, at }) => `${JSON.stringify({ [kind]: subject, at })}\n`).join('');
}

function entryOf(line: string): readonly ErasureEntry[] {
  try {
    const { student, staff, at } = JSON.parse(line) as { student?: string; staff?: string; at: Instant };
    if (student !== undefined) return [{ kind: 'student', subject: student, at }];
    return staff === undefined ? [] : [{ kind: 'staff', subject: staff, at }];
  } catch {
    return [];
  }
}
