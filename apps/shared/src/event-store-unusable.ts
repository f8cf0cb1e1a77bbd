import type { Trouble } from '@foundation/event-store/eventstoredb';

/** The event store cannot be used as the settings say; one line for each thing that is wrong. */
export class EventStoreUnusable extends Error {
  constructor(readonly troubles: readonly Trouble[]) {
    super(troubles.map(({ line }) => line).join('\n'));
  }
}
