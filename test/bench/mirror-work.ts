import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStoreDBClient } from '@eventstore/db-client';
import { LOG_FILE, Mirror, MirrorLog } from '@foundation/event-store';
import { EventStoreDbEventStore } from '@foundation/event-store/eventstoredb';

export interface Copied {
  readonly events: number;
  readonly perSecond: number;
  /** Microseconds of processor time per event, all threads of the process. */
  readonly micros: number;
  /** Of the copy, per event. */
  readonly bytes: number;
}

/** `mirror-work.ts bare|mirror <URL>` reads or mirrors the whole log and prints a Copied; in a process of its own, so that no round warms the next. */
const [kind, url = ''] = process.argv.slice(2);
void (kind === 'bare' ? bare() : mirror()).then((copied) => {
  process.stdout.write(`${JSON.stringify(copied)}\n`, () => process.exit(0));
});

/** The client's own subscription; its events are counted and dropped. */
async function bare(): Promise<Copied> {
  const client = EventStoreDBClient.connectionString(url);
  const measured = stopwatch();
  const filter = { filterOn: 'eventType', regex: '^[^$]', checkpointInterval: 1000 } as const;
  const subscription = client.subscribeToAll({ fromPosition: 'start', filter });
  let events = 0;
  subscription.on('data', () => events++);
  await new Promise<void>((resolve, reject) => subscription.on('caughtUp', resolve).on('error', reject));
  return measured(events);
}

/** From nothing until it has caught up, on disk. */
async function mirror(): Promise<Copied> {
  const cluster = await EventStoreDbEventStore.open(url);
  const folder = mkdtempSync(join(tmpdir(), 'throughline-bench-mirror-'));
  try {
    const log = MirrorLog.open(folder, cluster.logId);
    const measured = stopwatch();
    let onCaughtUp = (): void => undefined;
    const caughtUp = new Promise<void>((resolve) => (onCaughtUp = resolve));
    const running = await Mirror.start(cluster, log, { onCaughtUp });
    await Promise.race([caughtUp, running.ended]);
    const copied = measured(running.status.events);
    await running.stop();
    log.close();
    return { ...copied, bytes: statSync(join(folder, LOG_FILE)).size / copied.events };
  } finally {
    await cluster.close();
    rmSync(folder, { recursive: true });
  }
}

function stopwatch(): (events: number) => Copied {
  const [started, before] = [performance.now(), process.cpuUsage()];
  return (events) => {
    const { user, system } = process.cpuUsage(before);
    return { events, perSecond: events / ((performance.now() - started) / 1000), micros: (user + system) / events, bytes: 0 };
  };
}
