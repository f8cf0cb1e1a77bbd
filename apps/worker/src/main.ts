import 'reflect-metadata';
import { exitCodeOf, loggerOf, masterKeyOf, Probes, runClusterMain, say } from '@apps/shared';
import { composeNode } from '@apps/shared/src/node';
import type { ClusterSettings } from '@config/cluster-settings';
import { WrongSetting } from '@config/settings';
import { RedisTurns } from '@foundation/jobs/bullmq';
import { LOOKED_FOR_MS } from '@exchange/rostering';
import { JobsAndPolicies } from './work';

const SWEEP_MS = 3_600_000;

/** A worker of the cluster: policies and jobs, on the copy and the views of the node whose folder it shares. */
async function start(settings: ClusterSettings): Promise<void> {
  const { data, redis: url } = settings;
  if (url === undefined)
    throw new WrongSetting('THROUGHLINE_REDIS is missing: a worker takes its jobs from Redis, such as redis://host:6379');
  const { master } = masterKeyOf(data, process.env, { make: false });
  const logger = loggerOf(settings);
  const node = await composeNode(settings, master, logger);
  const turns = await RedisTurns.open({ url, onError: (error) => logger.warn({ error: error.name }, 'Redis') });
  const { exports: recordExports, digests, erasure, metrics, troubles = () => [] } = node.platform;
  const work = new JobsAndPolicies({ queue: node.queue, log: node.store, turns, exports: recordExports, digests, logger });
  const probes = new Probes(metrics, troubles);
  const sweeping = setInterval(() => void node.imports?.sweep(), SWEEP_MS);
  // What is not asked for now, as the queue is away, is by the next look.
  const looking = setInterval(() => void node.imports?.askAgain().catch(() => undefined), LOOKED_FOR_MS);
  const stop = async (code: number): Promise<void> => {
    clearInterval(sweeping);
    clearInterval(looking);
    await probes.close();
    await work.stop();
    turns.close();
    await node.close();
    process.exit(code);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop(0));
  node.broken.catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(exitCodeOf(error));
  });
  // Erasures that were cut short between the destruction of a key and its truncation on the server are finished here.
  await erasure.resumeErasures();
  node.imports?.work();
  await node.imports?.sweep();
  await work.start();
  say(`The worker is running at ${await probes.listen(settings.port, settings.host)}`);
}

void runClusterMain(start);
