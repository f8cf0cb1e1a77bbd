import { appendFileSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SqliteEventStore } from '@foundation/event-store';
import { contextOf, jar, overLog, type ToyCommand } from '@foundation/event-store/testing';
import { newId, type StudentId } from '@foundation/kernel';
import { fixedClock, temporaryFolder } from '@foundation/testing';
import { Erasure } from './erasure';
import { ErasureRegister } from './erasure-register';
import { keyDestroyed } from './events';
import { keyStream } from './keyring';
import type { DataKey } from './data-key';

const clock = fixedClock();
const root = temporaryFolder();
const newFolder = () => mkdtempSync(join(root, 'district-'));

function open(folder: string) {
  const store = SqliteEventStore.open(folder, { mode: 'write' });
  const log = overLog(store, clock);
  const register = new ErasureRegister(join(folder, 'erasures.jsonl'));
  return { ...log, register, erasure: new Erasure(store, log.keys, register, clock) };
}
type Opened = ReturnType<typeof open>;

const note = (student: StudentId, text: string): ToyCommand => ({ kind: 'add', student, counts: [1, 2], note: text });
const tell = ({ runner }: Opened, student: StudentId, text: string) =>
  runner.handle(jar, { stream: `jar-${student}`, student }, note(student, text), contextOf(undefined, { request: { text } }));

/** The names of the files that hold any of these byte strings. */
function filesWith(folder: string, needles: readonly (string | Buffer)[]): string[] {
  return readdirSync(folder).filter((name) => {
    const bytes = readFileSync(join(folder, name));
    return needles.some((needle) => bytes.includes(needle));
  });
}

it('leaves [erased] everywhere, and no trace of text or key in any file', async () => {
  const folder = newFolder();
  const opened = open(folder);
  const { store, keys, runner, journal, erasure } = opened;
  const [sam, ben] = [newId<StudentId>(), newId<StudentId>()];
  for (let day = 0; day < 40; day++) {
    await tell(opened, sam, `Sam Rivermoss said something secret on day ${day}`);
    await tell(opened, ben, `Ben Otterholt said something on day ${day}`);
  }
  const secrets: (string | Buffer)[] = ['Rivermoss', Buffer.from(((await keys.find(sam)) as DataKey).bytes)];
  const [created] = await store.readStream(keyStream(sam));
  const { wrapped } = created?.data as { wrapped: string };
  secrets.push(wrapped, Buffer.from(wrapped, 'base64'));
  expect(filesWith(folder, [wrapped])).not.toEqual([]);

  const erased = await erasure.erase(sam, 'student', 'system', 'requested');
  expect(erased).toEqual({ position: await store.head(), repeated: false });
  expect(filesWith(folder, secrets)).toEqual([]);
  const { state } = await runner.load(jar, `jar-${sam}`);
  expect(state.marbles).toBe(120);
  expect(new Set(state.notes)).toEqual(new Set(['[erased]']));
  expect((await journal.readStudent(sam)).map((event) => event.type)).toContain(keyDestroyed.type);
  expect((await runner.load(jar, `jar-${ben}`)).state.notes).toContain('Ben Otterholt said something on day 39');
  await store.close();

  const again = open(folder);
  expect(filesWith(folder, secrets)).toEqual([]);
  expect(new Set((await again.runner.load(jar, `jar-${sam}`)).state.notes)).toEqual(new Set(['[erased]']));
  expect(await again.erasure.resumeErasures()).toBe(0);
  await again.store.close();
});

it('answers a second erasure as the first, and registers it once, with no more than id and time', async () => {
  const folder = newFolder();
  const opened = open(folder);
  const sam = newId<StudentId>();
  await tell(opened, sam, 'Sam chose blue');
  const first = await opened.erasure.erase(sam, 'student', 'system', 'requested');
  expect(await opened.erasure.erase(sam, 'student', 'system', 'ordered')).toEqual({ ...first, repeated: true });
  expect(readFileSync(join(folder, 'erasures.jsonl'), 'utf8')).toBe(`{"student":"${sam}","at":"${clock.now()}"}\n`);
  expect((await opened.store.readStream(keyStream(sam))).map((event) => event.data)).toEqual([
    { subject: sam, kind: 'student', by: 'system', reason: 'requested' },
  ]);
  await opened.store.close();
});

it('erases one who never had a key, so that none is made', async () => {
  const opened = open(newFolder());
  const sam = newId<StudentId>();
  await opened.erasure.erase(sam, 'student', 'system', 'entered-by-mistake');
  await expect(tell(opened, sam, 'Sam chose blue')).rejects.toMatchObject({ refusal: { code: 'student-erased' } });
  await opened.store.close();
});

it('takes a key that is made, or destroyed, at the same moment', async () => {
  const opened = open(newFolder());
  const [sam, ben] = [newId<StudentId>(), newId<StudentId>()];
  const erase = (student: StudentId) => opened.erasure.erase(student, 'student', 'system', 'requested');
  await Promise.allSettled([tell(opened, sam, 'Sam chose blue'), erase(sam), erase(sam)]);
  expect((await opened.store.readStream(keyStream(sam))).map((event) => event.type)).toEqual([keyDestroyed.type]);
  await Promise.allSettled([erase(ben), tell(opened, ben, 'Ben chose red')]);
  expect((await opened.store.readStream(keyStream(ben))).map((event) => event.type)).toEqual([keyDestroyed.type]);
  await opened.store.close();
});

describe('at start', () => {
  it.each([1, 2, 3])('finishes an erasure that was killed after step %i', async (steps) => {
    const folder = newFolder();
    const opened = open(folder);
    const sam = newId<StudentId>();
    await tell(opened, sam, 'Sam chose blue');
    const [created] = await opened.store.readStream(keyStream(sam));
    const { wrapped } = created?.data as { wrapped: string };
    const killed = () => {
      throw new Error('killed');
    };
    if (steps === 1) jest.spyOn(opened.keys, 'destroyed').mockImplementation(killed);
    if (steps === 2) jest.spyOn(opened.register, 'add').mockImplementation(killed);
    if (steps === 3) jest.spyOn(opened.store, 'truncateBefore').mockImplementation(async () => killed());
    await expect(opened.erasure.erase(sam, 'student', 'system', 'requested')).rejects.toThrow('killed');
    await opened.store.close();
    jest.restoreAllMocks();

    const again = open(folder);
    expect(filesWith(folder, [wrapped])).not.toEqual([]);
    expect(await again.erasure.resumeErasures()).toBe(1);
    expect(await again.store.readStream(keyStream(sam))).toHaveLength(1);
    expect(again.register.entries()).toEqual([{ kind: 'student', subject: sam, at: clock.now() }]);
    expect(filesWith(folder, [wrapped])).toEqual([]);
    expect(await again.erasure.resumeErasures()).toBe(0);
    await again.store.close();
  });

  it('repeats erasures that the register knows and a restored log does not, past a torn line', async () => {
    const folder = newFolder();
    const opened = open(folder);
    const [sam, ana] = [newId<StudentId>(), newId<StudentId>()];
    await tell(opened, sam, 'Sam chose blue');
    opened.register.add({ kind: 'student', subject: sam, at: clock.now() });
    appendFileSync(join(folder, 'erasures.jsonl'), '{"student":"0c8e1c5e-0f');
    opened.register.add({ kind: 'staff', subject: ana, at: clock.now() });
    expect(opened.register.entries().map((entry) => entry.kind)).toEqual(['student', 'staff']);
    expect(await opened.erasure.resumeErasures()).toBe(2);
    expect(new Set((await opened.runner.load(jar, `jar-${sam}`)).state.notes)).toEqual(new Set(['[erased]']));
    expect(await opened.erasure.resumeErasures()).toBe(0);
    await opened.store.close();
  });
});
