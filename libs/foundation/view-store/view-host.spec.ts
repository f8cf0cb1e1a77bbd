import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { type RecordedEvent, START } from '@foundation/kernel';
import { keyDestroyed } from '@foundation/privacy/events';
import { recorded, temporaryFolder } from '@foundation/testing';
import { digestOf } from './digest';
import { fingerprintOf } from './fingerprint';
import { openBuild } from './open-file';
import { openForWriting } from './sqlite';
import { project, sourceOf } from './testing';
import { history, noted, notes, studentAt, totals } from './toy.views';
import { type View, ViewHalted, ViewsBehind } from './view';
import { ViewFiles } from './view-files';
import { InlineViewHost } from './view-host';
import { ViewRuntime } from './view-runtime';
import type { ViewSet } from './view-set';
import { viewsRebuild } from './work';

const views = [notes, totals];
let folder: string;
let log: RecordedEvent[];
let hosts: InlineViewHost[];
const root = temporaryFolder();
let count = 0;

beforeEach(() => {
  folder = join(root, String(count++));
  mkdirSync(folder);
  log = history(50);
  hosts = [];
});
afterEach(async () => {
  for (const host of hosts) await host.stop();
});

async function start(set: readonly View[] = views, code: readonly string[] = []): Promise<InlineViewHost> {
  const host = new InlineViewHost({ folder, views: set, source: sourceOf(log), code });
  hosts.push(host);
  await host.start();
  return host;
}

const served = (host: InlineViewHost) => host.get<{ n: number }>('SELECT count(*) AS n FROM notes')?.n;
const fileNames = () => readdirSync(folder).filter((name) => name.startsWith('views-'));
function servedDigest(host: InlineViewHost, view: string): string {
  const db = new Sqlite(join(folder, host.status().file ?? ''), { readonly: true });
  const digest = digestOf(db, view);
  db.close();
  return digest;
}

describe('a views folder', () => {
  it('is built at the first start and followed', async () => {
    const host = await start();
    expect(served(host)).toBe(50);
    log.push(...history(5, 51));
    host.wake();
    await host.waitFor(55n);
    expect(served(host)).toBe(55);
    expect(host.all('SELECT student FROM totals')).toHaveLength(40);
    expect(host.status()).toMatchObject({ projector: 'running', ready: true, head: 55n, purged: 55n });
    expect(host.position()).toBe(55n);
    expect(host.position('notes')).toBe(55n);
    expect(() => host.position('nothing')).toThrow(TypeError);
  });

  it('goes on from its checkpoint at the next start', async () => {
    const first = await start();
    const { file } = first.status();
    await first.stop();
    log.push(...history(1, 51));
    const second = await start();
    expect(second.status().file).toBe(file);
    expect(served(second)).toBe(51);
  });

  it.each<[string, (file: string) => void]>([
    ['deleted', (file) => rmSync(file)],
    ['empty', (file) => writeFileSync(file, '')],
    ['not a database', (file) => writeFileSync(file, 'x'.repeat(8192))],
    ['truncated', (file) => truncate(file, 8192)],
    ['without its tables', (file) => dropTables(file)],
  ])('builds a file anew that is %s', async (_, damage) => {
    const first = await start();
    const { file = '' } = first.status();
    await first.stop();
    damage(join(folder, file));
    const second = await start();
    expect(served(second)).toBe(50);
    expect(servedDigest(second, 'totals')).toBe(project(totals, log).digest);
    expect(fileNames().filter((name) => name.endsWith('.sqlite'))).toEqual([second.status().file]);
  });

  it('is built anew when a reader meets a damaged page', async () => {
    log.push(...history(3000, 51));
    const host = await start();
    const { file = '' } = host.status();
    await host.stop();
    const again = await start();
    expect(again.status().file).toBe(file);
    const size = statSync(join(folder, file)).size;
    const handle = openSync(join(folder, file), 'r+');
    writeSync(handle, Buffer.alloc(size - 4096, 0xff), 0, size - 4096, 4096);
    closeSync(handle);
    expect(() => again.all('SELECT * FROM notes')).toThrow(ViewsBehind);
    await again.waitFor(3050n);
    expect(served(again)).toBe(3050);
    expect(again.status().file).not.toBe(file);
  });

  it('is built anew when the file is gone before anybody read from it', async () => {
    const host = await start();
    const file = host.status().file ?? '';
    rmSync(join(folder, file));
    expect(() => served(host)).toThrow(ViewsBehind);
    await host.waitFor(50n);
    expect(served(host)).toBe(50);
    expect(host.status().file).not.toBe(file);
  });

  it('is built anew when what another process has built is gone before it was taken up', async () => {
    const host = await start();
    const { file: old = '' } = host.status();
    const files = new ViewFiles(folder);
    const gone = files.next(files.current() ?? { tables: '', code: '' });
    files.point(gone);
    host.wake();
    await host.waitFor(50n);
    expect(served(host)).toBe(50);
    const { file } = host.status();
    expect([old, gone.name]).not.toContain(file);
    expect(files.current()?.name).toBe(file);
    expect(files.list().map(({ name }) => name)).toEqual([file]);
  });

  it('is built anew when the log under it is another one, or an older backup of it', async () => {
    await (await start()).stop();
    log = history(20);
    const restored = await start();
    expect(served(restored)).toBe(20);
    await restored.stop();
    log = history(20).map((_, index) => recorded(noted('other'), { stream: 'another', revision: index }));
    const other = await start();
    expect(other.all<{ note: string }>('SELECT DISTINCT note FROM notes')).toEqual([{ note: 'other' }]);
  });

  it('serves the old file, level with the log, while new code builds the next', async () => {
    log = history(5000);
    const code = join(folder, 'code.js');
    writeFileSync(code, 'one');
    const first = await start(views, [code]);
    const before = first.status().file;
    await first.stop();
    writeFileSync(code, 'two');

    const seen: (readonly [string | undefined, number | undefined, boolean])[] = [];
    class Watching extends InlineViewHost {
      protected override progressed(progress: Parameters<InlineViewHost['progressed']>[0]): void {
        super.progressed(progress);
        if (progress.building && log.length < 5003) log.push(...history(1, log.length + 1));
        seen.push([progress.file, served(this), progress.building !== undefined]);
      }
    }
    const second = new Watching({ folder, views, source: sourceOf(log), code: [code] });
    hosts.push(second);
    await second.start();
    expect(seen.filter(([file, , building]) => file === before && building).map(([, rows]) => rows)).toEqual([
      5000, 5001, 5002, 5003, 5003,
    ]);
    expect(second.status().file).not.toBe(before);
    expect(served(second)).toBe(5003);
    expect(second.status().building).toBeUndefined();
    expect(fileNames()).not.toContain(before);
    expect(new ViewFiles(folder).current()?.name).toBe(second.status().file);
  });

  it('keeps one file when it is closed before its readers have told that they left the old one', async () => {
    const before = await start();
    const old = before.status().file ?? '';
    await before.stop();
    const code = join(folder, 'code.js');
    writeFileSync(code, 'one');
    const runtime = new ViewRuntime(folder, views, fingerprintOf(views, [code]), sourceOf(log));
    while (runtime.advance() === 'busy') expect(runtime.progress.head).toBe(50n);
    expect(fileNames()).toContain(old);
    runtime.close();
    expect(new ViewFiles(folder).list().map(({ name }) => name)).toEqual([new ViewFiles(folder).current()?.name]);
    expect(fileNames()).not.toContain(old);
  });

  it('makes queries wait when the tables have changed', async () => {
    await (await start()).stop();
    const wider: View = {
      ...(notes as View),
      tables: notes.tables.replace('amount INTEGER NOT NULL', 'amount INTEGER NOT NULL DEFAULT 0'),
    };
    const seen: boolean[] = [];
    class Watching extends InlineViewHost {
      protected override progressed(progress: Parameters<InlineViewHost['progressed']>[0]): void {
        super.progressed(progress);
        if (progress.file === undefined) {
          expect(() => this.all('SELECT 1')).toThrow(ViewsBehind);
          seen.push(true);
        }
      }
    }
    const host = new Watching({ folder, views: [wider, totals], source: sourceOf(history(3000)) });
    hosts.push(host);
    await host.start();
    expect(seen.length).toBeGreaterThan(0);
    expect(served(host)).toBe(3000);
  });

  it('takes up a finished build that a kill kept from being named', async () => {
    const host = await start();
    const { file = '' } = host.status();
    await host.stop();
    rmSync(join(folder, 'views.current'));
    const resumed = await start();
    expect(resumed.status().file).toBe(file);
    expect(served(resumed)).toBe(50);
  });

  it('leaves a file that another builder has open, and sweeps away what an interrupted one left', async () => {
    const first = await start();
    const served = first.status().file ?? '';
    const wanted = fingerprintOf(views, []);
    const build = openBuild(new ViewFiles(folder), wanted, views, sourceOf(log), { afresh: true });
    build.step(10);
    log.push(...history(1, 51));
    first.wake();
    expect(fileNames()).toContain(build.file.name);
    // What it holds is beyond this process: no erasure is told as done before it is gone.
    expect(first.status()).toMatchObject({ file: served, purged: 50n });
    const second = openBuild(new ViewFiles(folder), wanted, views, sourceOf(log));
    expect(second.file.generation).toBe(build.file.generation + 1);
    second.close();
    build.close();
    first.wake();
    expect(fileNames().filter((name) => name.endsWith('.sqlite'))).toEqual([served]);
    expect(first.status().purged).toBe(51n);
  });

  it('goes on where an interrupted build stopped', () => {
    const files = new ViewFiles(folder);
    const wanted = fingerprintOf(views, []);
    const build = openBuild(files, wanted, views, sourceOf(log));
    build.step(10);
    build.close();
    const resumed = openBuild(files, wanted, views, sourceOf(log));
    expect(resumed.file).toEqual(build.file);
    expect(resumed.projector.position).toBe(10n);
    resumed.close();
  });

  it('switches to what another process has built, and drops the old', async () => {
    const host = await start();
    const before = host.status().file ?? '';
    const set: ViewSet = { views, code: [], openSource: () => ({ ...sourceOf(log), close: () => undefined }) };
    const { file, events } = viewsRebuild({ folder, set, masterKey: new Uint8Array() });
    expect(events).toBe(50);
    expect(served(host)).toBe(50);
    log.push(...history(2, 51));
    host.wake();
    expect(host.status().file).toBe(file);
    expect(served(host)).toBe(52);
    expect(fileNames().filter((name) => name.startsWith(before))).toEqual([]);
  });
});

describe('waitFor', () => {
  it('resolves when every view is there and gives up after its time', async () => {
    const host = await start();
    await expect(host.waitFor(51n, 20)).rejects.toThrow(ViewsBehind);
    const waiting = host.waitFor(51n);
    log.push(...history(1, 51));
    host.wake();
    await waiting;
  });

  it('names a view that has halted on the way', async () => {
    const host = await start();
    log.push(recorded(noted('Ann Example', -1), { revision: 51, position: 51 }), ...history(1, 52));
    host.wake();
    await host.waitFor(50n);
    await expect(host.waitFor(52n)).rejects.toEqual(new ViewHalted('totals'));
    const { ready, views: states } = host.status();
    expect(ready).toBe(false);
    expect(states).toContainEqual({ view: 'totals', position: 50n, halted: { at: 51n, type: 'toy.noted', reason: 'RangeError' } });
    expect(states).toContainEqual({ view: 'notes', position: 52n });
  });
});

describe('an erasure', () => {
  const secret = /Zwinglefritz/;
  const erase = (student: number, position: number) =>
    recorded(keyDestroyed.of({ subject: studentAt(student), kind: 'student', by: 'system', reason: 'requested' }), {
      stream: `key-${student}`,
      position,
    });
  const traces = () => fileNames().filter((name) => secret.test(readFileSync(join(folder, name)).toString('latin1')));
  const secrets = (count: number, first: number) =>
    Array.from({ length: count }, (_, index) =>
      recorded(noted(`Zwinglefritz ${index} ${'x'.repeat((index * 37) % 150)}`), {
        stream: `secret-${first + index}`,
        position: first + index,
        meta: { student: studentAt(7) },
      }),
    );
  /** A child's rows among others', so that pages split around them. */
  const mixed = () =>
    [...secrets(1500, 1), ...history(3000, 1501).filter(({ meta }) => meta.student !== studentAt(7))]
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .map((event, index) => ({ ...event, position: BigInt(index + 1) }));

  it('leaves no clear text in any views file, and tells when', async () => {
    log = mixed();
    const host = await start();
    expect(traces()).not.toEqual([]);
    const at = BigInt(log.length + 1);
    log.push(erase(7, Number(at)));
    host.wake();
    await host.purged(at);
    expect(traces()).toEqual([]);
    expect(host.status().purged).toBe(at);
    expect(host.get('SELECT count(*) AS n FROM notes WHERE student = ?', studentAt(7))).toEqual({ n: 0 });
  });

  it('waits for a reader in the way', async () => {
    log = mixed();
    const host = await start();
    const reader = new Sqlite(join(folder, host.status().file ?? ''), { readonly: true });
    reader.exec('BEGIN');
    reader.prepare('SELECT count(*) FROM notes').get();
    const at = BigInt(log.length + 1);
    log.push(erase(7, Number(at)));
    host.wake();
    await host.waitFor(at);
    await expect(host.purged(at, 100)).rejects.toThrow(ViewsBehind);
    reader.close();
    await host.purged(at);
    expect(traces()).toEqual([]);
  });

  it('is finished by the next start after a kill between rows and clearing', async () => {
    log = mixed();
    const host = await start();
    const { file = '' } = host.status();
    await host.stop();
    log.push(erase(7, log.length + 1));
    const db = openForWriting(join(folder, file));
    const { Projector } = await import('./projector');
    new Projector(db, views, sourceOf(log)).catchUp();
    expect(db.pragma('user_version', { simple: true })).toBe(1);
    db.close();
    const next = await start();
    await next.purged(BigInt(log.length));
    expect(traces()).toEqual([]);
  });

  it('is not told as done while a halted view keeps its rows', async () => {
    const host = await start();
    log.push(recorded(noted('poison', -1), { revision: 51, position: 51 }), erase(7, 52));
    host.wake();
    await expect(host.purged(52n, 20)).rejects.toThrow(ViewsBehind);
    expect(host.status().purged).toBe(50n);
  });
});

it('is at the start when there is no event', async () => {
  log = [];
  const host = await start();
  await host.waitFor(START);
  expect(served(host)).toBe(0);
});

function truncate(file: string, bytes: number): void {
  const handle = openSync(file, 'r+');
  ftruncateSync(handle, bytes);
  closeSync(handle);
}

function dropTables(file: string): void {
  const db = new Sqlite(file);
  db.exec('DROP TABLE view_checkpoints');
  db.close();
}
