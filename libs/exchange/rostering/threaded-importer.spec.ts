import { createSecretKey, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SqliteEventStore, StoreUnavailable } from '@foundation/event-store';
import { type ImportId, newId, type StudentId } from '@foundation/kernel';
import { KeyRing, MasterKey } from '@foundation/privacy';
import { fixedClock, temporaryFolder } from '@foundation/testing';
import type { Finding } from './findings';
import type { ImportProgress, ImportRequest } from './roster-importer';
import { type SourceFile, textFile, UnreadableSet } from './source-file';
import { carried, uncarried } from './thread-messages';
import { ThreadedImporter } from './threaded-importer';

/** A thread that does what the test says and reports what it was answered: it stands in for the compiled importer. */
const THREAD = `
const { parentPort: port, workerData } = require('node:worker_threads');
const told = (what) => port.postMessage({ kind: 'told', findings: [{ file: JSON.stringify(what), outcome: 'created', what: 'test' }] });
const answers = [];
let wake = () => undefined;
port.on('message', (message) => { answers.push(message); wake(); });
const answer = async (kind) => {
  for (;;) {
    const at = answers.findIndex((one) => one.kind === kind);
    if (at !== -1) return answers.splice(at, 1)[0];
    await new Promise((resolve) => (wake = resolve));
  }
};
const read = async (file, reading) => {
  const pages = [];
  for (let begin = file; ; begin = undefined) {
    port.postMessage({ kind: 'page', reading, begin });
    const { bytes, error } = await answer('page');
    if (error) return port.postMessage({ kind: 'failed', error });
    if (!bytes) return Buffer.concat(pages).toString();
    pages.push(bytes);
  }
};
const row = ['8b0c1c5e-0f5b-5c59-9f0e-0c7d5d1c2001', 'toy.noted', 1, null, '{}', '{}', 0];
const append = async (expected) => {
  port.postMessage({ kind: 'append', batch: 1, appends: [{ stream: 'toy-1', expected, rows: [row] }] });
  const { answers: [one] } = await answer('appended');
  return one.kind;
};
const end = () => { port.postMessage({ kind: 'ended', report: { status: 'finished' } }); port.close(); };
({
  read: async () => { for (const file of [0, 1, 0]) told(await read(file, Math.random())); end(); },
  append: async () => { told([await append('no-stream'), await append('no-stream'), await append(5)]); end(); },
  forget: async () => { port.postMessage({ kind: 'told', findings: [], progress: { phase: 'reading', done: 1, total: 2 } }); told((await answer('destroyed')).subject); end(); },
  die: async () => { throw new RangeError('of no import'); },
  leave: async () => process.exit(0),
})[workerData.request.correlationId]();
`;

describe('ThreadedImporter', () => {
  const folder = temporaryFolder();
  const thread = join(folder, 'thread.js');
  const store = SqliteEventStore.open(folder, { mode: 'write' });
  const keys = new KeyRing(store, new MasterKey(createSecretKey(randomBytes(32))), fixedClock());
  const importer = new ThreadedImporter({ thread, store, keys, folder, masterKey: randomBytes(32), zone: 'America/New_York' });
  beforeAll(() => writeFileSync(thread, THREAD));
  afterAll(() => store.close());

  const run = async (what: string, files: readonly SourceFile[] = [], progress?: (progress: ImportProgress) => void) => {
    const said: unknown[] = [];
    const request: ImportRequest = { import: newId<ImportId>(), by: 'system', correlationId: what, dryRun: false, files };
    const finding = ({ file }: Finding) => said.push(JSON.parse(file));
    const report = await importer.run(request, { finding, ...(progress && { progress }) });
    return { said, report };
  };

  it('reads out the files as often as asked, from their beginning', async () => {
    const [long, short] = ['x'.repeat(300_000), 'short'];
    const { said, report } = await run('read', [textFile('a.csv', long), textFile('b.csv', short)]);
    expect(said).toEqual([long, short, long]);
    expect(report.status).toBe('finished');
  });

  it('fails as the file does that cannot be read', async () => {
    const torn: SourceFile = {
      name: 'a.csv',
      bytes: 10,
      async *open() {
        yield Buffer.from('head');
        throw new UnreadableSet('a.csv is damaged');
      },
    };
    await expect(run('read', [torn])).rejects.toThrow(UnreadableSet);
  });

  it('writes what is appended: once, and a conflict is one there too', async () => {
    expect((await run('append')).said).toEqual([['appended', 'appended', 'conflict']]);
    expect(await store.readStream('toy-1')).toHaveLength(1);
  });

  it('tells of progress and of keys that are destroyed meanwhile', async () => {
    const student = newId<StudentId>();
    const { said } = await run('forget', [], () => keys.destroyed(student));
    expect(said).toEqual([student]);
  });

  it('fails when the thread dies', async () => {
    await expect(run('die')).rejects.toThrow('of no import');
    await expect(run('leave')).rejects.toThrow('The importing thread ended before the import');
  });
});

it('carries errors from thread to thread', () => {
  const arrived = (error: unknown) => uncarried(structuredClone(carried(error)));
  expect(arrived(new UnreadableSet('torn'))).toBeInstanceOf(UnreadableSet);
  expect(arrived(new StoreUnavailable('full'))).toBeInstanceOf(StoreUnavailable);
  expect(arrived(Object.assign(new Error('gone'), { code: 'ENOENT' }))).toMatchObject({ message: 'gone', code: 'ENOENT' });
  expect(arrived(new RangeError('odd'))).toMatchObject({ name: 'RangeError', message: 'odd' });
  expect(arrived('text')).toMatchObject({ message: 'text' });
});
