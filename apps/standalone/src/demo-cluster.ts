import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandBus } from '@nestjs/cqrs';
import { createApi } from '@apps/api';
import { LocalCluster, loggerOf, masterKeyOf, say } from '@apps/shared';
import type { Settings } from '@config/settings';
import { promote, SqliteEventStore } from '@foundation/event-store';
import { EventStoreDbEventStore } from '@foundation/event-store/eventstoredb';
import { DATA } from '@foundation/operations';
import { compose } from './compose';
import { type DemoArguments, type DemoSignIn, fillDemo } from './demo';

export interface DemoServers {
  readonly eventstore: string;
  readonly redis: string;
}

/**
 * The demo district on a cluster: filled in a folder as on one machine, moved into the empty event store as a school that outgrows one
 * machine is, then run by two nodes.
 */
export async function demoOnCluster(
  settings: Settings,
  given: DemoArguments,
  { eventstore, redis }: DemoServers,
  keepSignIns: (signIns: readonly DemoSignIn[]) => void,
  printSignIns: () => void,
): Promise<number> {
  const { data, port } = settings;
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const filling = join(data, 'filling');
  const filled = join(filling, 'filled');
  if (!existsSync(join(data, 'node1'))) {
    // What an earlier run filled is moved on; what it had not finished is filled anew.
    if (!existsSync(filled)) {
      rmSync(filling, { recursive: true, force: true });
      keepSignIns(await fill({ ...settings, data: filling }, given));
      // A key of the environment is every process's already.
      if (existsSync(join(filling, DATA.masterKey))) copyFileSync(join(filling, DATA.masterKey), join(data, DATA.masterKey));
      writeFileSync(filled, '');
    }
    await move(filling, eventstore);
    rmSync(filling, { recursive: true, force: true });
  }
  const environment = { ...process.env, THROUGHLINE_EVENTSTORE: eventstore, THROUGHLINE_REDIS: redis };
  return LocalCluster.run({ folder: data, environment, nodes: 2, port, onStarted: printSignIns });
}

async function fill(settings: Settings, given: DemoArguments): Promise<readonly DemoSignIn[]> {
  mkdirSync(settings.data, { recursive: true, mode: 0o700 });
  const { master } = masterKeyOf(settings.data, process.env);
  const { platform, close } = await compose(settings, master, loggerOf(settings));
  const app = await createApi(platform);
  const signIns = await fillDemo(platform, app.get(CommandBus), given);
  await app.close();
  await close();
  return signIns;
}

async function move(folder: string, connection: string): Promise<void> {
  const from = SqliteEventStore.open(folder, { mode: 'write' });
  try {
    const to = await EventStoreDbEventStore.open(connection, { logId: from.logId });
    try {
      const { events } = await promote(from, to);
      say(`${events.toLocaleString('en')} events are in the event store.`);
    } finally {
      await to.close();
    }
  } finally {
    await from.close();
  }
}
