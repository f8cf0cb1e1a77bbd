import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { FolderInUse, NewerLog, SqliteEventStore, StoreUnavailable, WrongExpectedRevision } from '@foundation/event-store';
import { START } from '@foundation/kernel';
import { temporaryFolder } from '@foundation/testing';
import { startNode } from '../support/children';
import { newStream, sealedEvents } from '../support/sealed-events';
import { eventStoreContract } from './event-store.contract';

const contractFolder = temporaryFolder();
eventStoreContract('SqliteEventStore', async () => {
  const folder = join(contractFolder, 'not', 'yet', 'there');
  let store = SqliteEventStore.open(folder, { mode: 'write' });
  return {
    store,
    reopen: async () => {
      await store.close();
      store = SqliteEventStore.open(folder, { mode: 'write' });
      return store;
    },
    close: () => store.close(),
  };
});

const require_ = (name: string) => JSON.stringify(require.resolve(name));
const child = join(__dirname, '../support/ts-child.js');

describe('SqliteEventStore', () => {
  let folder: string;
  let store: SqliteEventStore;
  const root = temporaryFolder();
  let count = 0;
  beforeEach(() => {
    folder = join(root, String(++count));
    store = SqliteEventStore.open(folder, { mode: 'write' });
  });
  afterEach(() => store.close());

  const onDisk = (text: string) =>
    readdirSync(folder).filter((file) => file.startsWith('log.') && readFileSync(join(folder, file)).includes(text));

  describe('the folder', () => {
    it('refuses a second writer in this process, at once and with who and what to do', () => {
      expect(() => SqliteEventStore.open(folder, { mode: 'write' })).toThrow(FolderInUse);
      expect(() => SqliteEventStore.open(folder, { mode: 'write' })).toThrow(
        `Another Throughline (process ${process.pid}) is already running on the data folder ${folder}. Only one may write there. Stop the other one, or start this one on another folder (THROUGHLINE_DATA).`,
      );
    });

    it('refuses a second process while the first one lives', () => {
      const script = `try { new (require(${require_('better-sqlite3')}))(${JSON.stringify(join(folder, 'lock.sqlite'))}, { timeout: 0 }).exec('BEGIN EXCLUSIVE'); console.log('taken'); } catch (error) { console.log(error.code); }`;
      expect(spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' }).stdout.trim()).toBe('SQLITE_BUSY');
    });

    it('names the process that holds it, and is free as soon as that one is killed', async () => {
      await store.close();
      const holder = startNode([child, join(__dirname, '../support/holding-child.ts'), folder]);
      await once(holder.stdout, 'data');
      expect(() => SqliteEventStore.open(folder, { mode: 'write' })).toThrow(`(process ${holder.pid})`);
      holder.kill('SIGKILL');
      await once(holder, 'exit');
      store = SqliteEventStore.open(folder, { mode: 'write' });
      expect(await store.head()).toBe(START);
    });

    it('is released by close, and close may be called twice', async () => {
      await store.close();
      await store.close();
      store = SqliteEventStore.open(folder, { mode: 'write' });
    });

    it('refuses a log that a newer version wrote, and lets go of the folder', async () => {
      await store.close();
      const db = new Sqlite(join(folder, 'log.sqlite'));
      db.exec('UPDATE log SET schema_version = 99');
      expect(() => SqliteEventStore.open(folder, { mode: 'write' })).toThrow(NewerLog);
      db.exec('UPDATE log SET schema_version = 1');
      db.close();
      store = SqliteEventStore.open(folder, { mode: 'write' });
    });
  });

  describe('a reader beside the writer', () => {
    it('sees what was committed, is told of what comes, and cannot write', async () => {
      await store.append(newStream(), 'no-stream', sealedEvents(2));
      const reader = SqliteEventStore.open(folder, { mode: 'read' });
      expect(reader.logId).toBe(store.logId);
      expect(reader.readAllSync({ after: START, limit: 10 })).toEqual(store.readAllSync({ after: START, limit: 10 }));
      const seen: string[] = [];
      const { ended, stop } = reader.subscribe(START, (delivery) => {
        seen.push(delivery.kind);
        if (seen.length === 4) stop();
      });
      await new Promise((resolve) => setTimeout(resolve, 20));
      await store.append(newStream(), 'no-stream', sealedEvents(1));
      await ended;
      expect(seen).toEqual(['event', 'event', 'caught-up', 'event']);
      expect(reader.headSync()).toBe(3n);
      await expect(reader.append(newStream(), 'no-stream', sealedEvents(1))).rejects.toThrow(StoreUnavailable);
      await expect(reader.truncateBefore('key-x', 1)).rejects.toThrow(StoreUnavailable);
      await reader.close();
    });

    it('opens when no writer is there, and finds no log in an empty folder', async () => {
      await store.append(newStream(), 'no-stream', sealedEvents(2));
      await store.close();
      const reader = SqliteEventStore.open(folder, { mode: 'read' });
      expect(reader.headSync()).toBe(2n);
      await reader.close();
      expect(() => SqliteEventStore.open(join(root, 'empty'), { mode: 'read' })).toThrow();
      store = SqliteEventStore.open(folder, { mode: 'write' });
    });
  });

  describe('group commit', () => {
    it('commits the appends of one turn together and tells the listeners once', async () => {
      const heads: bigint[] = [];
      const end = store.onCommitted((head) => heads.push(head));
      await Promise.all(Array.from({ length: 50 }, () => store.append(newStream(), 'no-stream', sealedEvents(2))));
      expect(heads).toEqual([100n]);
      await store.append(newStream(), 'no-stream', sealedEvents(1));
      expect(heads).toEqual([100n, 101n]);
      end();
      await store.append(newStream(), 'no-stream', sealedEvents(1));
      expect(heads).toHaveLength(2);
    });

    it('judges each append on its own, and appends to one stream see each other', async () => {
      const stream = newStream();
      const events = sealedEvents(2);
      const heads: bigint[] = [];
      store.onCommitted((head) => heads.push(head));
      const outcomes = await Promise.allSettled([
        store.append(stream, 'no-stream', events),
        store.append(stream, 'no-stream', sealedEvents(1)),
        store.append(stream, 1, sealedEvents(1)),
        store.append(stream, 'no-stream', events),
        store.append(stream, 2, sealedEvents(1)),
      ]);
      expect(outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : (outcome.reason as Error).constructor))).toEqual([
        { revision: 1, position: 2n, repeated: false },
        WrongExpectedRevision,
        { revision: 2, position: 3n, repeated: false },
        { revision: 1, position: 2n, repeated: true },
        { revision: 3, position: 4n, repeated: false },
      ]);
      expect(heads).toEqual([4n]);
    });

    it('tells nobody when nothing was added', async () => {
      const events = sealedEvents(1);
      const stream = newStream();
      await store.append(stream, 'no-stream', events);
      const heads: bigint[] = [];
      store.onCommitted((head) => heads.push(head));
      await store.append(stream, 'no-stream', events);
      await expect(store.append(stream, 'no-stream', sealedEvents(1))).rejects.toThrow(WrongExpectedRevision);
      expect(heads).toEqual([]);
    });

    it('takes thousands at once, in several groups', async () => {
      const answers = await Promise.all(Array.from({ length: 2500 }, () => store.append(newStream(), 'no-stream', sealedEvents(1))));
      expect(new Set(answers.map((answer) => answer.position)).size).toBe(2500);
    });

    it('commits what waits when it is closed, and then refuses', async () => {
      const waiting = store.append(newStream(), 'no-stream', sealedEvents(1));
      await store.close();
      await expect(waiting).resolves.toMatchObject({ revision: 0 });
      await expect(store.append(newStream(), 'no-stream', sealedEvents(1))).rejects.toThrow(StoreUnavailable);
    });
  });

  it('rejects the whole group when the disk is full, and writes again as soon as there is room', async () => {
    const stream = newStream();
    await store.append(stream, 'no-stream', sealedEvents(1));
    const limit = (pages: number) => store['db'].pragma(`max_page_count = ${pages}`);
    limit(1);
    const big = sealedEvents(1, { text: 'x'.repeat(500_000) });
    const outcomes = await Promise.allSettled([store.append(stream, 0, sealedEvents(1)), store.append(newStream(), 'no-stream', big)]);
    for (const outcome of outcomes) expect((outcome as PromiseRejectedResult).reason).toBeInstanceOf(StoreUnavailable);
    expect(await store.readStream(stream)).toHaveLength(1);
    await expect(store.append(newStream(), 'no-stream', big)).rejects.toThrow(StoreUnavailable);
    limit(1_000_000);
    await expect(store.append(stream, 0, sealedEvents(1))).resolves.toMatchObject({ revision: 1, position: 2n });
    await expect(store.append(newStream(), 'no-stream', big)).resolves.toMatchObject({ revision: 0, position: 3n });
  });

  it('leaves no byte of a truncated event in the folder, though a reader holds the log open', async () => {
    const stream = newStream('key');
    const secret = 'SECRET-OF-THE-KEY-'.repeat(400);
    const reader = SqliteEventStore.open(folder, { mode: 'read' });
    await store.append(stream, 'no-stream', sealedEvents(1, { text: secret }));
    await store.append(stream, 0, sealedEvents(1));
    expect(reader.readStreamSync(stream)).toHaveLength(2);
    expect(onDisk('SECRET-OF-THE-KEY-')).not.toEqual([]);
    await store.truncateBefore(stream, 99);
    expect(onDisk('SECRET-OF-THE-KEY-')).toEqual([]);
    expect(reader.readStreamSync(stream).map((event) => event.revision)).toEqual([1]);
    expect(reader.readAllSync({ after: START, limit: 10 }).map((event) => event.position)).toEqual([2n]);
    await reader.close();
  });

  it('truncates beside a reader in the midst of a page, and clears the bytes when that one is done', async () => {
    const stream = newStream('key');
    await store.append(stream, 'no-stream', sealedEvents(1, { text: 'SECRET-OF-THE-KEY-' }));
    await store.append(stream, 0, sealedEvents(1));
    const reader = new Sqlite(join(folder, 'log.sqlite'), { readonly: true });
    reader.exec('BEGIN');
    reader.prepare('SELECT * FROM events').all();
    const truncated = store.truncateBefore(stream, 1);
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect(onDisk('SECRET-OF-THE-KEY-')).not.toEqual([]);
    await store.append(newStream(), 'no-stream', sealedEvents(1));
    reader.exec('COMMIT');
    await truncated;
    expect(onDisk('SECRET-OF-THE-KEY-')).toEqual([]);
    reader.close();
  });

  it('names the types it holds, each once', async () => {
    expect(store.distinctTypes()).toEqual([]);
    for (const type of ['b.two', 'a.one', 'b.two', 'c.three']) await store.append(newStream(), 'no-stream', sealedEvents(2, { type }));
    expect(store.distinctTypes()).toEqual(['a.one', 'b.two', 'c.three']);
  });

  it('walks indexes, whatever is asked', () => {
    const plan = (sql: string, parameters: readonly unknown[]) =>
      store['db']
        .prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
        .all(...parameters)
        .map((step) => step.detail)
        .join('; ');
    const reader = store['reader'];
    reader.all({ after: START, limit: 1, types: ['a', 'b', 'c'] });
    const several = reader['byTypes'].get(3)!;
    expect(plan(several.source, ['a', 0, 'b', 0, 'c', 0, 1])).not.toMatch(/TEMP B-TREE|SCAN events/);
    expect(plan(reader['byStudentAndType'].source, ['s', '[]', 0, 1])).not.toMatch(/TEMP B-TREE|SCAN events/);
    expect(plan(reader['byStudent'].source, ['s', 0, 1])).not.toMatch(/TEMP B-TREE|SCAN events/);
    expect(plan(reader['byStream'].source, ['s', 0])).not.toMatch(/TEMP B-TREE|SCAN events/);
  });

  it('loses nothing acknowledged when it is killed in the midst of appends', async () => {
    await store.close();
    for (let round = 0; round < 4; round++) {
      const writer = startNode([child, join(__dirname, '../support/appending-child.ts'), folder]);
      let said = '';
      writer.stdout.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        if (said.length > 20_000 * (round + 1)) writer.kill('SIGKILL');
      });
      await once(writer, 'close');
      const acknowledged = said.split('\n').slice(0, -1);
      expect(acknowledged.length).toBeGreaterThan(100);
      store = SqliteEventStore.open(folder, { mode: 'write' });
      const places = new Map(
        store.readAllSync({ after: START, limit: 1_000_000 }).map((event) => [`${event.stream} ${event.revision}`, event]),
      );
      for (const line of acknowledged) {
        const [stream, revision, position] = line.split(' ');
        expect(String(places.get(`${stream} ${revision}`)?.position)).toBe(position);
      }
      for (const stream of new Set(acknowledged.map((line) => line.split(' ')[0]!))) {
        const revisions = store.readStreamSync(stream).map((event) => event.revision);
        expect(revisions).toEqual(revisions.map((_, n) => n));
      }
      expect(store['db'].pragma('integrity_check', { simple: true })).toBe('ok');
      await store.close();
      expect(existsSync(join(folder, 'log.sqlite-wal'))).toBe(false);
    }
  });
});
