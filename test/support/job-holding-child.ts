import { BullMqJobQueue } from '@foundation/jobs/bullmq';
import { counting, kinds, lifting, sorting } from '../contract/job-queue.contract';

/** Takes a job, tells its parent, and never ends it. Arguments: the address of Redis, the prefix. */
async function hold(): Promise<void> {
  const [url = '', prefix] = process.argv.slice(2);
  const queue = await BullMqJobQueue.open({ url, kinds, prefix, lockMs: 500 });
  queue.handle(sorting, () => {
    process.send?.('begun');
    return new Promise(() => undefined);
  });
  queue.handle(counting, async () => undefined);
  queue.handle(lifting, async () => undefined);
  await queue.start();
}

void hold();
