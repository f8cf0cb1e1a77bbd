import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { BASELINE, catalogue, PROJECTOR_THREAD, RELEASE, systemClock } from '@apps/shared';
import { demandRightSettings, demandUsable } from '@apps/shared/src/reachable';
import type { ClusterSettings } from '@config/cluster-settings';
import { LOG_FILE, Mirror, MirrorLog, SqliteEventStore, StoreUnavailable } from '@foundation/event-store';
import { EventStoreDbEventStore } from '@foundation/event-store/eventstoredb';
import type { NodeId } from '@foundation/kernel';
import { Metrics } from '@foundation/metrics';
import { knownBesides, nodeIdOf, NodeStatement } from '@foundation/operations';
import type { MasterKey } from '@foundation/privacy';
import { tellFollowers, ThreadedViewHost } from '@foundation/view-store';
import { ViewWork } from './view-work';

const TELL_MS = 1000;
const FIRST_WAIT_MS = 100;
const LAST_WAIT_MS = 5000;

/**
 * A node's copy of the log and the views on it, kept level with the cluster. A server that does not answer is asked again, a disk that is
 * full is tried again; a server with another past ends it.
 */
export class ProjectingNode {
  readonly metrics = new Metrics();
  /** Rejects with what makes going on impossible: LineageBroken, LogReplaced, AnotherLog. */
  readonly ended: Promise<void>;
  private mirror: Mirror | undefined;
  private readonly telling: NodeJS.Timeout;
  private readonly stopping = new AbortController();
  private trouble: string | undefined = 'the copy of the log is being made';
  private readonly copy: SqliteEventStore;
  private readonly statement: NodeStatement;
  private hasStated = false;
  private stating: Promise<void> | undefined;

  private constructor(
    private readonly cluster: EventStoreDbEventStore,
    private readonly log: MirrorLog,
    private readonly views: ThreadedViewHost,
    private readonly viewWork: ViewWork,
    node: NodeId,
    private readonly folder: string,
    private readonly logger: Logger,
  ) {
    this.copy = SqliteEventStore.open(folder, { mode: 'read' });
    const knows = knownBesides(BASELINE, catalogue.definitions);
    const { copy } = this;
    this.statement = new NodeStatement({ node, release: RELEASE, knows, copy, cluster, clock: systemClock });
    this.telling = setInterval(() => {
      this.tell();
      this.state();
    }, TELL_MS);
    this.measure();
    this.ended = this.follow();
    this.ended.catch(() => undefined);
  }

  /** @throws FolderInUse when another projector works on the folder, ForeignLog, AnotherLog, and what opening the connection throws */
  static async start(settings: ClusterSettings, master: MasterKey, logger: Logger): Promise<ProjectingNode> {
    const { data } = settings;
    const report = (trouble: string) => logger.warn({ trouble }, 'the event store');
    const known = copiedLog(data);
    await (known ? demandRightSettings(settings.eventStore) : demandUsable(settings.eventStore));
    // A node that has a copy serves it while the cluster is away; one that has none must ask first which log it is.
    const cluster = known
      ? EventStoreDbEventStore.attach(settings.eventStore, known, { report })
      : await EventStoreDbEventStore.open(settings.eventStore, { report });
    let log: MirrorLog | undefined;
    try {
      log = MirrorLog.open(data, cluster.logId);
      const views = new ThreadedViewHost({
        folder: data,
        thread: PROJECTOR_THREAD,
        masterKey: master.secret.export(),
        onCrash: (error, restartMs) => logger.error({ error, restartMs }, 'the projecting thread died and is started again'),
      });
      const node = nodeIdOf(data);
      await views.start();
      return new ProjectingNode(cluster, log, views, new ViewWork(settings, node, master, views, logger), node, data, logger);
    } catch (error) {
      log?.close();
      await cluster.close();
      throw error;
    }
  }

  /** Why this node is not ready; nothing means ready. */
  troubles(): readonly string[] {
    const { ready, views } = this.views.status();
    return [
      ...(this.trouble === undefined ? [] : [this.trouble]),
      ...(this.hasStated ? [] : ['the others do not know yet which events this node reads']),
      ...views.flatMap(({ view, halted }) => (halted ? [`the view ${view} has halted`] : [])),
      ...(ready ? [] : ['the views are not served yet']),
    ];
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    clearInterval(this.telling);
    await this.viewWork.stop();
    await this.mirror?.stop();
    await this.ended.catch(() => undefined);
    await this.stating;
    await this.views.stop();
    this.tell();
    await this.copy.close();
    this.log.close();
    await this.cluster.close();
  }

  private async follow(): Promise<void> {
    const { signal } = this.stopping;
    let waitMs = FIRST_WAIT_MS;
    const caughtUp = () => {
      this.trouble = undefined;
      waitMs = FIRST_WAIT_MS;
      this.state();
    };
    for (; !signal.aborted; waitMs = Math.min(2 * waitMs, LAST_WAIT_MS)) {
      try {
        await this.cluster.assertSameLog();
        this.mirror = await Mirror.start(this.cluster, this.log, {
          onWritten: () => this.views.wake(),
          onCaughtUp: caughtUp,
        });
        if (signal.aborted) await this.mirror.stop();
        await this.copied(this.mirror);
        return;
      } catch (error) {
        if (!(error instanceof StoreUnavailable) || signal.aborted) throw error;
        this.logger.warn({ waitMs, trouble: this.trouble }, 'the copy of the log stands still; this node serves what it has');
        await pause(waitMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** The server's silence does not end a mirror: what is unavailable then is this node's disk. */
  private async copied(mirror: Mirror): Promise<void> {
    try {
      await mirror.ended;
    } catch (error) {
      if (error instanceof StoreUnavailable) this.trouble = 'the copy of the log cannot be written';
      throw error;
    }
  }

  /** Says in the log what this node reads, whenever the log does not have it: at first, daily, after it was retired. */
  private state(): void {
    if (this.stating || this.trouble !== undefined || this.stopping.signal.aborted) return;
    this.stating = this.statement
      .renew()
      .then((said) => void (this.hasStated ||= said))
      .catch((error: unknown) => this.logger.warn({ error: nameOf(error) }, 'this node could not say which events it reads'))
      .finally(() => (this.stating = undefined));
  }

  private tell(): void {
    try {
      tellFollowers(this.folder, this.views.status());
    } catch (error) {
      // A full disk: whoever follows takes the silence for what it is.
      this.logger.warn({ error: nameOf(error) }, 'others on this folder cannot be told how far it is');
    }
  }

  private measure(): void {
    const { metrics, log, views } = this;
    metrics.gauge('mirror_position', 'Position of the last event in this node’s copy of the log', () => Number(log.head));
    metrics.gauge('mirrored_events', 'Events copied since the start', () => this.mirror?.status.events ?? 0);
    metrics.gauge('projection_lag_positions', 'Positions between the copy and the slowest view', () => Number(log.head - views.position()));
    metrics.gauge('views_halted', 'Views that stopped at an event', () => views.status().views.filter(({ halted }) => halted).length);
    metrics.gauge('projector_restarts', 'Deaths of the projecting thread since the start', () => views.status().restarts);
    metrics.watchProcess();
  }
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.constructor.name : 'Error');

/** The id of the log that the folder has a copy of. */
function copiedLog(folder: string): string | undefined {
  if (!existsSync(join(folder, LOG_FILE))) return undefined;
  const copy = SqliteEventStore.open(folder, { mode: 'read' });
  const { logId } = copy;
  void copy.close();
  return logId;
}
