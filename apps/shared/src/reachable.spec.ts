import { StandInCluster } from '../../../test/faults/stand-in';
import { EventStoreUnusable } from './event-store-unusable';
import { demandRightSettings, demandUsable } from './reachable';

const nowhere = 'esdb://127.0.0.1:1?tls=false';

it('says what is wrong with the settings at once, and waits for a server that is down', async () => {
  await expect(demandUsable('esdb://127.0.0.1:2113?tls=maybe', 60_000)).rejects.toThrow(EventStoreUnusable);
  await expect(demandUsable(nowhere, 1)).rejects.toThrow(/127\.0\.0\.1:1/);
  await demandRightSettings(nowhere);
  await expect(demandRightSettings('http://127.0.0.1:2113')).rejects.toThrow(/esdb:\/\//);
});

it('goes on as soon as the server answers', async () => {
  const cluster = await StandInCluster.start(1);
  const [node] = cluster.nodes;
  await node!.kill();
  const usable = demandUsable(cluster.connectionString, 60_000);
  await node!.start();
  await usable;
  await cluster.stop();
});
