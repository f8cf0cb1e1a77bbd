import { SqliteEventStore } from '@foundation/event-store';

/** Holds the data folder named by its argument until it is killed; says `held` when it does. */
SqliteEventStore.open(process.argv[2] ?? '', { mode: 'write' });
process.stdout.write('held\n');
setInterval(() => undefined, 60_000);
