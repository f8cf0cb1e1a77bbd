import { SqliteEventStore } from '@foundation/event-store';

/** Holds the data folder named by its argument until it is killed; says `held` when it does. */
const store = SqliteEventStore.open(process.argv[2] ?? '', { mode: 'write' });
process.stdout.write('held\n');
// A store that nothing refers to any more is collected, and its lock with it.
setInterval(() => store.logId, 60_000);
