import type { StoredEvent } from '@foundation/event-store';
import { PolicyRunner } from '@foundation/jobs';
import { RedisTurns } from '@foundation/jobs/bullmq';
import { answering } from '@foundation/jobs/policies/testing';
import { remoteStore } from './remote-store';

/** A worker that runs the toy policy on its parent's log and tells it of each act. Arguments: the address of Redis, prefix, lease in ms. */
async function work(): Promise<void> {
  const [url = '', prefix, leaseMs] = process.argv.slice(2);
  const turns = await RedisTurns.open({ url, prefix, leaseMs: Number(leaseMs), askMs: 50 });
  const log = await remoteStore();
  const acted = (cause: StoredEvent) => void process.send?.({ acted: cause.stream });
  const policies = [answering((...given) => log.append(...given), acted)];
  const runner = new PolicyRunner({ log, policies, turns, onError: () => undefined, everyMs: 5, againMs: 1000 });
  process.on('message', (message) => {
    if (message === 'stop') void runner.stop().then(() => process.exit(0));
  });
  runner.start();
}

void work();
