import { appendFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { EventOpener, SqliteEventStore } from '@foundation/event-store';
import { contextOf, jar, overLog, toyCatalogue, toyMasterKey } from '@foundation/event-store/testing';
import { newId, type StudentId } from '@foundation/kernel';
import { Erasure, ErasureRegister, keyStream, SyncKeyRing } from '@foundation/privacy';
import { fixedClock, temporaryFolder } from '@foundation/testing';
import type { View, ViewSet } from '@foundation/view-store';
import { examine, MANIFEST, readManifest, restoreBackup, takeBackup } from '.';

/** What each jar of the log says, as a view. */
const said: View = {
  name: 'said',
  tables: 'CREATE TABLE said (id TEXT PRIMARY KEY, note TEXT) WITHOUT ROWID;',
  project(db) {
    const insert = db.prepare('INSERT INTO said (id, note) VALUES (?, ?) ON CONFLICT DO NOTHING');
    return { 'toy.marbles-added': ({ id, data }) => void insert.run(id, (data as { note: string }).note) };
  },
};
const setOf = (...views: View[]): ViewSet => ({
  views,
  code: [__filename],
  openSource(folder) {
    const store = SqliteEventStore.open(folder, { mode: 'read' });
    const opener = new EventOpener(toyCatalogue(), new SyncKeyRing((stream) => store.readStreamSync(stream), toyMasterKey()));
    return {
      readAfter: (after, limit) => store.readAllSync({ after, limit }).map((event) => opener.open(event)),
      head: () => store.headSync(),
      close: () => void store.close(),
    };
  },
});
const viewSet = setOf(said);

const root = temporaryFolder();
const clock = fixedClock();
const master = toyMasterKey();
const environment = { THROUGHLINE_MASTER_KEY: master.secret.export().toString('base64') };
let count = 0;
const fresh = () => join(root, String(++count));

/** A folder with two jars in its log, and who they are about. */
async function folderOfJars(): Promise<{ readonly data: string; readonly sam: StudentId; readonly ben: StudentId }> {
  const data = fresh();
  mkdirSync(data, { mode: 0o700 });
  const { store, runner } = overLog(SqliteEventStore.open(data, { mode: 'write' }), clock);
  const [sam, ben] = [newId<StudentId>(), newId<StudentId>()];
  for (const student of [sam, ben])
    await runner.handle(jar, { stream: `jar-${student}`, student }, { kind: 'add', student, counts: [3], note: 'blue ones' }, contextOf());
  await store.close();
  return { data, sam, ben };
}

/** Destroys the child's key in the log; the register beside it is another one, as after a kill in between. */
async function destroyKey(data: string, student: StudentId, register = join(root, 'elsewhere.jsonl')): Promise<void> {
  const { store, keys } = overLog(SqliteEventStore.open(data, { mode: 'write' }), clock);
  await new Erasure(store, keys, new ErasureRegister(register), clock).erase(student, 'student', 'system', 'requested');
  await store.close();
}
const backup = (data: string, to = fresh(), set = viewSet) =>
  takeBackup({ data, to, master, viewSet: set, clock, version: '9.9.9' }).then((manifest) => ({ to, manifest }));
const restore = (from: string, data = fresh(), register?: string) =>
  restoreBackup({ from, data, master, viewSet, clock, newestRegister: async () => register }).then((restored) => ({ data, restored }));
async function findings(data: string) {
  const found = [];
  for await (const finding of examine({ data, environment, viewSet, clock })) found.push(finding);
  return found;
}
const findingOf = async (data: string, about: string) => (await findings(data)).find((one) => one.about === about && one.state !== 'ok');

describe('a backup', () => {
  it('says what it holds and what was proved of it', async () => {
    const { data } = await folderOfJars();
    const { to, manifest } = await backup(data);
    expect(readManifest(to)).toEqual({ format: 1, ...manifest });
    expect(manifest).toMatchObject({
      version: '9.9.9',
      log: { position: '4', events: 4 },
      keys: { masterKey: master.id, present: 2, destroyed: 0 },
      views: { rows: 2 },
    });
    expect(Object.keys(manifest.files).sort()).toEqual(['erasures.jsonl', 'log.sqlite']);
    expect(readdirSync(to).sort()).toEqual(['backup.json', 'erasures.jsonl', 'log.sqlite']);
  });

  it('its register knows every erasure that its log knows, though the one beside the log was cut short', async () => {
    const { data, sam, ben } = await folderOfJars();
    await destroyKey(data, sam);
    writeFileSync(join(data, 'erasures.jsonl'), `{"student":"${ben}","at":"2026-03-03T14:15:00.000Z"}\n{"student":"`);
    const { to } = await backup(data);
    const subjects = new ErasureRegister(join(to, 'erasures.jsonl')).entries().map(({ subject }) => subject);
    expect(new Set(subjects)).toEqual(new Set([sam, ben]));
  });

  it('is none when a view cannot be built, when the log is damaged, or when there is no record', async () => {
    const { data, sam } = await folderOfJars();
    const failing: View = {
      ...said,
      project: () => ({
        'toy.marbles-added': () => {
          throw new RangeError('no');
        },
      }),
    };
    const to = fresh();
    await expect(backup(data, to, setOf(failing))).rejects.toThrow('The view said cannot be built');
    expect(existsSync(join(to, MANIFEST))).toBe(false);
    await expect(restore(to)).rejects.toThrow('holds no finished backup');
    await expect(backup(data, to)).rejects.toThrow('holds what a backup left that was cut short');
    await expect(backup(fresh())).rejects.toThrow('There is no record');

    const moved = new Sqlite(join(data, 'log.sqlite'));
    const wrapped = JSON.stringify({ subject: sam, kind: 'student', wrapped: 'A'.repeat(80), masterKey: master.id });
    moved.prepare('UPDATE events SET data = ? WHERE stream = ?').run(wrapped, keyStream(sam));
    moved.close();
    await expect(backup(data)).rejects.toThrow('The log is damaged');
  });

  it.each([
    ['{', 'is damaged'],
    ['{"format":2}', 'made by a newer Throughline'],
    ['{"format":1}', 'is damaged'],
  ])('whose manifest is %s is refused', async (text, why) => {
    const { data } = await folderOfJars();
    const { to } = await backup(data);
    writeFileSync(join(to, MANIFEST), text);
    await expect(restore(to)).rejects.toThrow(why);
  });

  it('cannot name a file outside its folder', async () => {
    const { data } = await folderOfJars();
    const { to } = await backup(data);
    const text = readFileSync(join(to, MANIFEST), 'utf8');
    for (const name of ['../outside', '/etc/outside', 'imports/../../outside']) {
      writeFileSync(join(to, MANIFEST), text.replace('"erasures.jsonl"', JSON.stringify(name)));
      await expect(restore(to)).rejects.toThrow('is damaged');
    }
  });
});

describe('a restore', () => {
  it('gives the same log, and the views are there', async () => {
    const { data } = await folderOfJars();
    const { to, manifest } = await backup(data);
    const restored = await restore(to);
    const again = await backup(restored.data);
    expect(again.manifest.log).toEqual(manifest.log);
    expect(again.manifest.views).toEqual(manifest.views);
    expect((await findings(restored.data)).filter(({ state }) => state === 'FAIL')).toEqual([]);
  });

  it('erases again by its own register and by a newer one', async () => {
    const { data, sam, ben } = await folderOfJars();
    const older = await backup(data);
    const register = join(data, 'erasures.jsonl');
    await destroyKey(data, sam, register);
    await destroyKey(data, ben, register);
    const { data: into, restored } = await restore(older.to, fresh(), register);
    expect(restored.erasedAgain).toBe(2);
    const { store, runner } = overLog(SqliteEventStore.open(into, { mode: 'write' }), clock);
    expect((await runner.load(jar, `jar-${sam}`)).state.notes).toEqual(['[erased]']);
    await store.close();
    await expect(restore(older.to, fresh(), join(root, 'no-such.jsonl'))).rejects.toThrow('There is no file');
  });

  it('one that was cut short is begun anew, and its folder can be neither backed up nor called sound', async () => {
    const { data } = await folderOfJars();
    const { to } = await backup(data);
    const into = fresh();
    mkdirSync(into);
    cpSync(data, into, { recursive: true });
    appendFileSync(join(into, 'restore.unfinished'), to);
    await expect(backup(into)).rejects.toThrow('was not finished');
    expect(await findingOf(into, 'restore')).toMatchObject({ state: 'FAIL' });
    await restore(to, into);
    expect(await findingOf(into, 'restore')).toBeUndefined();
  });
});

describe('doctor', () => {
  it('names an erasure that is not finished', async () => {
    const { data, sam } = await folderOfJars();
    expect(await findingOf(data, 'erasures')).toMatchObject({ state: 'warn', says: 'the register is missing' });
    new ErasureRegister(join(data, 'erasures.jsonl')).make();
    expect(await findingOf(data, 'erasures')).toBeUndefined();
    await destroyKey(data, sam);
    expect(await findingOf(data, 'erasures')).toMatchObject({ state: 'warn', says: '1 are not finished' });
  });

  it('names a damaged record of reads and a folder that was never backed up, or long ago', async () => {
    const { data } = await folderOfJars();
    writeFileSync(join(data, 'reads.sqlite'), 'no database '.repeat(1000));
    expect(await findingOf(data, 'reads')).toMatchObject({ state: 'FAIL', says: expect.stringContaining('SQLITE_NOTADB') });
    expect(await findingOf(data, 'backup')).toMatchObject({ state: 'warn', says: 'none was ever taken of this folder' });
    rmSync(join(data, 'reads.sqlite'));
    await backup(data);
    expect(await findingOf(data, 'backup')).toBeUndefined();
    clock.advance(8 * 86_400_000);
    expect(await findingOf(data, 'backup')).toMatchObject({ state: 'warn' });
    clock.advance(-8 * 86_400_000);
  });

  it('names a folder that is not there, and one without a record', async () => {
    expect(await findings(join(root, 'nowhere'))).toEqual([expect.objectContaining({ about: 'folder', state: 'FAIL' })]);
    const empty = fresh();
    mkdirSync(empty, { mode: 0o700 });
    expect(await findingOf(empty, 'log')).toMatchObject({ state: 'warn', says: 'there is no record yet' });
  });
});
