import { SqliteEventStore, StoreUnavailable } from '@foundation/event-store';
import { newStream, sealedEvents } from './sealed-events';

/**
 * Appends without end from several loops and writes one line `stream revision position` per acknowledged append to standard output:
 * what a parent that kills this process may count on. Argument: the data folder.
 */
const store = SqliteEventStore.open(process.argv[2] ?? '', { mode: 'write' });

async function appendOn(stream: string): Promise<never> {
  for (let last = -1; ;) {
    const count = 1 + ((last + 1) % 3);
    const { revision, position } = await store.append(stream, last === -1 ? 'no-stream' : last, sealedEvents(count));
    process.stdout.write(`${stream} ${revision} ${position}\n`);
    last = revision;
  }
}

for (let loop = 0; loop < 8; loop++) {
  appendOn(newStream()).catch((error: unknown) => {
    if (!(error instanceof StoreUnavailable)) throw error;
  });
}
