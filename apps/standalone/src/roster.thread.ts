import { createSecretKey } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { ForwardingStore, JournalCommandRunner, LogJournal, SqliteEventStore } from '@foundation/event-store';
import { KeyRing, MasterKey } from '@foundation/privacy';
import { type ImportSetup, type ImportThreadLinks, RosterImporter, serveImport, type ThreadImporter } from '@exchange/rostering';
import { catalogue } from '@apps/shared/src/events';
import { systemClock } from '@apps/shared/src/clock';

/** An import meets each person once: their key need not be remembered after. */
const REMEMBERED = 1000;
/** Two batches of appends: one is being written, one is being made. A third would only lengthen the wait of whoever records meanwhile. */
const IN_FLIGHT = 64;

function open({ folder, masterKey, zone }: ImportSetup, { forward, onDestroyed }: ImportThreadLinks): ThreadImporter {
  const store = new ForwardingStore(SqliteEventStore.open(folder, { mode: 'read' }), forward);
  const keys = new KeyRing(store, new MasterKey(createSecretKey(masterKey)), systemClock, {
    remember: REMEMBERED,
    newcomers: true,
  });
  onDestroyed((subject) => keys.destroyed(subject));
  const journal = new LogJournal(store, catalogue, keys);
  const runner = new JournalCommandRunner(journal, keys);
  const importer = new RosterImporter({ store, journal, runner, clock: systemClock, zone, inFlight: IN_FLIGHT });
  return { run: (request, watcher) => importer.run(request, watcher), close: () => store.close() };
}

/** The importing thread of `compose`: keep it free of the web's framework. */
if (parentPort) {
  const setup = workerData as ImportSetup;
  void serveImport(parentPort, setup, (links) => open(setup, links));
}
