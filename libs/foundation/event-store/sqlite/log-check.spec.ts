import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { newId, type StudentId } from '@foundation/kernel';
import { fixedClock, temporaryFolder } from '@foundation/testing';
import { contextOf, jar, overLog } from '../testing';
import { checkLog } from './log-check';
import { SqliteEventStore } from './sqlite-event-store';

const root = temporaryFolder();
let count = 0;

/** A folder with ten jars of marbles in its log. */
async function jars(): Promise<string> {
  const folder = join(root, String(++count));
  mkdirSync(folder);
  const { store, runner } = overLog(SqliteEventStore.open(folder, { mode: 'write' }), fixedClock());
  for (let n = 0; n < 10; n++) {
    const student = newId<StudentId>();
    await runner.handle(jar, { stream: `jar-${n}`, student }, { kind: 'add', student, counts: [1, 2, 3], note: 'blue' }, contextOf());
  }
  await store.close();
  return folder;
}
const fileOf = (folder: string) => join(folder, 'log.sqlite');
const change = (folder: string, sql: string): void => {
  const db = new Sqlite(fileOf(folder));
  db.exec(sql);
  db.close();
};
const said = (folder: string) => checkLog(fileOf(folder)).damage.map(({ what }) => what);

it('finds nothing on a sound log, and the same digest whoever looks', async () => {
  const folder = await jars();
  const beside = SqliteEventStore.open(folder, { mode: 'write' });
  const checked = checkLog(fileOf(folder));
  await beside.close();
  expect(checked).toMatchObject({ damage: [], events: 40, head: 40n, sums: true, newest: '2026-03-03T14:15:00.000Z' });
  expect(checkLog(fileOf(folder))).toEqual(checked);
});

it('a truncated key stream is no hole; any other missing event is named by its stream', async () => {
  const folder = await jars();
  change(folder, "DELETE FROM events WHERE stream LIKE 'key-%' AND position < 5");
  expect(said(folder)).toEqual([]);
  change(folder, "DELETE FROM events WHERE stream = 'jar-3' AND revision = 1; DELETE FROM events WHERE stream = 'jar-4' AND revision = 0");
  expect(said(folder)).toEqual(['jar-3 lacks 1 of its events', 'jar-4 lacks 1 of its events']);
});

it('an event that was altered by other means is named, without what it says', async () => {
  const folder = await jars();
  change(folder, `UPDATE events SET data = replace(data, '"count":2', '"count":7') WHERE stream = 'jar-5' AND revision = 1`);
  expect(said(folder)).toEqual([expect.stringMatching(/^event \d+ \(jar-5, revision 1\) is not what was written: its checksum differs$/)]);
});

it('the last event is missed', async () => {
  const folder = await jars();
  change(folder, 'DELETE FROM events WHERE position = 40');
  expect(said(folder)).toEqual(['the log ends before its last event, 40']);
  expect(() => SqliteEventStore.open(folder, { mode: 'write' })).toThrow('event 40 is missing');
});

it('what is no log at all is said to be none', async () => {
  const folder = await jars();
  writeFileSync(fileOf(folder), 'not a database, '.repeat(1000));
  expect(said(folder)).toEqual(['the log cannot be read (SQLITE_NOTADB)']);
});

it('a log of the first schema opens, gets its checksums, and says what it said', async () => {
  const folder = await jars();
  const before = checkLog(fileOf(folder));
  change(folder, 'ALTER TABLE events DROP COLUMN sum; UPDATE log SET schema_version = 1');
  const reader = SqliteEventStore.open(folder, { mode: 'read' });
  expect(await reader.head()).toBe(40n);
  await reader.close();
  expect(checkLog(fileOf(folder))).toEqual({ ...before, sums: false });
  await SqliteEventStore.open(folder, { mode: 'write' }).close();
  expect(checkLog(fileOf(folder))).toEqual(before);
});
