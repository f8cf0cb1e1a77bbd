import { pino } from 'pino';
import { Mendable } from '@foundation/kernel';
import { type ClusterSettings, readClusterSettings } from '@config/cluster-settings';
import { readSettings, type Settings } from '@config/settings';

export const say = (line: string): void => void process.stdout.write(`${line}\n`);
export const complain = (line: string): void => void process.stderr.write(`${line}\n`);

export const loggerOf = (settings: Settings) => pino({ level: settings.logLevel, base: undefined });

export const exitCodeOf = (error: unknown): 1 | 3 => (error instanceof Mendable ? error.exitCode : 1);

/** Runs a command line to its exit code: 0, what it answers, or 1 for a failure that it names. */
export function runMain(main: (settings: Settings) => Promise<number | undefined>): Promise<void> {
  return runBare(() => main(readSettings(process.env)));
}

/** The same for a process of the cluster shape. */
export function runClusterMain(main: (settings: ClusterSettings) => Promise<number | void>): Promise<void> {
  return runBare(async () => (await main(readClusterSettings(process.env))) ?? undefined);
}

/** The same where wrong settings are not the end. */
export async function runBare(main: () => Promise<number | undefined>): Promise<void> {
  // Whatever is made from here on is for its owner alone: the log, the views, a backup.
  process.umask(0o077);
  for (const stream of [process.stdout, process.stderr]) stream.on('error', goOnUnread);
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    // Everything else is a fault of ours and shows its stack, but for what the system refuses.
    const mendable = error instanceof Mendable || typeof (error as NodeJS.ErrnoException).code === 'string';
    complain(mendable && error instanceof Error ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error));
    process.exit(exitCodeOf(error));
  }
}

/** Whoever reads along may have seen enough (`… | head`): the work goes on to its end. */
function goOnUnread(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
