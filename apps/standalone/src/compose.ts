import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Platform } from '@apps/api';
import { JOB_KINDS, JobsAndPolicies } from '@apps/worker';
import { JournalCommandRunner, LogJournal, SqliteEventStore } from '@foundation/event-store';
import { Lag, Metrics } from '@foundation/metrics';
import { nodeIdOf, refuseUnfinishedRestore } from '@foundation/operations';
import { Erasure, ErasureRegister, KeyRing, type MasterKey } from '@foundation/privacy';
import { InProcessJobQueue, SoleTurns } from '@foundation/jobs';
import { ViewJobBook, viewJobOn, ViewJobs, ViewJobWorker } from '@foundation/view-jobs';
import { ThreadedViewHost, workOnViewsInThread } from '@foundation/view-store';
import { ImportReports, InProcessImports, RosterImports, ThreadedImporter } from '@exchange/rostering';
import type { Settings } from '@config/settings';
import { catalogue, PROJECTOR_THREAD, systemClock, VIEW_WORK_THREAD } from '@apps/shared';
import { districtOn } from '@apps/shared/src/district';

/** Everything on one folder: the log, the keys, the views on their thread, and what the API is composed on. */
export interface Standalone {
  readonly platform: Platform;
  /** For the command line: an import without a queue. */
  readonly rosterImporter: ThreadedImporter;
  readonly views: ThreadedViewHost;
  /** Stops in the order that loses nothing: jobs, imports, views, reads, log. */
  readonly close: () => Promise<void>;
}

/** How long an import that has recorded everything waits for the views. */
const SHOWN_MS = 10_000;

/** @throws FolderInUse, RestoreUnfinished, WrongMasterKey, UnknownStoredTypes, NewerLog */
export async function compose(settings: Settings, master: MasterKey, logger: Logger): Promise<Standalone> {
  mkdirSync(settings.data, { recursive: true, mode: 0o700 });
  refuseUnfinishedRestore(settings.data);
  const store = SqliteEventStore.open(settings.data, { mode: 'write' });
  try {
    return await composeOn(store, settings, master, logger);
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function composeOn(store: SqliteEventStore, settings: Settings, master: MasterKey, logger: Logger): Promise<Standalone> {
  const { data, zone, https, metrics: readers } = settings;
  catalogue.assertCovers(store.distinctTypes());
  const keys = new KeyRing(store, master, systemClock);
  await keys.checkMasterKey();
  // Before anything is recorded: only an empty log gets a fingerprint key of its own.
  await keys.fingerprintKey();
  const journal = new LogJournal(store, catalogue, keys);
  const runner = new JournalCommandRunner(journal, keys);
  const register = new ErasureRegister(join(data, 'erasures.jsonl'));
  register.make();
  const erasure = new Erasure(store, keys, register, systemClock);
  await erasure.resumeErasures();

  const views = new ThreadedViewHost({
    folder: data,
    thread: PROJECTOR_THREAD,
    masterKey: master.secret.export(),
    onCrash: (error, restartMs) => logger.error({ error, restartMs }, 'the projector died and is started again'),
  });
  await views.start();
  store.onCommitted(() => views.wake());

  const rosterImporter = new ThreadedImporter({
    thread: join(__dirname, 'roster.thread.js'),
    store,
    keys,
    folder: data,
    masterKey: master.secret.export(),
    zone,
  });
  const reports = new ImportReports(join(data, 'imports'));
  const imports = new InProcessImports(rosterImporter, reports, (id, error) =>
    logger.error({ import: id, error: error instanceof Error ? error.name : 'Error' }, 'a roster import failed'),
  );
  const failed: JobFailed = (job, dead) =>
    logger[dead ? 'error' : 'warn']({ ...job, dead }, dead ? 'a job failed for good' : 'a job failed and is tried again');
  const queue = new InProcessJobQueue(JOB_KINDS, failed);
  const district = districtOn({ store, keys, journal, runner, views, queue, master, clock: systemClock, settings });
  const { exports: recordExports, digests, reads } = district;
  const viewJobs = await viewJobsOf(data, master, views, failed);
  const work = new JobsAndPolicies({ queue, log: store, turns: new SoleTurns(), exports: recordExports, digests, logger });
  const platform: Platform = {
    store,
    journal,
    runner,
    views,
    clock: systemClock,
    ...district,
    erasure,
    purged: async (position) => {
      await views.waitFor(position, 10_000);
      await views.purged(position);
    },
    rosterImports: new RosterImports({ runs: imports, reports, runner, store, shown: () => views.waitFor(store.headSync(), SHOWN_MS) }),
    viewJobs: viewJobs.jobs,
    logger,
    metrics: metricsOf(store, views, imports, queue, viewJobs.queue),
    settings: { zone, https, metrics: readers },
    troubles: () => troublesOf(views),
  };
  await work.start();
  return {
    platform,
    rosterImporter,
    views,
    close: async () => {
      await viewJobs.queue.close();
      await work.stop();
      await imports.idle();
      await views.stop();
      reads.close();
      await store.close();
    },
  };
}

type JobFailed = NonNullable<ConstructorParameters<typeof InProcessJobQueue>[1]>;

/** Rebuilds and verifications of this folder's views, each on a thread of its own beside the projecting one. */
async function viewJobsOf(folder: string, master: MasterKey, views: ThreadedViewHost, failed: JobFailed) {
  const node = nodeIdOf(folder);
  const book = new ViewJobBook(join(folder, 'view-jobs'));
  const queue = new InProcessJobQueue([viewJobOn(node)], failed);
  const clock = systemClock;
  const setup = { folder, thread: VIEW_WORK_THREAD, masterKey: master.secret.export() };
  new ViewJobWorker({
    book,
    node,
    queue,
    clock,
    work: (work, onStep, signal) => workOnViewsInThread({ ...setup, work }, onStep, signal),
    switchedTo: (file) => views.switchedTo(file),
  }).register();
  await queue.start();
  const nodes = async () => [{ node, heardAt: clock.now() }];
  return { queue, jobs: new ViewJobs({ book, node, queueOf: async () => queue, nodes, clock }) };
}

/** What this process tells of itself. */
function metricsOf(
  store: SqliteEventStore,
  views: ThreadedViewHost,
  imports: InProcessImports,
  queue: InProcessJobQueue,
  viewQueue: InProcessJobQueue,
): Metrics {
  const metrics = new Metrics();
  const lag = new Lag();
  lag.committed(store.headSync());
  store.onCommitted((head) => lag.committed(head));
  store.onGroup((group) => metrics.appended(group));
  const behind = () => store.headSync() - views.position();
  metrics.gauge('projection_lag_positions', 'Positions between the log and the slowest view', () => Number(behind()));
  metrics.gauge('projection_lag_seconds', 'Age of the oldest event that a view has not reached', () => lag.seconds(views.position()));
  metrics.gauge('views_halted', 'Views that stopped at an event', () => views.status().views.filter(({ halted }) => halted).length);
  metrics.gauge('projector_restarts', 'Deaths of the projecting thread since the start', () => views.status().restarts);
  metrics.gauge('appends_waiting', 'Appends that wait for the next group', () => store.waiting);
  metrics.gauge('roster_imports_waiting', 'Roster imports begun and not finished', () => imports.unfinished);
  metrics.gauge('jobs_waiting', 'Jobs that wait or run', () => queue.unfinished);
  metrics.gauge('views_jobs_waiting', 'Rebuilds and verifications of the views that wait or run', () => viewQueue.unfinished);
  metrics.watchProcess();
  return metrics;
}

function troublesOf(views: ThreadedViewHost): readonly string[] {
  const status = views.status();
  return [
    ...status.views.flatMap(({ view, halted }) => (halted ? [`the view ${view} has halted`] : [])),
    ...(status.projector === 'running' ? [] : [`the projector is ${status.projector}`]),
    ...(status.file === undefined ? ['the views are being built'] : []),
  ];
}
