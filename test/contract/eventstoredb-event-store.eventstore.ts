import { EventStoreDbEventStore } from '@foundation/event-store/eventstoredb';
import { eventStoreContract } from './event-store.contract';

const url = process.env.EVENTSTORE_URL!;

eventStoreContract('EventStoreDbEventStore on a real server', async () => {
  let store = await EventStoreDbEventStore.open(url);
  return {
    store,
    reopen: async () => {
      await store.close();
      store = await EventStoreDbEventStore.open(url);
      return store;
    },
    close: () => store.close(),
  };
});
