import type { Trouble } from '@foundation/event-store/eventstoredb';
import { Mendable } from '@foundation/kernel';

/** The event store cannot be used as the settings say; one line for each thing that is wrong. */
export class EventStoreUnusable extends Mendable {
  constructor(readonly troubles: readonly Trouble[]) {
    super(troubles.map(({ line }) => line).join('\n'));
  }
}
