import 'reflect-metadata';
import { exitCodeOf, loggerOf, masterKeyOf, Probes, runClusterMain, say } from '@apps/shared';
import type { ClusterSettings } from '@config/cluster-settings';
import { ProjectingNode } from './projecting-node';

/** The projector of a cluster's node: keeps the node's copy of the log, and the views on it. */
async function start(settings: ClusterSettings): Promise<void> {
  const { master } = masterKeyOf(settings.data, process.env, { make: false });
  const logger = loggerOf(settings);
  const node = await ProjectingNode.start(settings, master, logger);
  const probes = new Probes(node.metrics, () => node.troubles());
  const stop = async (code: number): Promise<void> => {
    await probes.close();
    await node.stop();
    process.exit(code);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop(0));
  node.ended.catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    void stop(exitCodeOf(error));
  });
  say(`The projector is running at ${await probes.listen(settings.port, settings.host)}`);
}

void runClusterMain(start);
