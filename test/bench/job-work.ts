import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { v7 } from 'uuid';
import { defineJob, jobIdOf } from '@foundation/jobs';
import { BullMqJobQueue } from '@foundation/jobs/bullmq';
import { type EventId, newId } from '@foundation/kernel';

/** `job-work.ts bare|ours <redis URL> <jobs>` prints jobs per second, from the first one enqueued to the last one done. */
const [by, url = '', given = '0'] = process.argv.slice(2);
const JOBS = Number(given);
const IN_FLIGHT = 100;
const CONCURRENCY = 10;
const prefix = `bench-${v7()}`;
const kind = defineJob({ name: 'bench.nothing', queue: 'bench', attempts: 5, backoffMs: 1000, concurrency: CONCURRENCY });

void (by === 'bare' ? bare() : ours()).then((perSecond) => {
  process.stdout.write(`${JSON.stringify(perSecond)}\n`, () => process.exit(0));
});

async function bare(): Promise<number> {
  const [asking, working] = [0, 1].map(() => new Redis(url, { maxRetriesPerRequest: null }));
  if (!asking || !working) throw new TypeError('Two connections');
  const queue = new Queue('bench', { connection: asking, prefix });
  const done = counter();
  const kept = { removeOnComplete: { count: 1000 }, removeOnFail: { count: 1000 } };
  const worker = new Worker('bench', async () => done.one(), { connection: working, prefix, concurrency: CONCURRENCY, ...kept });
  await worker.waitUntilReady();
  const perSecond = await timed(done, async () => {
    const backoff = { type: 'exponential', delay: 1000 };
    await queue.add('bench.nothing', { event: v7() }, { jobId: v7(), attempts: 5, backoff });
  });
  await worker.close();
  await queue.obliterate({ force: true });
  return perSecond;
}

async function ours(): Promise<number> {
  const queue = await BullMqJobQueue.open({ url, kinds: [kind], prefix });
  const done = counter();
  queue.handle(kind, async () => done.one());
  await queue.start();
  const perSecond = await timed(done, async () => {
    const event = newId<EventId>();
    await queue.enqueue(kind, jobIdOf(kind, event), { event });
  });
  for (const one of queue.bullQueues) await one.obliterate({ force: true });
  await queue.close();
  return perSecond;
}

interface Counter {
  readonly all: Promise<void>;
  one(): void;
}

function counter(): Counter {
  let left = JOBS;
  let finish = (): void => undefined;
  const all = new Promise<void>((resolve) => (finish = resolve));
  return { all, one: () => void (--left === 0 && finish()) };
}

async function timed(done: Counter, enqueue: () => Promise<void>): Promise<number> {
  const started = performance.now();
  let left = JOBS;
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      while (left-- > 0) await enqueue();
    }),
  );
  await done.all;
  return JOBS / ((performance.now() - started) / 1000);
}
