import type { Queue } from 'bullmq';
import type { Logger } from 'pino';
import type { CommandRunner, EventStore, Journal } from '@foundation/event-store';
import type { AccessTokens, AccountsService, ReadAudit, RelationFacts } from '@foundation/access';
import type { Clock, Position } from '@foundation/kernel';
import type { Metrics } from '@foundation/metrics';
import type { Erasure } from '@foundation/privacy';
import type { ViewJobs } from '@foundation/view-jobs';
import type { ViewReader } from '@foundation/view-store';
import type { Digests } from '@exchange/digest';
import type { RecordExports } from '@exchange/exports';
import type { RosterImports } from '@exchange/rostering';

/** What the app is composed on: one object, made by the process that starts it. */
export interface Platform {
  readonly store: EventStore;
  readonly journal: Journal;
  readonly runner: CommandRunner;
  readonly views: ViewReader;
  readonly clock: Clock;
  readonly relations: RelationFacts;
  readonly accounts: AccountsService;
  readonly tokens: AccessTokens;
  readonly reads: ReadAudit;
  readonly erasure: Pick<Erasure, 'erase' | 'isErased'>;
  /** Resolves once the views have purged what was erased at this position and no file, WAL included, holds its clear text. */
  readonly purged: (position: Position) => Promise<void>;
  readonly rosterImports: RosterImports;
  readonly exports: RecordExports;
  readonly digests: Digests;
  readonly viewJobs: ViewJobs;
  /** Queues that administrators may look into with Bull Board; only where jobs are on BullMQ. */
  readonly jobBoard?: readonly Queue[];
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly settings: {
    /** The district's IANA zone. */
    readonly zone: string;
    /** The refresh cookie is marked Secure. */
    readonly https: boolean;
    /** Who may read `/metrics`: callers on this machine, or everyone who reaches the port. */
    readonly metrics: 'local' | 'open';
  };
  /**
   * Of a node whose copy of the log may be behind: resolves when it holds all that the cluster held at the call, so that nothing is refused
   * for what others had written already. @throws StoreUnavailable
   */
  readonly catchUp?: () => Promise<void>;
  /** Why this process is not ready, in words that name no person; nothing means ready. */
  readonly troubles?: () => readonly string[];
}

export const PLATFORM = Symbol('PLATFORM');
