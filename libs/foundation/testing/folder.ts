import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A fresh folder, removed with everything in it after the tests of the file or `describe` block it is called in. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
