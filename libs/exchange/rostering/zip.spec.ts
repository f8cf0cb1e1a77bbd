import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';
import { temporaryFolder } from '@foundation/testing';
import { digestOf } from './csv-file';
import { openFolder, openPath } from './folder';
import { type SourceSet, UnreadableSet } from './source-file';
import { openZipBuffer } from './zip';

const zipOf = (entries: Readonly<Record<string, string | Buffer>>): Promise<Buffer> => {
  const zip = new ZipFile();
  for (const [name, content] of Object.entries(entries)) zip.addBuffer(Buffer.from(content), name);
  zip.end();
  return buffer(zip.outputStream);
};
const textsOf = async ({ files }: SourceSet): Promise<readonly string[]> =>
  Promise.all(files.map(async (file) => `${file.name}: ${(await buffer(file.open())).toString()}`));

describe('a set in a zip', () => {
  const folder = temporaryFolder();

  it('reads as the folder does, from a file and from memory, its own folder aside', async () => {
    mkdirSync(join(folder, 'set'));
    writeFileSync(join(folder, 'set', 'users.csv'), 'sourcedId\nu1\n');
    writeFileSync(join(folder, 'set', 'orgs.csv'), 'sourcedId\no1\n');
    const zip = await zipOf({
      'export/users.csv': 'sourcedId\nu1\n',
      'export/orgs.csv': 'sourcedId\no1\n',
      '__MACOSX/export/._users.csv': 'x',
      'export/readme.txt': 'x',
    });
    writeFileSync(join(folder, 'set.zip'), zip);
    const plain = await textsOf(await openFolder(join(folder, 'set')));
    expect(plain).toEqual(['orgs.csv: sourcedId\no1\n', 'users.csv: sourcedId\nu1\n']);
    const onDisk = await openPath(join(folder, 'set.zip'));
    expect(await textsOf(onDisk)).toEqual(plain);
    onDisk.close();
    expect(await textsOf(await openZipBuffer(zip))).toEqual(plain);
  });

  it('a path at which nothing lies is told as that', async () => {
    await expect(openPath(join(folder, 'elsewhere'))).rejects.toThrow(/^There is nothing at .*elsewhere: name a folder, or a zip file\.$/);
  });

  it('may be read more than once', async () => {
    const content = 'sourcedId\n'.repeat(5000);
    const [file] = (await openZipBuffer(await zipOf({ 'users.csv': content }))).files;
    const digest = createHash('sha256').update(content).digest('hex');
    expect([file && (await digestOf(file)), file && (await digestOf(file))]).toEqual([digest, digest]);
  });

  const refusal = async (zip: Buffer | Promise<Buffer>): Promise<string> => {
    const error: unknown = await openZipBuffer(await zip).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof UnreadableSet)) throw new Error(`Not refused in words: ${String(error)}`);
    return error.message;
  };

  it('that is none, is damaged or holds no CSV is refused in plain words', async () => {
    expect(await refusal(Buffer.from('sourcedId,givenName'))).toMatch(/not a zip file/);
    const whole = await zipOf({ 'users.csv': 'sourcedId\n' });
    expect(await refusal(whole.subarray(0, whole.length - 30))).toMatch(/damaged/);
    expect(await refusal(zipOf({ 'readme.txt': 'x' }))).toMatch(/no \.csv file/);
  });

  it('with a path that leads out of it is refused, and nothing is ever written under its names', async () => {
    const zip = await zipOf({ 'aa/users.csv': 'sourcedId\n' });
    for (const name of ['../users.csv', '/a/users.csv']) {
      const evil = Buffer.from(zip.toString('latin1').replaceAll('aa/users.csv', name.padEnd(12, 'x').slice(0, 12)), 'latin1');
      expect(await refusal(evil)).toMatch(/not a zip file that can be read/);
    }
  });

  it('with files of two sets, or one file twice, is refused', async () => {
    expect(await refusal(zipOf({ 'a/users.csv': 'x', 'b/users.csv': 'x' }))).toMatch(/several folders/);
    expect(await refusal(zipOf(Object.fromEntries(Array.from({ length: 41 }, (_, n) => [`f${n}.csv`, 'x']))))).toMatch(/at most 40/);
  });

  it('that would unpack to a multiple of its size is not unpacked', async () => {
    expect(await refusal(zipOf({ 'users.csv': Buffer.alloc(100 * 1024 * 1024) }))).toMatch(/times its size/);
  });

  it('whose entry says less than it holds ends with an error, not with more bytes', async () => {
    const zip = await zipOf({ 'users.csv': Buffer.alloc(50_000, 'sourcedId\n') });
    // The size stands in the central directory, 24 bytes after its mark.
    zip.writeUInt32LE(1000, zip.indexOf('PK\x01\x02', 0, 'latin1') + 24);
    const [file] = (await openZipBuffer(zip)).files;
    await expect(file && digestOf(file)).rejects.toThrow(/damaged in the zip/);
  });
});
