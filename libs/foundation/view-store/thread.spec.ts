import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { transformSync } from '@swc/core';
import Sqlite from 'better-sqlite3';
import { temporaryFolder } from '@foundation/testing';
import { ViewsBehind } from './view';
import type { Step } from './verify';
import { ThreadedViewHost } from './view-host';
import type { ViewsWork } from './work';
import { WorkCutShort, workOnViewsInThread } from './work-in-thread';

const project = resolve(__dirname, '../../..');
const folder = temporaryFolder();
const compiled = join(folder, 'compiled');

/** What the build does, for the rooms the thread needs: a worker cannot load TypeScript. */
function compile(room: string): void {
  for (const entry of readdirSync(join(project, room), { withFileTypes: true })) {
    const path = join(room, entry.name);
    if (entry.isDirectory() || !path.endsWith('.ts') || path.endsWith('.spec.ts')) continue;
    const target = join(compiled, path.replace(/\.ts$/, '.js'));
    const source = readFileSync(join(project, path), 'utf8').replaceAll(
      /'@foundation\/([^']+)'/g,
      (_, room: string) => `'${relative(dirname(path), join('libs/foundation', room))}'`,
    );
    const { code } = transformSync(source, {
      swcrc: false,
      jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
      module: { type: 'commonjs' },
    });
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, code);
  }
}

/** A log of lines in a file, growing; a count below zero kills the thread that reads it, once. */
const SET = `
const { readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { notes, totals, history } = require('./libs/foundation/view-store/toy.views.js');
exports.viewSet = {
  views: [notes, totals],
  code: [__filename],
  openSource(folder, masterKey) {
    if (masterKey.length !== 32) throw new RangeError('key');
    const count = () => Number(readFileSync(join(folder, 'count'), 'utf8'));
    const all = history(20000);
    return {
      readAfter(after, limit) {
        if (count() < 0) { writeFileSync(join(folder, 'count'), '20000'); throw new TypeError('unreadable'); }
        return all.slice(Number(after), Math.min(Number(after) + limit, count()));
      },
      head: () => BigInt(Math.max(0, count())),
      close() {},
    };
  },
};`;

describe('ThreadedViewHost', () => {
  const crashes: string[] = [];
  let host: ThreadedViewHost;
  const grow = (count: number) => writeFileSync(join(folder, 'count'), String(count));
  const options = () => ({
    folder,
    thread: join(compiled, 'projector.thread.js'),
    masterKey: new Uint8Array(32),
    onCrash: (error: string) => void crashes.push(error),
  });

  beforeAll(() => {
    ['kernel', 'privacy', 'testing', 'event-store/sqlite', 'view-store'].forEach((room) => compile(join('libs/foundation', room)));
    symlinkSync(join(project, 'node_modules'), join(compiled, 'node_modules'));
    writeFileSync(join(compiled, 'set.js'), SET);
    const view = "require('./libs/foundation/view-store";
    writeFileSync(join(compiled, 'projector.thread.js'), `${view}/project-on-thread').projectOnThread(require('./set').viewSet);`);
    writeFileSync(join(compiled, 'work.thread.js'), `${view}/work-on-thread').workOnThread(require('./set').viewSet);`);
    grow(5000);
  });
  beforeEach(async () => {
    host = new ThreadedViewHost(options());
    await host.start();
  });
  afterEach(() => host.stop());

  const rows = () => host.get<{ n: number }>('SELECT count(*) AS n FROM notes')?.n;

  it('builds, follows and answers queries', async () => {
    await host.waitFor(5000n, 10_000);
    expect(rows()).toBe(5000);
    for (let count = 5001; count <= 5050; count++) {
      grow(count);
      host.wake();
      if (count % 10 === 0) await host.waitFor(BigInt(count));
    }
    expect(rows()).toBe(5050);
    expect(host.status()).toMatchObject({ projector: 'running', ready: true, restarts: 0, purged: 5050n });
    await expect(host.waitFor(5051n, 20)).rejects.toThrow(ViewsBehind);
  });

  it('is started again when it dies, and says of what kind of error', async () => {
    await host.waitFor(5050n, 10_000);
    grow(-1);
    host.wake();
    await host.waitFor(20_000n, 10_000);
    expect(rows()).toBe(20_000);
    expect(host.status()).toMatchObject({ projector: 'running', restarts: 1, lastError: 'SourceUnreadable' });
    expect(crashes).toEqual(['SourceUnreadable']);
  });

  it('builds anew while running when its file is removed', async () => {
    await host.waitFor(20_000n, 10_000);
    const { file = '' } = host.status();
    rmSync(join(folder, file));
    for (let tries = 0; host.status().file === file && tries < 100; tries++) await new Promise((done) => setTimeout(done, 100));
    expect(host.status().file).not.toBe(file);
    expect(rows()).toBe(20_000);
    expect(readdirSync(folder).filter((name) => name.endsWith('.sqlite'))).toEqual([host.status().file]);
  });

  const work = (kind: ViewsWork, onStep: (step: Step) => void, signal = new AbortController().signal) =>
    workOnViewsInThread({ ...options(), thread: join(compiled, 'work.thread.js'), work: kind }, onStep, signal);
  const viewsFiles = () => readdirSync(folder).filter((name) => name.endsWith('.sqlite'));

  it('is verified and rebuilt beside the projecting thread, which leaves what is built alone; whoever reads notices nothing', async () => {
    await host.waitFor(20_000n, 10_000);
    const { file = '' } = host.status();
    const db = new Sqlite(join(folder, file));
    db.exec('UPDATE notes SET amount = 9 WHERE id = (SELECT max(id) FROM notes)');
    db.close();
    const seen = new Set<unknown>();
    const reading = setInterval(() => {
      try {
        seen.add(rows());
      } catch (error) {
        seen.add(error);
      }
    }, 1);
    const steps: Step[] = [];
    const found = await work('verification', (step) => steps.push(step));
    expect(found).toMatchObject({ kind: 'verified', verified: { file, differences: [{ view: 'notes', table: 'notes' }] } });
    expect(steps.filter(({ phase }) => phase === 'building').at(-1)).toMatchObject({ done: 20_000, total: 20_000, events: 20_000 });
    expect(steps.slice(-2)).toMatchObject([1, 2].map((done) => ({ phase: 'comparing', done, total: 2 })));

    const mended = await work('rebuild', () => undefined);
    expect(mended).toMatchObject({ kind: 'rebuilt', rebuilt: { events: 20_000 } });
    const built = mended.kind === 'rebuilt' ? mended.rebuilt.file : '';
    await host.switchedTo(built);
    clearInterval(reading);
    expect([...seen]).toEqual([20_000]);
    expect(host.get('SELECT count(*) AS wrong FROM notes WHERE amount = 9')).toEqual({ wrong: 0 });
  });

  it('work on them that is stopped leaves the file that serves, and no other', async () => {
    await host.waitFor(20_000n, 10_000);
    const { file = '' } = host.status();
    for (const kind of ['rebuild', 'verification'] as const) {
      const stopping = new AbortController();
      await expect(work(kind, () => stopping.abort(), stopping.signal)).rejects.toThrow(WorkCutShort);
    }
    // Swept away within a second; if they never were, the test would run into its time limit.
    while (viewsFiles().length > 1) await new Promise((done) => setTimeout(done, 50));
    expect([viewsFiles(), rows()]).toEqual([[file], 20_000]);
  });

  it('fails its start when the log cannot be opened', async () => {
    const other = new ThreadedViewHost({ ...options(), masterKey: new Uint8Array(1) });
    await expect(other.start()).rejects.toThrow('The projector did not start: RangeError');
    expect(other.status().projector).toBe('stopped');
  });
});
