import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Platform } from '@apps/api';
import { AccessTokens, AccountsService, MemoryThrottle, ReadAudit } from '@foundation/access';
import { JournalCommandRunner, LogJournal, SqliteEventStore } from '@foundation/event-store';
import type { Clock, Instant } from '@foundation/kernel';
import { Erasure, ErasureRegister, KeyRing, type MasterKey } from '@foundation/privacy';
import { ThreadedViewHost } from '@foundation/view-store';
import { CaseRelationFacts } from '@case/students';
import { RosterImporter, RosterImports } from '@exchange/rostering';
import type { Settings } from '@config/settings';
import { catalogue } from './events';

export const systemClock: Clock = { now: () => new Date().toISOString() as Instant };

/** Everything on one folder: the log, the keys, the views on their thread, and what the API is composed on. */
export interface Standalone {
  readonly platform: Platform;
  /** For the command line: an import without a queue. */
  readonly rosterImporter: RosterImporter;
  readonly views: ThreadedViewHost;
  /** Stops in the order that loses nothing: imports, views, reads, log. */
  readonly close: () => Promise<void>;
}

/** @throws FolderInUse, WrongMasterKey, UnknownStoredTypes, NewerLog */
export async function compose(settings: Settings, master: MasterKey, logger: Logger): Promise<Standalone> {
  mkdirSync(settings.data, { recursive: true });
  const store = SqliteEventStore.open(settings.data, { mode: 'write' });
  try {
    return await composeOn(store, settings, master, logger);
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function composeOn(store: SqliteEventStore, settings: Settings, master: MasterKey, logger: Logger): Promise<Standalone> {
  const { data, zone, https } = settings;
  catalogue.assertCovers(store.distinctTypes());
  const keys = new KeyRing(store, master, systemClock);
  await keys.checkMasterKey();
  const journal = new LogJournal(store, catalogue, keys);
  const runner = new JournalCommandRunner(journal, keys, master);
  const erasure = new Erasure(store, keys, new ErasureRegister(join(data, 'erasures.jsonl')), systemClock);
  await erasure.resumeErasures();

  const views = new ThreadedViewHost({
    folder: data,
    module: join(__dirname, 'view-set.js'),
    masterKey: master.secret.export(),
    onCrash: (error, restartMs) => logger.error({ error, restartMs }, 'the projector died and is started again'),
  });
  await views.start();
  store.onCommitted(() => views.wake());

  const relations = new CaseRelationFacts(runner);
  const tokens = new AccessTokens(master.deriveKey('tokens').export(), systemClock);
  const accounts = new AccountsService({
    logId: store.logId,
    runner,
    clock: systemClock,
    zone,
    facts: relations,
    tokens,
    throttle: new MemoryThrottle(),
    refreshKey: master.deriveKey('refresh').export(),
  });
  const reads = new ReadAudit(join(data, 'reads.sqlite'));
  // Tens of thousands of keys that an import meets once take a kilobyte each: its ring forgets soon, but not what was destroyed.
  const importKeys = new KeyRing(store, master, systemClock, { remember: 1000 });
  keys.onDestroyed((subject) => importKeys.destroyed(subject));
  const importJournal = new LogJournal(store, catalogue, importKeys);
  const rosterImporter = new RosterImporter({ store, journal: importJournal, runner, clock: systemClock, zone });
  const rosterImports = new RosterImports({
    importer: rosterImporter,
    runner,
    store,
    folder: join(data, 'imports'),
    failed: (id, error) => logger.error({ import: id, error: error instanceof Error ? error.name : 'Error' }, 'a roster import failed'),
  });
  const platform: Platform = {
    store,
    journal,
    runner,
    views,
    clock: systemClock,
    relations,
    accounts,
    tokens,
    reads,
    erasure,
    purged: async (position) => {
      await views.waitFor(position, 10_000);
      await views.purged(position);
    },
    rosterImports,
    logger,
    settings: { zone, https },
    troubles: () => troublesOf(views),
  };
  return {
    platform,
    rosterImporter,
    views,
    close: async () => {
      await rosterImports.idle();
      await views.stop();
      reads.close();
      await store.close();
    },
  };
}

function troublesOf(views: ThreadedViewHost): readonly string[] {
  const status = views.status();
  return [
    ...status.views.flatMap(({ view, halted }) => (halted ? [`the view ${view} has halted`] : [])),
    ...(status.projector === 'running' ? [] : [`the projector is ${status.projector}`]),
    ...(status.file === undefined ? ['the views are being built'] : []),
  ];
}
