import { LogReplaced } from '@foundation/event-store';
import { EventStoreDbEventStore } from '@foundation/event-store/eventstoredb';
import { newId } from '@foundation/kernel';
import { newStream, sealedEvents } from '../support/sealed-events';
import { StandInCluster } from './stand-in';

/** The same event under another id: it takes the same place in a log. */
function anotherOf<E extends { readonly id: string }>(event: E): E {
  return { ...event, id: newId<never>() };
}

it('ends a subscription that has delivered nothing yet, when meanwhile the server took another way past its position', async () => {
  const cluster = await StandInCluster.start(1);
  const [server] = cluster.nodes;
  const store = await EventStoreDbEventStore.open(cluster.connectionString);
  const common = await store.append(newStream(), 'no-stream', sealedEvents(1));
  const stream = newStream();
  const lost = await store.append(stream, 'no-stream', sealedEvents(1));
  const delivered: string[] = [];
  let caughtUp = (): void => undefined;
  const upToDate = new Promise<void>((resolve) => (caughtUp = resolve));
  const { ended } = store.subscribe(lost.position, (delivery) => {
    if (delivery.kind === 'event') delivered.push(delivery.event.id);
    else caughtUp();
  });
  const outcome = ended.then(
    () => 'ended',
    (error: unknown) => error,
  );
  await upToDate;

  const event = cluster.log.events.at(-1)!;
  await server!.kill();
  cluster.log.restoreTo(Number(common.position));
  cluster.log.append(stream, 'no_stream', [anotherOf(event)]);
  cluster.log.append(stream, 0, [anotherOf(event)]);
  expect(cluster.log.events.at(-2)?.position).toBe(Number(lost.position));
  await server!.start();
  cluster.elect(server);

  expect(await outcome).toBeInstanceOf(LogReplaced);
  expect(delivered).toEqual([]);
  await store.close();
  await cluster.stop();
});
