import { newId, type StaffId, type StudentId } from '@foundation/kernel';
import { SqliteEventStore } from '@foundation/event-store';
import { exported, toyMasterKey } from '@foundation/event-store/testing';
import { fixedClock, temporaryFolder } from '@foundation/testing';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { DataKey } from './data-key';
import { Erasure } from './erasure';
import { ErasureRegister } from './erasure-register';
import { DESTROYED, KeyRing, keyStream, SubjectErased, SyncKeyRing, WrongMasterKey } from './keyring';

const folder = temporaryFolder();
const store = SqliteEventStore.open(folder, { mode: 'write' });
const clock = fixedClock();
const ringOf = (fill?: number) => new KeyRing(store, toyMasterKey(fill), clock);
const syncRingOf = (fill?: number) => new SyncKeyRing((stream) => store.readStreamSync(stream), toyMasterKey(fill));
afterAll(() => store.close());

it('makes a key once and finds it again, on any ring and thread', async () => {
  const student = newId<StudentId>();
  expect(await ringOf().find(student)).toBeUndefined();
  const key = await ringOf().keyFor(student, 'student');
  expect(key.bytes).toHaveLength(32);
  expect(exported(await ringOf().find(student))).toBe(exported(key));
  expect(exported(await ringOf().keyFor(student, 'student'))).toBe(exported(key));
  expect(exported(syncRingOf().find(student))).toBe(exported(key));
  expect(inspect(await store.readStream(keyStream(student)), { depth: 9 })).not.toContain(key.bytes.toString('base64'));
});

it('gives each subject a key of their own', async () => {
  const ring = ringOf();
  const [sam, ana] = await Promise.all([ring.keyFor(newId<StudentId>(), 'student'), ring.keyFor(newId<StaffId>(), 'staff')]);
  expect(sam.bytes.equals(ana.bytes)).toBe(false);
});

it('makes one key when several nodes and requests ask at once', async () => {
  const student = newId<StudentId>();
  const rings = [ringOf(), ringOf(), ringOf()];
  const keys = await Promise.all(rings.flatMap((ring) => [ring.keyFor(student, 'student'), ring.keyFor(student, 'student')]));
  expect(new Set(keys.map(exported)).size).toBe(1);
  expect(await store.readStream(keyStream(student))).toHaveLength(1);
});

it('makes the keys of newcomers without a look, and takes the one that is there all the same', async () => {
  const [known, fresh, erased] = [newId<StudentId>(), newId<StudentId>(), newId<StudentId>()];
  const there = await ringOf().keyFor(known, 'student');
  await ringOf().keyFor(erased, 'student');
  await new Erasure(store, ringOf(), new ErasureRegister(join(folder, 'erasures.jsonl')), clock).erase(
    erased,
    'student',
    'system',
    'requested',
  );
  const looks = jest.spyOn(store, 'readStream');
  const ring = new KeyRing(store, toyMasterKey(), clock, { newcomers: true });
  const made = await ring.keyFor(fresh, 'student');
  expect(looks).not.toHaveBeenCalled();
  looks.mockRestore();
  expect(exported(await ringOf().find(fresh))).toBe(exported(made));
  expect(exported(await ring.keyFor(known, 'student'))).toBe(exported(there));
  await expect(ring.keyFor(erased, 'student')).rejects.toThrow(SubjectErased);
  expect(await ringOf().find(erased)).toBe(DESTROYED);
});

it('refuses the wrong master key in plain words', async () => {
  const student = newId<StudentId>();
  await ringOf().keyFor(student, 'student');
  await expect(ringOf(8).find(student)).rejects.toThrow(WrongMasterKey);
  await expect(ringOf(8).checkMasterKey()).rejects.toThrow('was sealed with master key');
  expect(() => syncRingOf(8).find(student)).toThrow(WrongMasterKey);
  await ringOf().checkMasterKey();
});

it('opens no key that was moved to another subject', async () => {
  const [from, to] = [newId<StudentId>(), newId<StudentId>()];
  await ringOf().keyFor(from, 'student');
  const [event] = await store.readStream(keyStream(from));
  const ring = new SyncKeyRing((stream) => [{ ...event!, stream }], toyMasterKey());
  expect(() => ring.find(to)).toThrow('does not open');
});

it('never makes a key again once it is destroyed, and tells who listens', async () => {
  const student = newId<StudentId>();
  const [ring, other, sync] = [ringOf(), ringOf(), syncRingOf()];
  const held = [await ring.keyFor(student, 'student'), sync.find(student)];
  const heard: string[] = [];
  const stop = ring.onDestroyed((subject) => heard.push(subject));
  await new Erasure(store, ring, new ErasureRegister(join(folder, 'erasures.jsonl')), clock).erase(
    student,
    'student',
    'system',
    'requested',
  );
  expect(heard).toEqual([student]);
  stop();
  sync.destroyed(student);
  expect(held.map((key) => key instanceof DataKey && key.destroyed)).toEqual([true, true]);
  expect([await ring.find(student), await other.find(student), sync.find(student), syncRingOf().find(student)]).toEqual(
    Array.from({ length: 4 }, () => DESTROYED),
  );
  await expect(ring.keyFor(student, 'student')).rejects.toThrow(SubjectErased);
  await expect(ringOf().keyFor(student, 'student')).rejects.toMatchObject({ refusal: { code: 'student-erased', kind: 'not-found' } });
});
