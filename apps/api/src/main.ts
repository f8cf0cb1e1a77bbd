import 'reflect-metadata';
import { complain, exitCodeOf, loggerOf, masterKeyOf, runClusterMain, say } from '@apps/shared';
import { composeNode } from '@apps/shared/src/node';
import type { ClusterSettings } from '@config/cluster-settings';
import { createApi } from './api';

/** The API of a cluster's node: reads the folder that this node's projector keeps, writes to the cluster. */
async function start(settings: ClusterSettings): Promise<void> {
  const { master } = masterKeyOf(settings.data, process.env, { make: false });
  const logger = loggerOf(settings);
  const node = await composeNode(settings, master, logger);
  const app = await createApi(node.platform);
  const stop = async (code: number): Promise<void> => {
    await app.close();
    await node.close();
    process.exit(code);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      complain(`${signal}: finishing what is under way`);
      void stop(0);
    });
  }
  // Nothing may be served from a past that the cluster no longer has.
  node.broken.catch((error: unknown) => {
    complain(error instanceof Error ? error.message : String(error));
    process.exit(exitCodeOf(error));
  });
  await app.listen(settings.port, settings.host);
  const url = (await app.getUrl()).replace('[::1]', '127.0.0.1');
  say(`Throughline is running at ${url}`);
  const link = await node.platform.accounts.offerSetup({ correlationId: 'start' });
  if (link) say(`Set up the first administrator (once, until ${link.expiresAt}): ${url}/setup#${link.token}`);
}

void runClusterMain(start);
