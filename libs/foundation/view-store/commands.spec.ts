import { Writable } from 'node:stream';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import type { RecordedEvent } from '@foundation/kernel';
import { recorded, temporaryFolder } from '@foundation/testing';
import { runViewsCommand } from './commands';
import { codeFingerprint, tablesFingerprint } from './fingerprint';
import { BUILD_BATCH } from './projector';
import { sourceOf } from './testing';
import { history, noted, notes, totals } from './toy.views';
import { ViewFiles } from './view-files';
import { viewsRebuild, viewsStatus, viewsVerify, type ViewsWorkDeps } from './work';

const root = temporaryFolder();
let folder: string;
let log: RecordedEvent[];
let code: string;

beforeEach(() => {
  folder = join(root, String(readdirSync(root).length));
  mkdirSync(folder);
  code = join(folder, 'code.js');
  writeFileSync(code, 'one');
  log = history(2500);
});

const deps = (): ViewsWorkDeps => ({
  folder,
  masterKey: new Uint8Array(32),
  set: { views: [notes, totals], code: [code], openSource: () => ({ ...sourceOf(log), close: () => undefined }) },
});

async function run(...argv: string[]): Promise<{ code: number; text: string }> {
  let text = '';
  const out = new Writable({
    write(chunk: Buffer, _, done) {
      text += chunk.toString();
      done();
    },
  });
  return { code: await runViewsCommand(argv, deps, out), text };
}

const change = (sql: string) => {
  const files = new ViewFiles(folder);
  const db = new Sqlite(files.path(files.current() ?? { name: '' }));
  db.exec(sql);
  db.close();
};

describe('views rebuild', () => {
  it('builds the next generation and says from how much', async () => {
    expect(await run('rebuild')).toEqual({
      code: 0,
      text: expect.stringMatching(/^views-\w{8}-\w{8}-1\.sqlite built from 2500 events\n$/),
    });
    expect(viewsRebuild(deps()).file).toMatch(/-2\.sqlite$/);
  });

  it('tells of progress', () => {
    const whole = 2 * BUILD_BATCH + 500;
    log = history(whole);
    const seen: (readonly [number, number, number])[] = [];
    viewsRebuild(deps(), ({ done, total, events }) => seen.push([done, total, events]));
    expect(seen).toEqual([
      [BUILD_BATCH, whole, BUILD_BATCH],
      [2 * BUILD_BATCH, whole, 2 * BUILD_BATCH],
      [whole, whole, whole],
    ]);
  });

  it('fails with a halted view and still serves the others', async () => {
    log.push(recorded(noted('Ann Example', -1), { revision: 2501, position: 2501 }));
    const { code: exit, text } = await run('rebuild');
    expect(exit).toBe(1);
    expect(text).toContain('totals halted');
    const status = await run('status');
    expect(status.code).toBe(1);
    expect(status.text).toMatch(
      /notes {3}position 2501 {2}behind 0 {2}ok {2}views-.* MB\ntotals {2}position 2500 {2}behind 1 {2}HALTED at 2501 \(toy.noted, RangeError\)/,
    );
    expect(status.text).not.toContain('Example');
  });
});

describe('views status', () => {
  it('says when there is nothing yet', async () => {
    expect(await run('status')).toEqual({ code: 0, text: expect.stringContaining('No views file yet') });
  });

  it('says how far each view is and whether the file is of this code', async () => {
    viewsRebuild(deps());
    log.push(...history(3, 2501));
    expect(viewsStatus(deps())).toMatchObject({
      current: true,
      views: [
        { view: 'notes', behind: 3n },
        { view: 'totals', behind: 3n },
      ],
    });
    writeFileSync(code, 'two');
    expect((await run('status')).text).toContain('the next start builds it anew');
  });
});

describe('views verify', () => {
  it('finds the views equal to what the log gives, at the position they are at', async () => {
    viewsRebuild(deps());
    log.push(...history(3, 2501));
    expect((await run('verify')).text).toMatch(/2 views equal what the log gives/);
    expect(viewsVerify(deps()).positions).toEqual(
      new Map([
        ['notes', 2500n],
        ['totals', 2500n],
      ]),
    );
    expect(readdirSync(folder).filter((name) => name.includes('verify'))).toEqual([]);
  });

  it('compares a halted view up to where it stopped', async () => {
    log.splice(1200, 1, recorded(noted('poison', -1), { revision: 1201, position: 1201 }));
    viewsRebuild(deps());
    expect(viewsVerify(deps())).toMatchObject({
      differences: [],
      positions: new Map([
        ['notes', 2500n],
        ['totals', 1200n],
      ]),
    });
  });

  it('names view, table and first row that differ', async () => {
    viewsRebuild(deps());
    change("UPDATE totals SET sum = sum + 1 WHERE student LIKE '%3'; DELETE FROM notes WHERE id = (SELECT max(id) FROM notes)");
    const { code: exit, text } = await run('verify');
    expect(exit).toBe(1);
    expect(text).toContain("totals: table totals differs first at '00000000-0000-4000-8000-000000000003'");
    expect(text).toMatch(/notes: table notes differs first at 'f/);
  });

  it('declines a file that was built by other code', async () => {
    expect((await run('verify')).code).toBe(1);
    viewsRebuild(deps());
    writeFileSync(code, 'two');
    expect(await run('verify')).toEqual({ code: 1, text: expect.stringContaining('built by other code') });
  });
});

it('explains itself on a wrong word', async () => {
  const { code: exit, text } = await run('rebuidl');
  expect(exit).toBe(1);
  expect(text).toContain("unknown command 'rebuidl'");
});

describe('fingerprints', () => {
  it('change with the tables and with the code, not with white space, specs or queries', () => {
    const spaced = { ...notes, tables: notes.tables.replaceAll(' ', '\n ') };
    expect(tablesFingerprint([spaced])).toBe(tablesFingerprint([notes]));
    expect(tablesFingerprint([notes, totals])).not.toBe(tablesFingerprint([notes]));
    const room = join(folder, 'room');
    mkdirSync(join(room, 'inner'), { recursive: true });
    writeFileSync(join(room, 'a.projection.ts'), 'a');
    const before = codeFingerprint([room]);
    writeFileSync(join(room, 'a.query.ts'), 'q');
    writeFileSync(join(room, 'a.spec.ts'), 's');
    writeFileSync(join(room, 'README.md'), 'r');
    expect(codeFingerprint([room])).toBe(before);
    writeFileSync(join(room, 'inner', 'b.js'), 'b');
    expect(codeFingerprint([room])).not.toBe(before);
    expect(() => codeFingerprint([join(folder, 'missing')])).toThrow('ENOENT');
  });
});
