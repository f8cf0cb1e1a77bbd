import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { InProcessJobQueue, type JobQueue, jobIdOf, QueueUnavailable, RedisUnfit } from '@foundation/jobs';
import { BullMqJobQueue, type BullMqOptions, JOB_LOCK_MS, JOB_LOOK_MS } from '@foundation/jobs/bullmq';
import { newId, type StudentId } from '@foundation/kernel';
import { type RedisServer, startRedis } from '../support/redis';
import { counting, eventually, gate, jobQueueContract, kinds, lifting, sorting } from './job-queue.contract';

jobQueueContract('InProcessJobQueue', async () => new InProcessJobQueue(kinds));

describe('on Redis', () => {
  let redis: RedisServer;
  let count = 0;
  const errors: Error[] = [];
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  const open = (options: Partial<BullMqOptions> = {}) =>
    BullMqJobQueue.open({ url: redis.url, kinds, prefix: `p${++count}`, onError: (error) => errors.push(error), ...options });

  jobQueueContract('BullMqJobQueue', open);

  describe('BullMqJobQueue', () => {
    const student = newId<StudentId>();
    const opened: JobQueue[] = [];
    const opening = async (options: Partial<BullMqOptions> = {}) => {
      const queue = await open(options);
      opened.push(queue);
      return queue;
    };
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((queue) => queue.close(100)));
    });
    const working = async (queue: JobQueue, sort: () => Promise<void> = async () => undefined) => {
      queue.handle(sorting, sort);
      queue.handle(counting, async () => undefined);
      queue.handle(lifting, async () => undefined);
      await queue.start();
      return queue;
    };

    it('shares jobs among processes: one enqueues, each job runs at one worker', async () => {
      const prefix = 'shared';
      const runs: string[] = [];
      const asking = await opening({ prefix });
      await working(await opening({ prefix }), async () => void runs.push('a'));
      await working(await opening({ prefix }), async () => void runs.push('b'));
      const ids = Array.from({ length: 30 }, () => jobIdOf(sorting, newId()));
      for (const id of ids) await asking.enqueue(sorting, id, { student });
      for (const id of ids) await eventually(async () => (await asking.status(sorting, id))?.state === 'done');
      expect(runs).toHaveLength(30);
    });

    it('keeps jobs, dead ones too, over a kill of Redis and of every process', async () => {
      const prefix = 'kept';
      const first = await working(await opening({ prefix }), async () => {
        throw new RangeError();
      });
      const [dead, waiting] = [jobIdOf(sorting, newId()), jobIdOf(sorting, newId())];
      await first.enqueue(sorting, dead, { student });
      await eventually(async () => (await first.dead()).length === 1);
      await first.close();
      const asking = await opening({ prefix });
      await asking.enqueue(sorting, waiting, { student });
      await redis.restart();
      const second = await working(await opening({ prefix }));
      await eventually(async () => (await second.status(sorting, waiting))?.state === 'done');
      expect((await second.dead()).map(({ id }) => id)).toEqual([dead]);
    });

    it('fails at once to enqueue while Redis is away; a worker goes on by itself when it is back', async () => {
      const queue = await working(await opening());
      await redis.kill();
      await eventually(async () => {
        const refused = await queue.enqueue(sorting, jobIdOf(sorting, newId()), { student }).catch((error: unknown) => error);
        return refused instanceof QueueUnavailable;
      });
      await expect(queue.status(sorting, jobIdOf(sorting, newId()))).rejects.toThrow(QueueUnavailable);
      await expect(queue.dead()).rejects.toThrow('Redis does not answer');
      await eventually(() => errors.length > 0);
      await redis.restart();
      const id = jobIdOf(sorting, newId());
      await eventually(() =>
        queue.enqueue(sorting, id, { student }).then(
          () => true,
          () => false,
        ),
      );
      await eventually(async () => (await queue.status(sorting, id))?.state === 'done');
    });

    it('lets a job be taken over within 10 s of a death', () => {
      // Until the lock ends, and two looks for such jobs: one may come just too early.
      expect(JOB_LOCK_MS + 2 * JOB_LOOK_MS).toBeLessThan(10_000);
    });

    it('delivers a job again whose worker was killed in its midst', async () => {
      const prefix = 'killed';
      const asking = await opening({ prefix });
      const child = fork(join(__dirname, '../support/ts-child.js'), [
        join(__dirname, '../support/job-holding-child.ts'),
        redis.url,
        prefix,
      ]);
      const exited = once(child, 'exit');
      const id = jobIdOf(sorting, newId());
      await asking.enqueue(sorting, id, { student });
      await once(child, 'message');
      child.kill('SIGKILL');
      await exited;
      expect(await asking.status(sorting, id)).toMatchObject({ state: 'running' });
      const attempts: unknown[] = [];
      await working(await opening({ prefix, lockMs: 500 }), async () => void attempts.push('again'));
      await eventually(async () => (await asking.status(sorting, id))?.state === 'done');
      expect(attempts).toEqual(['again']);
    });

    it('is delivered elsewhere what a closing worker could not end in time', async () => {
      const prefix = 'closed';
      const begun = gate();
      const first = await working(await opening({ prefix, lockMs: 500 }), async () => {
        begun.open();
        await new Promise(() => undefined);
      });
      const id = jobIdOf(sorting, newId());
      await first.enqueue(sorting, id, { student });
      await begun.opened;
      await first.close(50);
      const second = await working(await opening({ prefix, lockMs: 500 }));
      await eventually(async () => (await second.status(sorting, id))?.state === 'done');
    });

    it('leaves a job of a kind that it does not know to a worker of the version that does', async () => {
      const prefix = 'rolling';
      const old = await opening({ prefix, kinds: [sorting, lifting] });
      old.handle(sorting, async () => undefined);
      old.handle(lifting, async () => undefined);
      await old.start();
      const asking = await opening({ prefix });
      const id = jobIdOf(counting, newId());
      await asking.enqueue(counting, id, { student });
      await eventually(async () => ((await asking.status(counting, id))?.attempts ?? 0) > 0);
      await eventually(async () => (await asking.status(counting, id))?.state === 'waiting');
      await working(await opening({ prefix }));
      await eventually(async () => (await asking.status(counting, id))?.state === 'done');
      expect(await asking.dead()).toEqual([]);
    });

    it('writes neither names nor an error’s words into Redis', async () => {
      const prefix = 'silent';
      const queue = await working(await opening({ prefix }), async () => {
        throw new Error('Sam Rivermoss');
      });
      const id = jobIdOf(sorting, newId());
      await queue.enqueue(sorting, id, { student });
      await eventually(async () => (await queue.status(sorting, id))?.state === 'dead');
      const client = new Redis(redis.url);
      const kept = await client.hgetall(`${prefix}:toys:${id}`);
      client.disconnect();
      expect(kept).toMatchObject({ failedReason: 'Error', data: JSON.stringify({ student }) });
      expect(JSON.stringify(kept)).not.toContain('Rivermoss');
    });

    it('forgets jobs that were done long ago, as many as a thousand stay', async () => {
      const prefix = 'bounded';
      const queue = await working(await opening({ prefix }));
      const ids = Array.from({ length: 1100 }, () => jobIdOf(sorting, newId()));
      await Promise.all(ids.map((id) => queue.enqueue(sorting, id, { student })));
      const last = ids.at(-1)!;
      await eventually(async () => (await queue.status(sorting, last))?.state === 'done');
      const client = new Redis(redis.url);
      await eventually(
        async () => (await client.zcard(`${prefix}:toys:completed`)) === 1000 && (await client.llen(`${prefix}:toys:wait`)) === 0,
      );
      client.disconnect();
      expect(await queue.status(sorting, ids[0]!)).toBeUndefined();
    });

    it.each([
      ['evicts', ['--maxmemory-policy', 'allkeys-lru'], /evicts keys .*allkeys-lru.*CONFIG SET maxmemory-policy noeviction/],
      ['keeps no append-only file', ['--appendonly', 'no'], /no append-only file.*CONFIG SET appendonly yes/],
    ])('does not start on a Redis that %s, and says how to mend it', async (_, given, said) => {
      const unfit = await startRedis(given);
      try {
        const refused = open({ url: unfit.url });
        await expect(refused).rejects.toThrow(RedisUnfit);
        await expect(refused).rejects.toThrow(said);
        await expect(refused).rejects.toThrow(/^[^\n]*$/);
      } finally {
        await unfit.stop();
      }
    });

    it('says that no Redis answers, and that the password is wrong, without showing it', async () => {
      const gone = await startRedis();
      await gone.stop();
      await expect(open({ url: gone.url })).rejects.toThrow(/No Redis answers at redis:\/\/127.0.0.1:\d+ \(ECONNREFUSED\): start it/);
      const guarded = await startRedis(['--requirepass', 'green-boats']);
      try {
        const wrong = guarded.url.replace('//', '//:red-boats@');
        await expect(open({ url: wrong })).rejects.toThrow(/asks for another password/);
        await expect(open({ url: wrong })).rejects.toThrow(/^(?!.*red-boats)/);
        await expect(open({ url: guarded.url })).rejects.toThrow(/asks for another password/);
        const right = await open({ url: guarded.url.replace('//', '//:green-boats@') });
        await right.close();
      } finally {
        await guarded.stop();
      }
    });
  });
});
