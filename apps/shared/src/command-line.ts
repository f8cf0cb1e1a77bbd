import { pino } from 'pino';
import {
  AnotherLog,
  DamagedLog,
  FolderInUse,
  FolderUnwritable,
  ForeignLog,
  LineageBroken,
  LogReplaced,
  MovedWrongly,
  NewerLog,
  NotEmpty,
  StoreUnavailable,
  UnknownStoredTypes,
  WrongConnection,
} from '@foundation/event-store';
import { QueueUnavailable, RedisUnfit } from '@foundation/jobs';
import { OperationRefused } from '@foundation/operations';
import { MasterKeyError, SealBroken, WrongMasterKey } from '@foundation/privacy';
import { UnreadableSet } from '@exchange/rostering';
import { type ClusterSettings, readClusterSettings } from '@config/cluster-settings';
import { readSettings, type Settings, WrongSetting } from '@config/settings';
import { EventStoreUnusable } from './event-store-unusable';
import { NoCopyYet } from './no-copy-yet';

export const say = (line: string): void => void process.stdout.write(`${line}\n`);
export const complain = (line: string): void => void process.stderr.write(`${line}\n`);

export const loggerOf = (settings: Settings) => pino({ level: settings.logLevel, base: undefined });

/** What an operator can mend is said in its own words; everything else is a fault of ours and shows its stack. */
const MENDABLE = [
  WrongSetting,
  FolderInUse,
  FolderUnwritable,
  MasterKeyError,
  WrongMasterKey,
  UnknownStoredTypes,
  NewerLog,
  DamagedLog,
  OperationRefused,
  StoreUnavailable,
  SealBroken,
  UnreadableSet,
  WrongConnection,
  AnotherLog,
  ForeignLog,
  LineageBroken,
  LogReplaced,
  MovedWrongly,
  NotEmpty,
  QueueUnavailable,
  RedisUnfit,
  NoCopyYet,
  EventStoreUnusable,
];

/** The event store does not hold what this node has: starting again does not help. */
const ANOTHER_PAST = [LineageBroken, LogReplaced, AnotherLog, ForeignLog];
export const exitCodeOf = (error: unknown): 1 | 3 => (ANOTHER_PAST.some((kind) => error instanceof kind) ? 3 : 1);

/** Runs a command line to its exit code: 0, what it answers, or 1 for a failure that it names. */
export function runMain(main: (settings: Settings) => Promise<number | undefined>): Promise<void> {
  return run(() => main(readSettings(process.env)));
}

/** The same for a process of the cluster shape. */
export function runClusterMain(main: (settings: ClusterSettings) => Promise<number | void>): Promise<void> {
  return run(async () => (await main(readClusterSettings(process.env))) ?? undefined);
}

async function run(main: () => Promise<number | undefined>): Promise<void> {
  // Whatever is made from here on is for its owner alone: the log, the views, a backup.
  process.umask(0o077);
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    const mendable = MENDABLE.some((kind) => error instanceof kind) || typeof (error as NodeJS.ErrnoException).code === 'string';
    complain(mendable && error instanceof Error ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error));
    process.exit(exitCodeOf(error));
  }
}
