import { defineJob, HandlersWrong, Hopeless, type JobId, jobIdOf, type JobKind, type JobQueue, WrongJob } from '@foundation/jobs';
import { type LocalDate, newId, type StudentId } from '@foundation/kernel';

interface Payload extends Record<string, StudentId> {
  readonly student: StudentId;
}
const quick = { attempts: 3, backoffMs: 5, concurrency: 2 };
export const sorting = defineJob<Payload>({ name: 'toy.sort', queue: 'toys', ...quick });
export const counting = defineJob<Payload>({ name: 'toy.count', queue: 'toys', ...quick });
export const lifting = defineJob<Payload>({ name: 'toy.lift', queue: 'heavy', ...quick, concurrency: 1 });
export const kinds: readonly JobKind[] = [sorting, counting, lifting];

/** A promise with its ends in hand. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

export async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** What every adapter of the JobQueue port promises. `open` gives an empty queue of `kinds`. */
export function jobQueueContract(name: string, open: () => Promise<JobQueue>): void {
  describe(`${name} as a JobQueue`, () => {
    let queue: JobQueue;
    let student: StudentId;
    const seen: string[] = [];
    beforeEach(async () => {
      queue = await open();
      seen.length = 0;
      student = newId();
    });
    afterEach(() => queue.close(100));

    const idle = async () => undefined;
    const see = (kind: JobKind) => async () => void seen.push(kind.name);
    const becomes = (kind: JobKind, id: JobId, state: string) => eventually(async () => (await queue.status(kind, id))?.state === state);
    const with_ = (handler: Parameters<JobQueue['handle']>[1]) => {
      queue.handle(sorting, handler);
      queue.handle(counting, see(counting));
      queue.handle(lifting, see(lifting));
      return queue.start();
    };

    it('gives each job to the handler of its kind, with its payload', async () => {
      const given: unknown[] = [];
      await with_(async ({ id, payload, attempt }) => void given.push({ id, payload, attempt }));
      const [a, b, c] = [jobIdOf(sorting, newId()), jobIdOf(counting, newId()), jobIdOf(lifting, newId())];
      await queue.enqueue(sorting, a, { student });
      await queue.enqueue(counting, b, { student });
      await queue.enqueue(lifting, c, { student });
      await becomes(sorting, a, 'done');
      await becomes(counting, b, 'done');
      await becomes(lifting, c, 'done');
      expect(given).toEqual([{ id: a, payload: { student }, attempt: 1 }]);
      expect([...seen].sort()).toEqual(['toy.count', 'toy.lift']);
    });

    it('derives the same id from the same cause, another for another kind', () => {
      const cause = newId();
      expect(jobIdOf(sorting, cause)).toBe(jobIdOf(sorting, cause));
      expect(jobIdOf(sorting, cause)).not.toBe(jobIdOf(counting, cause));
      expect(jobIdOf(sorting, cause)).toMatch(/^[0-9a-f-]{36}$/);
    });

    it('runs a job once that is enqueued many times, while it waits, runs, or is done', async () => {
      const running = gate();
      let runs = 0;
      await with_(async () => {
        runs++;
        await running.opened;
      });
      const id = jobIdOf(sorting, newId());
      await Promise.all([1, 2, 3].map(() => queue.enqueue(sorting, id, { student })));
      await becomes(sorting, id, 'running');
      await queue.enqueue(sorting, id, { student });
      running.open();
      await becomes(sorting, id, 'done');
      await queue.enqueue(sorting, id, { student });
      const next = jobIdOf(sorting, newId());
      await queue.enqueue(sorting, next, { student });
      await becomes(sorting, next, 'done');
      expect(runs).toBe(2);
    });

    it('keeps jobs that come before the start', async () => {
      const id = jobIdOf(counting, newId());
      await queue.enqueue(counting, id, { student });
      expect(await queue.status(counting, id)).toMatchObject({ state: 'waiting', attempts: 0 });
      await with_(idle);
      await becomes(counting, id, 'done');
      expect(seen).toEqual(['toy.count']);
    });

    it('works on no more jobs of a queue at a time than its kinds say', async () => {
      const running = gate();
      let [now, most] = [0, 0];
      queue.handle(sorting, idle);
      queue.handle(counting, idle);
      queue.handle(lifting, async () => {
        most = Math.max(most, ++now);
        await running.opened;
        now--;
      });
      await queue.start();
      const ids = [1, 2, 3].map(() => jobIdOf(lifting, newId()));
      for (const id of ids) await queue.enqueue(lifting, id, { student });
      await eventually(() => most > 0);
      running.open();
      for (const id of ids) await becomes(lifting, id, 'done');
      expect(most).toBe(1);
    });

    it('tells how far a job is', async () => {
      const running = gate();
      await with_(async ({ progress }) => {
        for (let done = 1; done <= 40; done++) progress({ done, total: 40 });
        await running.opened;
      });
      const id = jobIdOf(sorting, newId());
      await queue.enqueue(sorting, id, { student });
      await eventually(async () => (await queue.status(sorting, id))?.progress.done === 40);
      expect(await queue.status(sorting, id)).toEqual({ state: 'running', progress: { done: 40, total: 40 }, attempts: 1 });
      running.open();
      await becomes(sorting, id, 'done');
    });

    it('knows nothing of a job that was never enqueued', async () => {
      expect(await queue.status(sorting, jobIdOf(sorting, newId()))).toBeUndefined();
    });

    it('tries a job again until it succeeds', async () => {
      const attempts: number[] = [];
      await with_(async ({ attempt }) => {
        attempts.push(attempt);
        if (attempt < 3) throw new Error('not yet');
      });
      const id = jobIdOf(sorting, newId());
      await queue.enqueue(sorting, id, { student });
      await becomes(sorting, id, 'done');
      expect(attempts).toEqual([1, 2, 3]);
      expect(await queue.dead()).toEqual([]);
    });

    it('lists a job among the dead when every try has failed, by class and code of its error and not its words', async () => {
      await with_(async () => {
        throw Object.assign(new RangeError('Sam Rivermoss is not there'), { code: 'ENOENT' });
      });
      const id = jobIdOf(sorting, newId());
      await queue.enqueue(sorting, id, { student });
      await becomes(sorting, id, 'dead');
      const [dead, ...others] = await queue.dead();
      expect(dead).toEqual({
        kind: 'toy.sort',
        id,
        payload: { student },
        attempts: 3,
        reason: 'RangeError ENOENT',
        diedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string,
      });
      expect(others).toEqual([]);
    });

    it('does not try again what is hopeless', async () => {
      let runs = 0;
      await with_(async () => {
        runs++;
        throw new Hopeless('erased');
      });
      const id = jobIdOf(sorting, newId());
      await queue.enqueue(sorting, id, { student });
      await becomes(sorting, id, 'dead');
      expect(runs).toBe(1);
      expect((await queue.dead()).map(({ reason }) => reason)).toEqual(['Hopeless']);
    });

    it('leaves a dead job dead that is enqueued again', async () => {
      await with_(async () => {
        throw new Hopeless();
      });
      const id = jobIdOf(sorting, newId());
      await queue.enqueue(sorting, id, { student });
      await becomes(sorting, id, 'dead');
      await queue.enqueue(sorting, id, { student });
      expect(await queue.status(sorting, id)).toMatchObject({ state: 'dead' });
      expect(await queue.dead()).toHaveLength(1);
    });

    it('retries a dead job with all its tries, and only a dead one', async () => {
      let broken = true;
      const attempts: number[] = [];
      await with_(async ({ attempt }) => {
        attempts.push(attempt);
        if (broken) throw new Error('broken');
        if (attempt < 3) throw new Error('still warming up');
      });
      const id = jobIdOf(sorting, newId());
      await queue.enqueue(sorting, id, { student });
      await becomes(sorting, id, 'dead');
      broken = false;
      expect(await queue.retry(id)).toBe(true);
      await becomes(sorting, id, 'done');
      expect(attempts).toEqual([1, 2, 3, 1, 2, 3]);
      expect(await queue.dead()).toEqual([]);
      expect(await queue.retry(id)).toBe(false);
      expect(await queue.retry(jobIdOf(sorting, newId()))).toBe(false);
    });

    it('drops a dead job, and only a dead one; then its id is new again', async () => {
      let broken = true;
      await with_(async () => {
        if (broken) throw new Hopeless();
      });
      const id = jobIdOf(sorting, newId());
      await queue.enqueue(sorting, id, { student });
      await becomes(sorting, id, 'dead');
      expect(await queue.drop(id)).toBe(true);
      expect(await queue.drop(id)).toBe(false);
      expect(await queue.dead()).toEqual([]);
      expect(await queue.status(sorting, id)).toBeUndefined();
      broken = false;
      await queue.enqueue(sorting, id, { student });
      await becomes(sorting, id, 'done');
      expect(await queue.drop(id)).toBe(false);
    });

    it('lists the newest of the dead first, as many as asked for', async () => {
      await with_(async () => {
        throw new Hopeless();
      });
      const ids = [1, 2, 3].map(() => jobIdOf(sorting, newId()));
      for (const id of ids) {
        await queue.enqueue(sorting, id, { student });
        await becomes(sorting, id, 'dead');
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      expect((await queue.dead(2)).map(({ id }) => id)).toEqual([ids[2], ids[1]]);
    });

    it.each([
      ['a kind with two handlers', [sorting, sorting, counting, lifting], 'two handlers for toy.sort'],
      ['a kind without one', [sorting, lifting], 'no handler for toy.count'],
    ])('does not start with %s', async (_, handled, said) => {
      for (const kind of handled) queue.handle(kind, idle);
      await expect(queue.start()).rejects.toThrow(HandlersWrong);
      await expect(queue.start()).rejects.toThrow(said);
    });

    it('refuses names in payloads, ids of its caller’s own, and strange kinds', async () => {
      const id = jobIdOf(sorting, newId());
      await expect(queue.enqueue(sorting, id, { student: 'Sam Rivermoss' as StudentId })).rejects.toThrow(WrongJob);
      await expect(queue.enqueue(sorting, id, { student: 'Sam Rivermoss' as StudentId })).rejects.toThrow(/^(?!.*Sam)/);
      await expect(queue.enqueue(sorting, '4711' as JobId, { student })).rejects.toThrow(WrongJob);
      const strange = defineJob<{ on: LocalDate }>({ name: 'toy.strange', queue: 'toys', ...quick });
      await expect(queue.enqueue(strange, id, { on: '2026-03-03' as LocalDate })).rejects.toThrow(WrongJob);
      expect(await queue.status(sorting, id)).toBeUndefined();
    });

    it('lets a running job end before it closes, and takes no more', async () => {
      const [begun, running] = [gate(), gate()];
      let ended = false;
      await with_(async () => {
        begun.open();
        await running.opened;
        ended = true;
      });
      await queue.enqueue(sorting, jobIdOf(sorting, newId()), { student });
      await begun.opened;
      const closing = queue.close();
      running.open();
      await closing;
      expect(ended).toBe(true);
      await expect(queue.enqueue(sorting, jobIdOf(sorting, newId()), { student })).rejects.toThrow('ending');
    });

    it('tells a running job that it ends, and does not wait for ever', async () => {
      const begun = gate();
      let told = false;
      await with_(async ({ signal }) => {
        begun.open();
        signal.addEventListener('abort', () => (told = true));
        await new Promise(() => undefined);
      });
      await queue.enqueue(sorting, jobIdOf(sorting, newId()), { student });
      await begun.opened;
      await queue.close(50);
      expect(told).toBe(true);
    });
  });
}
