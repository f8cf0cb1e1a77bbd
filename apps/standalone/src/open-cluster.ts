import type { Rotate } from '@foundation/operations';
import { EventStoreDbEventStore } from '@foundation/event-store/eventstoredb';
import { resealWaitingImports } from '@exchange/rostering';
import { importsFolderOf } from '@apps/shared';

/** What a change of the master key of a cluster works on. In a file of its own, which is loaded where there is a cluster. */
export async function openCluster(connection: string, folders: Parameters<typeof importsFolderOf>[0]) {
  const reseal: Rotate['reseal'] = (from, to) =>
    resealWaitingImports(importsFolderOf(folders), from.deriveKey('imports'), to.deriveKey('imports'));
  return { cluster: await EventStoreDbEventStore.open(connection), reseal };
}
