import { newId, type StaffId, type StudentId } from '@foundation/kernel';
import { JournalCommandRunner, LogJournal, SqliteEventStore } from '@foundation/event-store';
import { contextOf, exported, helperNamed, toyCatalogue, toyMasterKey } from '@foundation/event-store/testing';
import { fixedClock, temporaryFolder } from '@foundation/testing';
import { join } from 'node:path';
import { mkdirSync } from 'node:fs';
import { Erasure } from './erasure';
import { ErasureRegister } from './erasure-register';
import { DESTROYED, FINGERPRINT_STREAM, KeyRing, keyStream, WrongMasterKey } from './keyring';
import { KeyRotation } from './key-rotation';

const root = temporaryFolder();
const clock = fixedClock();
const [first, second] = [toyMasterKey(1), toyMasterKey(2)];
let count = 0;
let folder: string;
let store: SqliteEventStore;
beforeEach(() => {
  folder = join(root, String(++count));
  mkdirSync(folder);
  store = SqliteEventStore.open(folder, { mode: 'write' });
});
afterEach(() => store.close());

const ringOf = (master = first) => new KeyRing(store, master, clock);
const rotate = () => new KeyRotation(store, first, second, clock).run();
const wordsOf = async (subject: string) => (await store.readStream(keyStream(subject))).map(({ type }) => type);

it('keeps every data key and leaves nothing that the old master key opens', async () => {
  const [sam, ana] = [newId<StudentId>(), newId<StaffId>()];
  const before = [exported(await ringOf().keyFor(sam, 'student')), exported(await ringOf().keyFor(ana, 'staff'))];
  expect(await rotate()).toBe(2);
  const ring = ringOf(second);
  expect([exported(await ring.find(sam)), exported(await ring.find(ana))]).toEqual(before);
  expect(await wordsOf(sam)).toEqual(['privacy.key-rewrapped']);
  await ring.checkMasterKey();
  await expect(ringOf().checkMasterKey()).rejects.toThrow(WrongMasterKey);
  await expect(ringOf().find(sam)).rejects.toThrow(WrongMasterKey);
});

it('may be repeated, and leaves alone what is destroyed', async () => {
  const [sam, ben] = [newId<StudentId>(), newId<StudentId>()];
  await ringOf().keyFor(sam, 'student');
  await ringOf().keyFor(ben, 'student');
  await new Erasure(store, ringOf(), new ErasureRegister(join(folder, 'erasures.jsonl')), clock).erase(
    ben,
    'student',
    'system',
    'requested',
  );
  expect(await rotate()).toBe(1);
  expect(await rotate()).toBe(0);
  expect(await ringOf(second).find(ben)).toBe(DESTROYED);
});

it('cut short between a wrapping and its truncation, goes to the end when it is run again', async () => {
  const sam = newId<StudentId>();
  const before = exported(await ringOf().keyFor(sam, 'student'));
  const truncate = jest.spyOn(store, 'truncateAllBefore');
  truncate.mockResolvedValueOnce().mockRejectedValueOnce(new Error('killed'));
  await expect(rotate()).rejects.toThrow('killed');
  truncate.mockRestore();
  expect(await wordsOf(sam)).toEqual(['privacy.key-created', 'privacy.key-rewrapped']);
  expect(await rotate()).toBe(0);
  expect(await wordsOf(sam)).toEqual(['privacy.key-rewrapped']);
  expect(await store.readStream(FINGERPRINT_STREAM)).toHaveLength(1);
  expect(exported(await ringOf(second).find(sam))).toBe(before);
});

it('cut short at its first step already, is told by either master key', async () => {
  for (let student = 0; student < 3; student++) await ringOf().keyFor(newId<StudentId>(), 'student');
  const append = jest.spyOn(store, 'append');
  const real = SqliteEventStore.prototype.append.bind(store);
  append.mockImplementation((stream, expected, events) => {
    if (stream !== FINGERPRINT_STREAM) return Promise.reject(new Error('killed'));
    return real(stream, expected, events);
  });
  await expect(rotate()).rejects.toThrow('killed');
  append.mockRestore();
  await expect(ringOf(first).checkMasterKey()).rejects.toThrow('npm run keys -- rotate');
  await expect(ringOf(second).checkMasterKey()).rejects.toThrow(WrongMasterKey);
  expect(await rotate()).toBe(3);
});

it('refuses a log whose keys open with neither', async () => {
  await ringOf(toyMasterKey(9)).keyFor(newId<StudentId>(), 'student');
  await expect(rotate()).rejects.toThrow(WrongMasterKey);
});

it('a command sent again afterwards is still known for what it was, one with another body is not', async () => {
  const runnerOf = (master = first) => {
    const keys = ringOf(master);
    return new JournalCommandRunner(new LogJournal(store, toyCatalogue(), keys), keys);
  };
  const named = helperNamed.of({ staff: newId<StaffId>(), name: 'Ana Quillfeather' });
  const naming = { initial: undefined, evolve: () => undefined, decide: () => [named] };
  const target = { stream: 'helper-1' };
  const context = contextOf(undefined, { request: { shelf: 'A' } });
  const answered = await runnerOf().handle(naming, target, {}, context);
  await rotate();
  expect(await runnerOf(second).handle(naming, target, {}, context)).toMatchObject({ repeated: true, position: answered.position });
  await expect(runnerOf(second).handle(naming, target, {}, { ...context, request: { shelf: 'B' } })).rejects.toThrow('used for another');
});

it('the fingerprint key is of its own in a new log, and what the first master key made it in one of before', async () => {
  const own = exported(await ringOf().fingerprintKey());
  expect(own).not.toBe(first.deriveKey('fingerprints').export().toString('hex'));
  expect(exported(await ringOf().fingerprintKey())).toBe(own);

  const older = SqliteEventStore.open(join(folder, 'older'), { mode: 'write' });
  const ring = new KeyRing(older, first, clock);
  await ring.keyFor(newId<StudentId>(), 'student');
  expect(exported(await ring.fingerprintKey())).toBe(first.deriveKey('fingerprints').export().toString('hex'));
  await new KeyRotation(older, first, second, clock).run();
  expect(exported(await new KeyRing(older, second, clock).fingerprintKey())).toBe(first.deriveKey('fingerprints').export().toString('hex'));
  await older.close();
});
