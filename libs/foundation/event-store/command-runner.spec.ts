import * as fc from 'fast-check';
import { type CommandId, newId, type RefusalError, type StudentId } from '@foundation/kernel';
import { Erasure, ErasureRegister } from '@foundation/privacy';
import { fixedClock, temporaryFolder } from '@foundation/testing';
import { join } from 'node:path';
import { canonicalJson } from './fingerprint';
import { IdReused, StaleRevision } from './journal';
import { JournalCommandRunner } from './command-runner';
import { type EventStore, StoreUnavailable } from './port';
import { SqliteEventStore } from './sqlite/sqlite-event-store';
import { contextOf, jar, overLog, type ToyCommand } from './testing';

const folder = temporaryFolder();
const store = SqliteEventStore.open(folder, { mode: 'write' });
const clock = fixedClock();
const { runner, journal, keys } = overLog(store, clock);
afterAll(() => store.close());

const newStudent = () => newId<StudentId>();
const newTarget = (student = newStudent()) => ({ stream: `jar-${newId<CommandId>()}`, student });
const add = (student: StudentId, ...counts: number[]): ToyCommand => ({ kind: 'add', student, counts });
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'accepted',
    (error: RefusalError) => error.refusal.code,
  );
/** A store that goes through `before` ahead of each append. */
const interrupted = (before: (stream: string) => Promise<void>): EventStore =>
  new Proxy(store, {
    get(inner, name) {
      if (name === 'append') {
        return async (...args: Parameters<EventStore['append']>) => {
          await before(args[0]);
          return inner.append(...args);
        };
      }
      const member: unknown = Reflect.get(inner, name, inner);
      return typeof member === 'function' ? member.bind(inner) : member;
    },
  });

describe('handle', () => {
  it('decides on the state, appends with the exact revision and remembers the state', async () => {
    const target = newTarget();
    const first = await runner.handle(jar, target, add(target.student, 2, 3), contextOf());
    expect(first).toMatchObject({ revision: 1, repeated: false });
    expect(first.events.map((event) => [event.revision, event.data])).toEqual([
      [0, { student: target.student, count: 2, said: [] }],
      [1, { student: target.student, count: 3, said: [] }],
    ]);
    expect(first.events.at(-1)?.position).toBe(first.position);
    await runner.handle(jar, target, add(target.student, 4), contextOf());
    expect(await runner.load(jar, target.stream)).toEqual({ state: { marbles: 9, closed: false, notes: [] }, revision: 2 });
  });

  it('reads only what was appended since, and nothing when nothing was', async () => {
    const target = newTarget();
    await runner.handle(jar, target, add(target.student, 1, 1, 1), contextOf());
    await runner.load(jar, target.stream);
    const read = jest.spyOn(journal, 'read');
    expect(await runner.load(jar, target.stream)).toMatchObject({ revision: 2 });
    expect(read.mock.calls).toEqual([]);
    await new JournalCommandRunner(journal, keys).handle(jar, target, add(target.student, 4), contextOf());
    read.mockClear();
    expect(await runner.load(jar, target.stream)).toMatchObject({ state: { marbles: 7 }, revision: 3 });
    expect(read.mock.calls).toEqual([[target.stream, 3]]);
    read.mockRestore();
  });

  it('gives a refusal, and an answer without events when it is already so', async () => {
    const target = newTarget();
    const closed = await runner.handle(jar, target, { kind: 'close', student: target.student }, contextOf());
    expect(await codeOf(runner.handle(jar, target, add(target.student, 1), contextOf()))).toBe('jar-closed');
    expect(await runner.handle(jar, target, { kind: 'close', student: target.student }, contextOf())).toEqual({
      stream: target.stream,
      revision: 0,
      position: closed.position,
      repeated: false,
      events: [],
    });
  });

  it('makes no key for a student of whom nothing is recorded', async () => {
    const target = newTarget();
    const refusing = { ...jar, decide: () => [] };
    await runner.handle(refusing, target, add(target.student, 1), contextOf(undefined, { request: {} }));
    expect(await store.readStream(`key-${target.student}`)).toEqual([]);
  });

  it('answers If-Match of an older revision with StaleRevision, but a repeated command as the first time', async () => {
    const target = newTarget();
    const context = contextOf();
    const first = await runner.handle(jar, target, add(target.student, 1), context);
    await runner.handle(jar, target, add(target.student, 1), contextOf(undefined, { ifRevision: 0 }));
    const stale = contextOf(undefined, { ifRevision: 0 });
    await expect(runner.handle(jar, target, add(target.student, 1), stale)).rejects.toThrow(StaleRevision);
    const again = await runner.handle(jar, target, add(target.student, 1), { ...context, ifRevision: -1 });
    expect(again).toEqual({ ...first, repeated: true });
  });

  it('tells the same request from another one under the same id', async () => {
    const target = newTarget();
    const context = contextOf(undefined, { request: { count: 1, note: 'a' } });
    const first = await runner.handle(jar, target, add(target.student, 1), context);
    expect(await runner.handle(jar, target, add(target.student, 1), { ...context, request: { note: 'a', count: 1 } })).toEqual({
      ...first,
      repeated: true,
    });
    await expect(runner.handle(jar, target, add(target.student, 1), { ...context, request: { count: 2 } })).rejects.toThrow(IdReused);
    expect(first.events[0]?.meta.fingerprint).toHaveLength(22);
  });

  it('fingerprints with the student’s own key, and without a student with one of the service’s', async () => {
    const request = { count: 1 };
    const prints = await Promise.all(
      [newTarget(), newTarget()].map(async (target) => {
        const { events } = await runner.handle(jar, target, add(target.student, 1), contextOf(undefined, { request }));
        return events[0]?.meta.fingerprint;
      }),
    );
    expect(prints[0]).not.toBe(prints[1]);
  });

  it('lets commands of this process on one stream take turns', async () => {
    const target = newTarget();
    const answers = await Promise.all(Array.from({ length: 50 }, () => runner.handle(jar, target, add(target.student, 1), contextOf())));
    expect(answers.map((answer) => answer.revision)).toEqual(Array.from({ length: 50 }, (_, index) => index));
    expect((await runner.load(jar, target.stream)).state.marbles).toBe(50);
  });

  it('decides again when another node was quicker, three times at most', async () => {
    const target = newTarget();
    let others = 1;
    const here = overLog(
      interrupted(async (stream) => {
        if (stream !== target.stream || others === 0) return;
        others--;
        await runner.handle(jar, target, add(target.student, 10), contextOf());
      }),
      clock,
    );
    expect(await here.runner.handle(jar, target, add(target.student, 1), contextOf())).toMatchObject({ revision: 1 });
    others = 3;
    expect(await codeOf(here.runner.handle(jar, target, add(target.student, 1), contextOf()))).toBe('changed-meanwhile');
    others = 1;
    const matched = contextOf(undefined, { ifRevision: 4 });
    await expect(here.runner.handle(jar, target, add(target.student, 1), matched)).rejects.toThrow(StaleRevision);
    expect((await here.runner.load(jar, target.stream)).state.marbles).toBe(51);
  });

  it('answers once when the same command comes in by two nodes', async () => {
    const target = newTarget();
    const context = contextOf(undefined, { request: { count: 1 } });
    let others = 1;
    const here = overLog(
      interrupted(async (stream) => {
        if (stream !== target.stream || others-- <= 0) return;
        await runner.handle(jar, target, add(target.student, 1), context);
      }),
      clock,
    );
    expect(await here.runner.handle(jar, target, add(target.student, 1), context)).toMatchObject({ revision: 0, repeated: true });
    expect(await store.readStream(target.stream)).toHaveLength(1);
  });

  it('adds no event for a command applied twice, whatever came between', async () => {
    const step = fc.record({ command: fc.integer({ min: 0, max: 9 }), close: fc.integer({ min: 0, max: 12 }).map((n) => n === 0) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30 }), async (steps) => {
        const target = newTarget();
        const ids = Array.from({ length: 10 }, () => newId<CommandId>());
        const answers = new Map<number, unknown>();
        for (const { command, close } of steps) {
          const context = contextOf(ids[command]);
          const before = await store.readStream(target.stream);
          const answer = await runner
            .handle(jar, target, close ? { kind: 'close', student: target.student } : add(target.student, command + 1, 1), context)
            .catch(() => undefined);
          const after = await store.readStream(target.stream);
          if (answers.has(command)) {
            expect(after).toHaveLength(before.length);
            expect(answer).toEqual(answers.get(command));
          } else if (answer && answer.events.length > 0) answers.set(command, { ...answer, repeated: true });
        }
        expect(new Set((await store.readStream(target.stream)).map((event) => event.id)).size).toBe(
          (await store.readStream(target.stream)).length,
        );
      }),
      { numRuns: 40 },
    );
  });
});

describe('record', () => {
  const recordOf = (more: object = {}, student = newStudent()) => {
    const context = contextOf(undefined, { request: { count: 5 }, ...more });
    return { context, target: { stream: `jar-${context.commandId}`, student } };
  };

  it('appends to its own new stream', async () => {
    const { context, target } = recordOf();
    const outcome = await runner.record(jar, target, add(target.student, 5), context);
    expect(outcome).toMatchObject({ revision: 0, repeated: false, events: [{ data: { count: 5 }, stream: target.stream }] });
    expect(await journal.read(target.stream)).toEqual(outcome.events);
  });

  it('answers the same record sent again as the first time, also when the rules would now decide otherwise', async () => {
    const { context, target } = recordOf();
    const first = await runner.record(jar, target, add(target.student, 5), context);
    const later = { ...context, recordedAt: clock.now() };
    expect(await runner.record(jar, target, add(target.student, 5), later)).toEqual({ ...first, repeated: true });
    const closed = { ...jar, initial: { ...jar.initial, closed: true } };
    expect(await runner.record(closed, target, add(target.student, 5), later)).toEqual({ ...first, repeated: true });
    expect(await runner.record(jar, target, add(target.student, 5, 6), later)).toEqual({ ...first, repeated: true });
    await runner.handle(jar, target, { kind: 'close', student: target.student }, contextOf());
    expect(await runner.record(jar, target, add(target.student, 5), later)).toEqual({ ...first, repeated: true });
  });

  it('refuses another record under the same id, also of another student', async () => {
    const { context, target } = recordOf();
    await runner.record(jar, target, add(target.student, 5), context);
    const other = { ...context, request: { count: 6 } };
    await expect(runner.record(jar, target, add(target.student, 6), other)).rejects.toThrow(IdReused);
    const another = newStudent();
    await expect(runner.record(jar, { ...target, student: another }, add(another, 5), context)).rejects.toThrow(IdReused);
  });

  it('counts a record once however many tablets send it at once', async () => {
    const { context, target } = recordOf();
    const answers = await Promise.all(Array.from({ length: 20 }, () => runner.record(jar, target, add(target.student, 5), context)));
    expect(answers.filter((answer) => !answer.repeated)).toHaveLength(1);
    expect(await store.readStream(target.stream)).toHaveLength(1);
  });

  it('gives a refusal when nothing is recorded', async () => {
    const { context, target } = recordOf();
    const closed = { ...jar, initial: { ...jar.initial, closed: true } };
    expect(await codeOf(runner.record(closed, target, add(target.student, 5), context))).toBe('jar-closed');
  });
});

describe('after an erasure', () => {
  it('forgets the states and refuses every command about the student', async () => {
    const target = newTarget();
    await runner.handle(jar, target, { ...add(target.student, 1), note: 'Sam chose blue' } as ToyCommand, contextOf());
    expect((await runner.load(jar, target.stream)).state.notes).toEqual(['Sam chose blue']);
    const erasure = new Erasure(store, keys, new ErasureRegister(join(folder, 'erasures.jsonl')), clock);
    await erasure.erase(target.student, 'student', 'system', 'requested');
    expect((await runner.load(jar, target.stream)).state).toEqual({ marbles: 1, closed: false, notes: ['[erased]'] });
    expect(await codeOf(runner.handle(jar, target, add(target.student, 1), contextOf()))).toBe('student-erased');
    const record = { ...newTarget(target.student) };
    expect(await codeOf(runner.record(jar, record, add(target.student, 1), contextOf()))).toBe('student-erased');
    expect(await store.readStream(record.stream)).toEqual([]);
  });
});

it('passes on the failures of the store', async () => {
  const broken = overLog(
    interrupted(() => Promise.reject(new StoreUnavailable('The disk is full'))),
    clock,
  );
  const target = newTarget();
  await expect(broken.runner.handle(jar, target, add(target.student, 1), contextOf())).rejects.toThrow(StoreUnavailable);
  await expect(broken.runner.record(jar, target, add(target.student, 1), contextOf())).rejects.toThrow(StoreUnavailable);
});

it('writes the same text for the same content', () => {
  expect(canonicalJson({ b: [1, { d: undefined, c: null }], a: 'x' })).toBe('{"a":"x","b":[1,{"c":null}]}');
});
