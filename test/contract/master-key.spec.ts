import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type EventStore, LOG_FILE, Mirror, MirrorLog, SqliteEventStore } from '@foundation/event-store';
import { EventStoreDbEventStore } from '@foundation/event-store/eventstoredb';
import { InProcessJobQueue } from '@foundation/jobs';
import { type ImportId, newId, START, type StaffId, type StudentId } from '@foundation/kernel';
import { rotateMasterKey } from '@foundation/operations';
import {
  createMasterKey,
  DESTROYED,
  Erasure,
  ErasureRegister,
  FINGERPRINT_STREAM,
  KeyRing,
  keyStream,
  type MasterKey,
  readMasterKey,
  WrongMasterKey,
} from '@foundation/privacy';
import { exported } from '@foundation/event-store/testing';
import { fixedClock, temporaryFolder } from '@foundation/testing';
import { type Importer, ImportReports, QueuedImports, runImport, textFile } from '@exchange/rostering';
import { runCommand } from '../support/commands';
import { StandInCluster } from '../faults/stand-in';

const root = temporaryFolder();
const clock = fixedClock();
let count = 0;
let data: string;
let cluster: StandInCluster;
let store: EventStoreDbEventStore;

beforeEach(async () => {
  data = join(root, String(++count));
  mkdirSync(data);
  createMasterKey(join(data, 'master.key'));
  cluster = await StandInCluster.start(1);
  store = await EventStoreDbEventStore.open(cluster.connectionString);
});
afterEach(async () => {
  await store.close();
  await cluster.stop();
});

const present = (): MasterKey => readMasterKey(join(data, 'master.key'), {})!;
const ringOf = (master = present(), of: EventStore = store) => new KeyRing(of, master, clock);
const rotate = (on: EventStore = store) => rotateMasterKey({ data, cluster: on, environment: {}, clock });
const erase = (subject: string) =>
  new Erasure(store, ringOf(), new ErasureRegister(join(data, 'erasures.jsonl')), clock).erase(subject, 'student', 'system', 'requested');

/** Everything that `$all` hands out, truncated or not. */
const handedOut = () =>
  cluster.log.events.filter(({ stream }) => stream.startsWith('key-')).map(({ data: bytes }) => Buffer.from(bytes).toString());

async function someKeys() {
  const ring = ringOf();
  await ring.fingerprintKey();
  const subjects = { sam: newId<StudentId>(), ben: newId<StudentId>(), ana: newId<StaffId>() };
  await ring.keyFor(subjects.ben, 'student');
  const keys = {
    fingerprints: exported(await ring.fingerprintKey()),
    sam: exported(await ring.keyFor(subjects.sam, 'student')),
    ana: exported(await ring.keyFor(subjects.ana, 'staff')),
  };
  const { position } = await erase(subjects.ben);
  return { ...subjects, keys, position };
}

async function openedBy(master: MasterKey, { sam, ana }: { sam: StudentId; ana: StaffId }, of: EventStore = store) {
  const ring = ringOf(master, of);
  await ring.checkMasterKey();
  return {
    fingerprints: exported(await ring.fingerprintKey()),
    sam: exported(await ring.find(sam)),
    ana: exported(await ring.find(ana)),
  };
}

/** What the record says of master keys that open nothing any more. */
const retired = async () => (await store.readStream('master-keys')).map(({ data: of }) => of);

/** The log for as long as so many writes go through; the next one is cut short before or after the server has it. */
function cutShort(whole: EventStore, writes: number, when: 'before' | 'after'): EventStore {
  let left = writes;
  const cutting = async <T>(write: () => Promise<T>): Promise<T> => {
    const cut = left-- <= 0;
    if (cut && when === 'before') throw new Error('killed');
    const done = await write();
    if (cut) throw new Error('killed');
    return done;
  };
  return Object.assign(Object.create(whole) as EventStore, {
    append: (...given: Parameters<EventStore['append']>) => cutting(() => whole.append(...given)),
    truncateBefore: (...given: Parameters<EventStore['truncateBefore']>) => cutting(() => whole.truncateBefore(...given)),
    readStream: (...given: Parameters<EventStore['readStream']>) => whole.readStream(...given),
    readAll: (...given: Parameters<EventStore['readAll']>) => whole.readAll(...given),
    readCurrent: (...given: Parameters<EventStore['readCurrent']>) => whole.readCurrent(...given),
    head: () => whole.head(),
  });
}

/** A node's copy of the log, made from nothing. */
async function copyOf(folder: string): Promise<SqliteEventStore> {
  const log = MirrorLog.open(folder, store.logId);
  const head = await store.head();
  const mirror = await Mirror.start(store, log);
  while (log.head < head) await pause(2);
  await mirror.stop();
  log.close();
  return SqliteEventStore.open(folder, { mode: 'read' });
}

describe('An erasure in a cluster', () => {
  it('takes the key from every copy of the log that meets it, though the server goes on handing it out', async () => {
    const { ben, sam, position } = await someKeys();
    const destroyed = handedOut().filter((text) => text.includes(ben) && text.includes('wrapped'));
    expect(destroyed).toHaveLength(1);
    const { wrapped } = JSON.parse(destroyed[0]!) as { wrapped: string };

    const copy = await copyOf(join(data, 'copy'));
    expect(copy.readStreamSync(keyStream(ben)).map(({ type, position: at }) => [type, at])).toEqual([['privacy.key-destroyed', position]]);
    expect(await ringOf(present(), copy).find(ben)).toBe(DESTROYED);
    expect(readFileSync(join(data, 'copy', LOG_FILE)).includes(wrapped)).toBe(false);
    expect(await ringOf(present(), copy).find(sam)).not.toBe(DESTROYED);
    await copy.close();

    cluster.log.scavenge();
    expect(handedOut().filter((text) => text.includes(wrapped))).toEqual([]);
    expect(await ringOf().find(ben)).toBe(DESTROYED);
  });

  it('is there again when the server was put back to before it: the register repeats it', async () => {
    const { ben, position } = await someKeys();
    await store.close();
    await cluster.restoreTo(position - 1n);
    store = await EventStoreDbEventStore.open(cluster.connectionString);
    expect(await ringOf().find(ben)).not.toBe(DESTROYED);
    const register = new ErasureRegister(join(data, 'erasures.jsonl'));
    expect(await new Erasure(store, ringOf(), register, clock).resumeErasures()).toBe(1);
    expect(await ringOf().find(ben)).toBe(DESTROYED);
    expect(await store.readStream(keyStream(ben))).toHaveLength(1);
  });
});

describe('A change of the master key of a cluster', () => {
  it('leaves every key to the new one and nothing to the old one, and the record names the moment', async () => {
    const { keys, ben, ...who } = await someKeys();
    const old = present();
    const { to, wrapped } = await rotate();
    expect([to, wrapped]).toEqual([present().id, 2]);
    expect(await openedBy(present(), who)).toEqual(keys);
    await expect(ringOf(old).checkMasterKey()).rejects.toThrow(WrongMasterKey);
    for (const subject of Object.values(who).filter((value) => typeof value === 'string'))
      await expect(ringOf(old).find(subject)).rejects.toThrow(WrongMasterKey);
    await expect(ringOf(old).fingerprintKey()).rejects.toThrow(WrongMasterKey);
    expect(await ringOf().find(ben)).toBe(DESTROYED);

    expect(await retired()).toEqual([{ masterKey: old.id, by: to }]);
    const [moment] = await store.readStream('master-keys');
    const wraps = await store.readAll({ after: START, limit: 100, types: ['privacy.key-rewrapped', 'privacy.fingerprint-key-wrapped'] });
    expect(wraps.every(({ position }) => position < moment!.position)).toBe(true);
    expect(moment!.meta.recordedAt).toBe(clock.now());

    const old_ = `"masterKey":"${old.id}"`;
    expect(handedOut().filter((text) => text.includes(old_))).toHaveLength(4);
    cluster.log.scavenge();
    expect(handedOut().filter((text) => text.includes(old_))).toEqual([]);
    expect(await openedBy(present(), who)).toEqual(keys);
  });

  it('may follow another one at once, whatever the server still hands out', async () => {
    const { keys, ...who } = await someKeys();
    const first = present().id;
    await rotate();
    const second = present().id;
    expect((await rotate()).wrapped).toBe(2);
    expect(await openedBy(present(), who)).toEqual(keys);
    expect(await retired()).toEqual([
      { masterKey: first, by: second },
      { masterKey: second, by: present().id },
    ]);
  });

  it('leaves a roster that waits for a worker to the new one too, by the command line', async () => {
    await someKeys();
    const exports = join(data, 'shared');
    const queue = new InProcessJobQueue([runImport]);
    const begun = newId<ImportId>();
    const parts = { queue, reports: new ImportReports(join(exports, 'imports')), folder: join(exports, 'imports') };
    const counts = { created: 1, changed: 0, unchanged: 0, left: 0, refused: 0, warnings: 0 };
    const taken: string[] = [];
    const importer: Importer = {
      run: async ({ import: id, files }) => {
        taken.push(...files.map(({ name }) => name));
        return { import: id, dryRun: false, status: 'finished', version: '1.1', counts, doubts: 0 };
      },
    };
    const before = new QueuedImports({ ...parts, importer, key: present().deriveKey('imports') });
    await before.begin({
      import: begun,
      by: 'system',
      correlationId: begun,
      dryRun: false,
      files: [textFile('users.csv', 'sourcedId\n1\n')],
    });

    const old = present().id;
    const given = ['rotate', '--eventstore', cluster.connectionString, '--exports', exports];
    expect(await runCommand('keys', data, given)).toMatchObject({ code: 0, said: expect.stringContaining('2 keys are wrapped') });
    expect(present().id).not.toBe(old);
    new QueuedImports({ ...parts, importer, key: present().deriveKey('imports') }).work();
    await queue.start();
    while (!(await parts.reports.summary(begun))) await pause(5);
    await queue.close();
    expect(taken).toEqual(['users.csv']);
  });

  it.each(['before', 'after'] as const)('cut short %s any of its writes, goes to its end when it is run again', async (when) => {
    const { keys, ...who } = await someKeys();
    let writes = 0;
    for (let finished = false; !finished; writes++) {
      const old = present();
      const earlier = (await retired()).length;
      finished = await rotate(cutShort(store, writes, when)).then(
        () => true,
        (error: Error) => {
          expect(error.message).toBe('killed');
          return false;
        },
      );
      if (!finished) {
        expect(present().id).toBe(old.id);
        await rotate();
      }
      expect(await openedBy(present(), who)).toEqual(keys);
      await expect(ringOf(old).find(who.sam)).rejects.toThrow(WrongMasterKey);
      expect((await retired()).slice(earlier)).toEqual([{ masterKey: old.id, by: present().id }]);
      expect(await store.readStream(FINGERPRINT_STREAM)).toHaveLength(1);
      for (const subject of [who.sam, who.ana, who.ben]) expect(await store.readStream(keyStream(subject))).toHaveLength(1);
    }
    // Three wraps, three truncations and the moment; then once without a cut.
    expect(writes).toBe(8);
  });
});
