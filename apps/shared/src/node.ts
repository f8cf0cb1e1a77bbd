import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Platform } from '@apps/api';
import type { ClusterSettings } from '@config/cluster-settings';
import { CLUSTER_JOB_KINDS, JOB_KINDS } from '@apps/worker';
import { type AccessTokens, signInEnded } from '@foundation/access';
import {
  checkLineage,
  JournalCommandRunner,
  LineageBroken,
  LOG_FILE,
  LogJournal,
  NodeEventStore,
  SqliteEventStore,
} from '@foundation/event-store';
import { EventStoreDbEventStore } from '@foundation/event-store/eventstoredb';
import { InProcessJobQueue, type JobQueue } from '@foundation/jobs';
import { BullMqJobQueue } from '@foundation/jobs/bullmq';
import type { EventOf } from '@foundation/kernel';
import { Lag, Metrics } from '@foundation/metrics';
import { nodeIdOf, NodesGate } from '@foundation/operations';
import { Erasure, ErasureRegister, keyDestroyed, KeyRing, type MasterKey } from '@foundation/privacy';
import { ViewJobs } from '@foundation/view-jobs';
import { FollowingViewHost } from '@foundation/view-store';
import { ImportReports, InProcessImports, QueuedImports, RosterImporter, RosterImports } from '@exchange/rostering';
import { BASELINE } from './baseline';
import { systemClock as clock } from './clock';
import { districtOn } from './district';
import { importsFolderOf } from './imports-folder';
import { NoCopyYet } from './no-copy-yet';
import { demandUsable } from './reachable';
import { catalogue } from './events';
import { viewJobBookOf, ViewQueues } from './view-queues';

/** A process that reads a node's copy and views, and writes to the cluster. */
export interface Node {
  readonly platform: Platform & { readonly erasure: Erasure };
  readonly store: NodeEventStore;
  readonly queue: JobQueue;
  /** Where there is a queue: what a worker registers to run them. */
  readonly imports?: QueuedImports;
  /** Rejects when the server no longer holds what this node has: the process must stop serving. */
  readonly broken: Promise<never>;
  readonly close: () => Promise<void>;
}

const COPY_WAIT_MS = 60_000;
const SHOWN_MS = 10_000;
const LOOK_MS = 200;
const LINEAGE_MS = 5000;

/** @throws NoCopyYet, LineageBroken, AnotherLog, WrongMasterKey */
export async function composeNode(settings: ClusterSettings, master: MasterKey, logger: Logger): Promise<Node> {
  const { data, zone, https, metrics: readers } = settings;
  await copyIn(data);
  await demandUsable(settings.eventStore);
  const copy = SqliteEventStore.open(data, { mode: 'read' });
  const cluster = EventStoreDbEventStore.attach(settings.eventStore, copy.logId, {
    report: (trouble) => logger.warn({ trouble }, 'the event store'),
  });
  const store = new NodeEventStore(copy, cluster, new NodesGate(copy, BASELINE, clock));
  const views = new FollowingViewHost({ folder: data, head: () => copy.headSync() });
  /** What is to be closed besides, the last first. */
  const parts: (() => Promise<void>)[] = [() => store.close(), () => views.stop()];
  const close = async (): Promise<void> => {
    for (const part of parts.splice(0).reverse()) await part();
  };
  try {
    await cluster.assertSameLog();
    await checkLineage(cluster, lastOf(copy));
    await store.catchUp(COPY_WAIT_MS);
    await views.start();
    const keys = new KeyRing(store, master, clock);
    await keys.checkMasterKey();
    await keys.fingerprintKey();
    const journal = new LogJournal(store, catalogue, keys);
    const runner = new JournalCommandRunner(journal, keys);
    const register = new ErasureRegister(join(data, 'erasures.jsonl'));
    register.make();
    const queue = await queueOf(settings, logger);
    const { exportsFolder } = settings;
    const district = districtOn({
      store,
      keys,
      journal,
      runner,
      views,
      queue,
      master,
      clock,
      settings,
      ...(exportsFolder !== undefined && { exportsFolder }),
    });
    parts.push(async () => district.reads.close());
    if (queue instanceof BullMqJobQueue) parts.push(() => queue.close());
    hearOthers(store, keys, district.tokens, logger);
    const rosterImporter = new RosterImporter({ store, journal, runner, clock, zone });
    const shared = importsFolderOf(settings);
    const reports = new ImportReports(shared);
    const shown = async (): Promise<void> => {
      await store.catchUp(SHOWN_MS);
      await views.waitFor(copy.headSync(), SHOWN_MS);
    };
    const imports =
      queue instanceof BullMqJobQueue
        ? new QueuedImports({ queue, importer: rosterImporter, reports, folder: shared, key: master.deriveKey('imports') })
        : new InProcessImports(rosterImporter, reports, (id, error) =>
            logger.error({ import: id, error: error instanceof Error ? error.name : 'Error' }, 'a roster import failed'),
          );
    const book = viewJobBookOf(settings);
    const viewQueues = new ViewQueues(settings, logger);
    parts.push(() => viewQueues.close());
    const platform: Node['platform'] = {
      store,
      journal,
      runner,
      views,
      clock,
      ...district,
      erasure: new Erasure(store, keys, register, clock),
      purged: async (position) => {
        await views.waitFor(position, 10_000);
        await views.purged(position);
      },
      catchUp: () => store.catchUp(),
      rosterImports: new RosterImports({ runs: imports, reports, runner, store, shown }),
      viewJobs: new ViewJobs({ book, node: nodeIdOf(data), queueOf: (node) => viewQueues.of(node), nodes: () => book.nodes(), clock }),
      ...(queue instanceof BullMqJobQueue && { jobBoard: queue.bullQueues }),
      logger,
      metrics: metricsOf(copy, views),
      settings: { zone, https, metrics: readers },
      troubles: () => troublesOf(views),
    };
    return { platform, store, queue, ...(imports instanceof QueuedImports && { imports }), broken: watchLineage(cluster, copy), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** On Redis where there is one. Without it an API shows no progress of jobs; they are owed by the log and done by workers all the same. */
async function queueOf({ redis }: ClusterSettings, logger: Logger): Promise<JobQueue> {
  if (redis === undefined) return new InProcessJobQueue(JOB_KINDS);
  return BullMqJobQueue.open({
    url: redis,
    kinds: CLUSTER_JOB_KINDS,
    onError: (error) => logger.warn({ error: error.name }, 'Redis'),
    failed: (job, dead) =>
      logger[dead ? 'error' : 'warn']({ ...job, dead }, dead ? 'a job failed for good' : 'a job failed and is tried again'),
  });
}

/** Waits for the projector that keeps the copy. */
async function copyIn(folder: string): Promise<void> {
  for (let waited = 0; !existsSync(join(folder, LOG_FILE)); waited += LOOK_MS) {
    if (waited >= COPY_WAIT_MS) throw new NoCopyYet(folder);
    await pause(LOOK_MS);
  }
}

const lastOf = (copy: SqliteEventStore) => ({
  last: () => {
    const position = copy.headSync();
    const [event] = copy.readAllSync({ after: position - 1n, limit: 1 });
    return event && { position: event.position, id: event.id };
  },
});

async function watchLineage(cluster: EventStoreDbEventStore, copy: SqliteEventStore): Promise<never> {
  for (;;) {
    await pause(LINEAGE_MS, undefined, { ref: false });
    try {
      await checkLineage(cluster, lastOf(copy));
    } catch (error) {
      // A server that does not answer says nothing of its past: reads go on.
      if (error instanceof LineageBroken) throw error;
    }
  }
}

/** What other nodes ended ends here as well: a destroyed key is forgotten, the tokens of an ended sign-in are refused. */
function hearOthers(store: NodeEventStore, keys: KeyRing, tokens: AccessTokens, logger: Logger): void {
  const { ended } = store.subscribe(store.headSync(), (delivery) => {
    if (delivery.kind !== 'event') return;
    // Nothing in these two is sealed.
    const { type, data } = delivery.event;
    if (type === keyDestroyed.type) keys.destroyed((data as EventOf<typeof keyDestroyed>['data']).subject);
    if (type === signInEnded.type) tokens.revoke((data as EventOf<typeof signInEnded>['data']).signIn);
  });
  ended.catch((error: unknown) => {
    logger.fatal({ error: error instanceof Error ? error.name : 'Error' }, 'this node no longer hears what others end');
    process.exit(1);
  });
}

function metricsOf(copy: SqliteEventStore, views: FollowingViewHost): Metrics {
  const metrics = new Metrics();
  const lag = new Lag();
  metrics.gauge('projection_lag_positions', 'Positions between this node’s copy of the log and the slowest view', () =>
    Number(copy.headSync() - views.position()),
  );
  metrics.gauge('projection_lag_seconds', 'Age of the oldest event that a view has not reached', () => {
    lag.committed(copy.headSync());
    return lag.seconds(views.position());
  });
  metrics.gauge('views_halted', 'Views that stopped at an event', () => views.status().views.filter(({ halted }) => halted).length);
  metrics.watchProcess();
  return metrics;
}

function troublesOf(views: FollowingViewHost): readonly string[] {
  const status = views.status();
  return [
    ...status.views.flatMap(({ view, halted }) => (halted ? [`the view ${view} has halted`] : [])),
    ...(status.projector === 'running' ? [] : [`the projector of this node is ${status.projector}`]),
    ...(status.file === undefined ? ['the views are being built'] : []),
  ];
}
