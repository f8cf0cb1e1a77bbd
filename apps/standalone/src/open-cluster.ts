import { EventStoreDbEventStore } from '@foundation/event-store/eventstoredb';

/** In a file of its own, which is loaded where there is a cluster. */
export const openCluster = (connection: string): Promise<EventStoreDbEventStore> => EventStoreDbEventStore.open(connection);
