import fc from 'fast-check';
import { type Delivery, EmptyAppend, type EventStore, EventTooLarge, WrongExpectedRevision } from '@foundation/event-store';
import { newId, type Position, START, type StudentId } from '@foundation/kernel';
import { newStream, sealedEvents } from '../support/sealed-events';

export interface OpenedStore {
  readonly store: EventStore;
  /** Closes the store and opens it again on the same log. */
  readonly reopen?: () => Promise<EventStore>;
  readonly close: () => Promise<void>;
}

/**
 * What every adapter of the EventStore port promises, and no more than EventStoreDB can keep. The log may be shared and hold other events
 * before these: tests use streams of their own and read from the position where they began.
 */
export function eventStoreContract(name: string, open: () => Promise<OpenedStore>): void {
  describe(`${name} as an EventStore`, () => {
    let opened: OpenedStore;
    let store: EventStore;
    let start: Position;

    beforeAll(async () => {
      opened = await open();
      store = opened.store;
    });
    beforeEach(async () => {
      start = await store.head();
    });
    afterAll(() => opened.close());

    const ids = (events: readonly { readonly id: string }[]) => events.map((event) => event.id);

    describe('append', () => {
      it('begins a new stream and goes on at the exact revision', async () => {
        const stream = newStream();
        const [first, second] = [sealedEvents(2), sealedEvents(1)];
        const one = await store.append(stream, 'no-stream', first);
        const two = await store.append(stream, 1, second);
        expect(one).toMatchObject({ revision: 1, repeated: false });
        expect(two).toMatchObject({ revision: 2, repeated: false });
        expect(two.position).toBeGreaterThan(one.position);
        const read = await store.readStream(stream);
        expect(ids(read)).toEqual(ids([...first, ...second]));
        expect(read.map((event) => event.revision)).toEqual([0, 1, 2]);
        expect(read[1]?.position).toBe(one.position);
      });

      it('gives back what it was given', async () => {
        const stream = newStream();
        const [event] = sealedEvents(1, { student: newId<StudentId>(), text: 'naïve "日本" \u0000 \u2028 🧵' });
        await store.append(stream, 'no-stream', [event!]);
        const [read] = await store.readStream(stream);
        expect(read).toEqual({ ...event, stream, revision: 0, position: read?.position });
      });

      it.each([
        ['a missing stream', 0, 3, 'no-stream'],
        ['a revision too high', 2, 5, 1],
        ['a stale revision', 3, 1, 2],
        ['a stream that is already there', 2, 'no-stream', 1],
      ] as const)('refuses %s with where the stream is', async (_, present, expected, actual) => {
        const stream = newStream();
        if (present > 0) await store.append(stream, 'no-stream', sealedEvents(present));
        const refused = store.append(stream, expected, sealedEvents(2));
        await expect(refused).rejects.toThrow(WrongExpectedRevision);
        await expect(refused).rejects.toMatchObject({ stream, expected, actual });
        expect(await store.readStream(stream)).toHaveLength(present);
      });

      it('refuses to append nothing', async () => {
        await expect(store.append(newStream(), 'no-stream', [])).rejects.toThrow(EmptyAppend);
      });

      it('refuses more than 1 MiB in one append, and takes 900 KiB', async () => {
        const stream = newStream();
        await expect(store.append(stream, 'no-stream', sealedEvents(1, { text: 'x'.repeat(1_100_000) }))).rejects.toThrow(EventTooLarge);
        await expect(store.append(stream, 'no-stream', sealedEvents(2, { text: 'é'.repeat(300_000) }))).rejects.toThrow(EventTooLarge);
        await expect(store.append(stream, 'no-stream', sealedEvents(1, { text: 'x'.repeat(900_000) }))).resolves.toMatchObject({
          revision: 0,
        });
      });

      it.each(['$settings', ''])('refuses the stream name "%s"', async (stream) => {
        await expect(store.append(stream, 'no-stream', sealedEvents(1))).rejects.toThrow(TypeError);
      });

      it.each([-1, 1.5, Number.NaN])('refuses %d as a revision', async (revision) => {
        await expect(store.append(newStream(), revision, sealedEvents(1))).rejects.toThrow(TypeError);
      });
    });

    describe('an append sent again', () => {
      it('answers as the first time, at once and after others have written', async () => {
        const stream = newStream();
        const first = sealedEvents(3);
        const second = sealedEvents(2);
        const one = await store.append(stream, 'no-stream', first);
        expect(await store.append(stream, 'no-stream', first)).toEqual({ ...one, repeated: true });
        const two = await store.append(stream, 2, second);
        await Promise.all(Array.from({ length: 20 }, () => store.append(newStream(), 'no-stream', sealedEvents(1))));
        expect(await store.append(stream, 'no-stream', first)).toEqual({ ...one, repeated: true });
        expect(await store.append(stream, 2, second)).toEqual({ ...two, repeated: true });
        expect(await store.readStream(stream)).toHaveLength(5);
      });

      it('answers its beginning with the place of the beginning’s last event', async () => {
        const stream = newStream();
        const events = sealedEvents(3);
        await store.append(stream, 'no-stream', events);
        const stored = await store.readStream(stream);
        expect(await store.append(stream, 'no-stream', events.slice(0, 2))).toEqual({
          revision: 1,
          position: stored[1]?.position,
          repeated: true,
        });
      });

      it('with one event more, in another order or beginning later is a conflict', async () => {
        const stream = newStream();
        const events = sealedEvents(3);
        await store.append(stream, 'no-stream', events);
        await expect(store.append(stream, 'no-stream', [...events, ...sealedEvents(1)])).rejects.toThrow(WrongExpectedRevision);
        await expect(store.append(stream, 'no-stream', [...events].reverse())).rejects.toThrow(WrongExpectedRevision);
        await expect(store.append(stream, 'no-stream', events.slice(1))).rejects.toThrow(WrongExpectedRevision);
        expect(await store.readStream(stream)).toHaveLength(3);
      });

      it('twice at the same time is recorded once', async () => {
        const stream = newStream();
        const events = sealedEvents(2);
        const answers = await Promise.all([1, 2, 3].map(() => store.append(stream, 'no-stream', events)));
        expect(answers.filter((answer) => !answer.repeated)).toHaveLength(1);
        expect(new Set(answers.map((answer) => answer.position)).size).toBe(1);
        expect(await store.readStream(stream)).toHaveLength(2);
      });
    });

    describe('at the same time', () => {
      it('lets one of several writers of a revision win, and others write elsewhere', async () => {
        const stream = newStream();
        const elsewhere = newStream();
        const outcomes = await Promise.allSettled([
          ...[1, 2, 3, 4].map(() => store.append(stream, 'no-stream', sealedEvents(1))),
          store.append(elsewhere, 'no-stream', sealedEvents(1)),
        ]);
        const failed = outcomes.filter((outcome) => outcome.status === 'rejected');
        expect(failed).toHaveLength(3);
        for (const outcome of failed) expect(outcome.reason).toBeInstanceOf(WrongExpectedRevision);
        expect(await store.readStream(stream)).toHaveLength(1);
        expect(await store.readStream(elsewhere)).toHaveLength(1);
      });

      it('gives dense revisions and rising positions under any interleaving', async () => {
        const write = fc.record({
          stream: fc.nat(3),
          count: fc.integer({ min: 1, max: 4 }),
          stale: fc.boolean(),
          wait: fc.constantFrom<'none' | 'microtask' | 'turn' | 'answer'>('none', 'microtask', 'turn', 'answer'),
        });
        await fc.assert(
          fc.asyncProperty(fc.array(write, { minLength: 1, maxLength: 25 }), async (writes) => {
            const before = await store.head();
            const streams = [0, 1, 2, 3].map(() => newStream());
            const next = [0, 0, 0, 0];
            const accepted = [0, 0, 0, 0];
            const answers: Promise<void>[] = [];
            for (const { stream, count, stale, wait } of writes) {
              const at = (next[stream] ?? 0) - (stale ? 1 : 0);
              if (at < 0) continue;
              const answer = store.append(streams[stream]!, at === 0 ? 'no-stream' : at - 1, sealedEvents(count)).then(
                ({ revision }) => {
                  expect(revision).toBe(at + count - 1);
                  accepted[stream]! += count;
                },
                (error: unknown) => {
                  expect(error).toBeInstanceOf(WrongExpectedRevision);
                },
              );
              if (!stale) next[stream]! += count;
              answers.push(answer);
              if (wait === 'microtask') await Promise.resolve();
              if (wait === 'turn') await new Promise((resolve) => setImmediate(resolve));
              if (wait === 'answer') await answer;
            }
            await Promise.all(answers);
            for (const [index, stream] of streams.entries()) {
              const events = await store.readStream(stream);
              expect(events.map((event) => event.revision)).toEqual(Array.from({ length: accepted[index]! }, (_, n) => n));
              for (const [n, event] of events.entries()) if (n > 0) expect(event.position).toBeGreaterThan(events[n - 1]!.position);
            }
            const all = await store.readAll({ after: before, limit: 1000 });
            expect(all).toHaveLength(accepted.reduce((sum, count) => sum + count, 0));
            for (const [n, event] of all.entries()) if (n > 0) expect(event.position).toBeGreaterThan(all[n - 1]!.position);
          }),
          { numRuns: 40 },
        );
      });
    });

    describe('reading', () => {
      it('answers a missing stream, or one read from past its end, with nothing', async () => {
        const stream = newStream();
        expect(await store.readStream(stream)).toEqual([]);
        await store.append(stream, 'no-stream', sealedEvents(2));
        expect(await store.readStream(stream, 2)).toEqual([]);
        expect(await store.readStream(stream, 1)).toHaveLength(1);
      });

      it('goes through all events in pages, in order of position', async () => {
        const streams = [newStream(), newStream(), newStream()];
        for (const stream of streams) await store.append(stream, 'no-stream', sealedEvents(3));
        const read: string[] = [];
        let after = start;
        for (;;) {
          const page = await store.readAll({ after, limit: 4 });
          read.push(...page.map((event) => `${event.stream}@${event.revision}`));
          if (page.length === 0) break;
          after = page.at(-1)!.position;
        }
        expect(read).toEqual(streams.flatMap((stream) => [0, 1, 2].map((revision) => `${stream}@${revision}`)));
        expect(await store.head()).toBe(after);
      });

      it('narrows by student, by types and by both', async () => {
        const [sam, kim] = [newId<StudentId>(), newId<StudentId>()];
        const kind = newId();
        const type = (n: number) => `test.${kind}-${n}`;
        for (let n = 0; n < 4; n++) {
          await store.append(newStream(), 'no-stream', sealedEvents(1, { type: type(n), student: sam }));
          await store.append(newStream(), 'no-stream', sealedEvents(1, { type: type(n), student: kim }));
          await store.append(newStream(), 'no-stream', sealedEvents(1, { type: type(n) }));
        }
        const of = async (options: { student?: StudentId; types?: string[] }, limit = 100) =>
          (await store.readAll({ after: start, limit, ...options })).map((event) => [event.type, event.meta.student]);
        expect(await of({ student: sam })).toEqual([0, 1, 2, 3].map((n) => [type(n), sam]));
        expect(await of({ types: [type(2), type(1)] })).toEqual([1, 2].flatMap((n) => [sam, kim, undefined].map((who) => [type(n), who])));
        expect(await of({ types: [type(2), type(1), type(1)] }, 4)).toEqual([
          [type(1), sam],
          [type(1), kim],
          [type(1), undefined],
          [type(2), sam],
        ]);
        expect(await of({ student: kim, types: [type(3), type(0)] })).toEqual([
          [type(0), kim],
          [type(3), kim],
        ]);
        expect(await of({ types: [] })).toEqual([]);
        expect(await of({ student: newId<StudentId>() })).toEqual([]);
      });
    });

    describe('a subscription', () => {
      const collect = (after: Position, onEvent: (id: string) => void | Promise<void> = () => undefined) => {
        const seen: string[] = [];
        let caughtUp: () => void;
        const live = new Promise<void>((resolve) => (caughtUp = resolve));
        const subscription = store.subscribe(after, async (delivery: Delivery) => {
          if (delivery.kind === 'caught-up') {
            seen.push('caught-up');
            return caughtUp();
          }
          seen.push(delivery.event.id);
          await onEvent(delivery.event.id);
        });
        const has = async (count: number) => {
          for (let waited = 0; seen.length < count && waited < 5000; waited += 5) await new Promise((resolve) => setTimeout(resolve, 5));
        };
        return { seen, live, has, subscription };
      };

      it('catches up, says so once, then goes on live, each event once and in order', async () => {
        const before = sealedEvents(700);
        for (let n = 0; n < 700; n += 100) await store.append(newStream(), 'no-stream', before.slice(n, n + 100));
        const { seen, live, has, subscription } = collect(start);
        await live;
        expect(seen).toEqual([...ids(before), 'caught-up']);
        const after = sealedEvents(60);
        for (const event of after) void store.append(newStream(), 'no-stream', [event]);
        await has(761);
        subscription.stop();
        await subscription.ended;
        expect(seen).toEqual([...ids(before), 'caught-up', ...ids(after)]);
      });

      it('misses nothing that is appended while it catches up', async () => {
        const before = sealedEvents(50);
        await store.append(newStream(), 'no-stream', before);
        const during = sealedEvents(50);
        const { seen, has, subscription } = collect(start, async (id) => {
          const n = before.findIndex((event) => event.id === id);
          if (n >= 0) await store.append(newStream(), 'no-stream', [during[n]!]);
        });
        await has(101);
        subscription.stop();
        await subscription.ended;
        expect(seen.filter((id) => id !== 'caught-up')).toEqual(ids([...before, ...during]));
        expect(seen.filter((id) => id === 'caught-up')).toHaveLength(1);
      });

      it('resumes after the position of the last event, exclusively', async () => {
        const events = sealedEvents(3);
        await store.append(newStream(), 'no-stream', events);
        const [, second] = await store.readAll({ after: start, limit: 3 });
        const { seen, live, subscription } = collect(second!.position);
        await live;
        subscription.stop();
        await subscription.ended;
        expect(seen).toEqual([events[2]!.id, 'caught-up']);
      });

      it('waits for a slow handler', async () => {
        await store.append(newStream(), 'no-stream', sealedEvents(5));
        let busy = 0;
        let most = 0;
        const { has, subscription } = collect(start, async () => {
          most = Math.max(most, ++busy);
          await new Promise((resolve) => setTimeout(resolve, 3));
          busy--;
        });
        await has(6);
        subscription.stop();
        await subscription.ended;
        expect(most).toBe(1);
      });

      it('delivers nothing after it was stopped', async () => {
        await store.append(newStream(), 'no-stream', sealedEvents(10));
        const { seen, subscription } = collect(start, () => {
          if (seen.length === 3) subscription.stop();
        });
        await subscription.ended;
        expect(seen).toHaveLength(3);
      });

      it('ends with the error of its handler', async () => {
        await store.append(newStream(), 'no-stream', sealedEvents(2));
        const { seen, subscription } = collect(start, () => {
          throw new Error('this handler fails');
        });
        await expect(subscription.ended).rejects.toThrow('this handler fails');
        expect(seen).toHaveLength(1);
      });

      it('stands at the head of a log in which nothing more has happened', async () => {
        const { seen, live, subscription } = collect(start);
        await live;
        subscription.stop();
        await subscription.ended;
        expect(seen).toEqual(['caught-up']);
      });
    });

    describe('truncating a key stream', () => {
      it('drops what lies before, keeps the rest, and goes on counting', async () => {
        const stream = newStream('key');
        await store.append(stream, 'no-stream', sealedEvents(3));
        await store.truncateBefore(stream, 2);
        expect((await store.readStream(stream)).map((event) => event.revision)).toEqual([2]);
        expect(await store.append(stream, 2, sealedEvents(1))).toMatchObject({ revision: 3, repeated: false });
        await store.truncateBefore(stream, 2);
        expect((await store.readStream(stream)).map((event) => event.revision)).toEqual([2, 3]);
      });

      it('is refused for any other stream', async () => {
        const stream = newStream('student');
        await store.append(stream, 'no-stream', sealedEvents(3));
        await expect(store.truncateBefore(stream, 1)).rejects.toThrow(TypeError);
        expect(await store.readStream(stream)).toHaveLength(3);
      });
    });

    it('has an empty past at START or before its first event', async () => {
      const [first] = await store.readAll({ after: START, limit: 1 });
      if (first) expect(first.position).toBeGreaterThan(START);
      else expect(await store.head()).toBe(START);
    });

    it('finds everything again after it was closed and opened', async () => {
      if (!opened.reopen) return;
      const stream = newStream();
      const events = sealedEvents(3);
      const first = await store.append(stream, 'no-stream', events);
      const { logId } = store;
      store = await opened.reopen();
      expect(store.logId).toBe(logId);
      expect(ids(await store.readStream(stream))).toEqual(ids(events));
      expect(await store.append(stream, 'no-stream', events)).toEqual({ ...first, repeated: true });
      expect(await store.append(stream, 2, sealedEvents(1))).toMatchObject({ revision: 3 });
    });
  });
}
