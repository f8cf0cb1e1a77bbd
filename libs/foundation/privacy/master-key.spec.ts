import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { temporaryFolder } from '@foundation/testing';
import { createMasterKey, MasterKeyError, masterKeyFrom, readMasterKey } from './master-key';

const folder = temporaryFolder();
const fileOf = (name: string) => join(folder, name);

it('is made once, for its owner’s eyes only, and read back the same', () => {
  const file = fileOf('made.key');
  const made = createMasterKey(file);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readMasterKey(file, {})?.id).toBe(made.id);
  expect(() => createMasterKey(file)).toThrow(MasterKeyError);
});

it('is missing when there is neither variable nor file', () => {
  expect(readMasterKey(fileOf('none.key'), {})).toBeUndefined();
});

it('comes from the variable before the file', () => {
  const file = fileOf('other.key');
  createMasterKey(file);
  const base64 = Buffer.alloc(32, 9).toString('base64');
  expect(readMasterKey(file, { THROUGHLINE_MASTER_KEY: base64 })?.id).toBe(masterKeyFrom(base64, 'here').id);
});

it('is refused when others may read the file', () => {
  const file = fileOf('open.key');
  createMasterKey(file);
  chmodSync(file, 0o640);
  expect(() => readMasterKey(file, {})).toThrow(`Run: chmod 600 ${file}`);
});

it.each(['', 'abc', Buffer.alloc(31).toString('base64'), Buffer.alloc(33).toString('base64'), '!'.repeat(44)])(
  'is refused when malformed, without showing it: %p',
  (text) => {
    const file = fileOf('malformed.key');
    writeFileSync(file, text, { mode: 0o600 });
    expect(() => readMasterKey(file, {})).toThrow('must hold 32 bytes in base64');
    expect(() => readMasterKey(fileOf('none.key'), { THROUGHLINE_MASTER_KEY: text })).toThrow(MasterKeyError);
  },
);

it('gives each purpose its own key, the same every time, and prints none', () => {
  const file = fileOf('derive.key');
  const key = createMasterKey(file);
  const again = readMasterKey(file, {});
  expect(key.deriveKey('tokens').equals(again!.deriveKey('tokens'))).toBe(true);
  expect(key.deriveKey('tokens').equals(key.deriveKey('fingerprints'))).toBe(false);
  expect(key.deriveKey('tokens').equals(key.secret)).toBe(false);
  expect(key.id).toMatch(/^[0-9a-f]{8}$/);
  const bytes = Buffer.from(readFileSync(file, 'utf8'), 'base64');
  const shown = inspect(key, { depth: 9 }) + JSON.stringify(key);
  for (const encoding of ['hex', 'base64'] as const) expect(shown).not.toContain(bytes.toString(encoding).slice(0, 12));
});
