import { EventStoreDbEventStore } from '@foundation/event-store/eventstoredb';
import { StandInCluster } from '../faults/stand-in';
import { eventStoreContract } from './event-store.contract';

let cluster: StandInCluster;
beforeAll(async () => {
  cluster = await StandInCluster.start(1);
});
afterAll(() => cluster.stop());

eventStoreContract('EventStoreDbEventStore on the stand-in', async () => {
  let store = await EventStoreDbEventStore.open(cluster.connectionString);
  return {
    store,
    reopen: async () => {
      await store.close();
      store = await EventStoreDbEventStore.open(cluster.connectionString);
      return store;
    },
    close: () => store.close(),
  };
});
