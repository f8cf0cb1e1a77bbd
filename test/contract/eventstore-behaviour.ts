import { all } from './eventstore-behaviour/all';
import { appending } from './eventstore-behaviour/appending';
import { readingAndDeleting } from './eventstore-behaviour/reading';
import { rights } from './eventstore-behaviour/rights';
import type { Given, ServerUnderTest } from './eventstore-behaviour/server';

export type { ServerUnderTest };

/**
 * What the EventStoreDB adapter leans on, asked of a server with the bare client. Uses streams of its own and does not mind others on the
 * server; the rights of `$all` on the secured server are changed for a moment and put back.
 */
export function eventStoreBehaviour(name: string, given: Given): void {
  describe(name, () => {
    appending(given);
    readingAndDeleting(given);
    all(given);
    rights(given);
  });
}
