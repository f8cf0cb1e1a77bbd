import { mkdirSync } from 'node:fs';
import { type Command, CommandBus } from '@nestjs/cqrs';
import { inZone, localDateOf } from '@foundation/calendar';
import type { CommandContext, CommandOutcome } from '@foundation/event-store';
import { built } from './processes';

/**
 * `fill-among.ts <data folder> <others>`: twelve children (seed 1, with accounts) whose days pass at the pace of `others` children
 * (seed 2), so that the twelve's events lie scattered over the log. Runs the built service's own code, without HTTP.
 */
const DAYS = 180;
const { compose } = built('apps/standalone/src/compose') as typeof import('@apps/standalone/src/compose');
const { fillDemo } = built('apps/standalone/src/demo') as typeof import('@apps/standalone/src/demo');
const { masterKeyOf } = built('apps/shared/src/master-key') as typeof import('@apps/shared/src/master-key');
const { loggerOf } = built('apps/shared/src/command-line') as typeof import('@apps/shared/src/command-line');
const { createApi } = built('apps/api') as typeof import('@apps/api');
const { fillDistrict } = built('libs/exchange/demo-district') as typeof import('@exchange/demo-district');
const { readSettings } = built('config/settings') as typeof import('@config/settings');

interface Dated extends Command<CommandOutcome> {
  readonly context: CommandContext;
}

/** Two fillers on one bus: the follower's commands wait until the leader has come to their day. */
class Pace {
  private reached = '';
  private waiting: (() => void)[] = [];

  constructor(private readonly bus: CommandBus) {}

  readonly leader = {
    execute: (command: Command<CommandOutcome>): Promise<CommandOutcome> => {
      this.reach(dayOf(command));
      return this.bus.execute(command);
    },
  };

  readonly follower = {
    execute: async (command: Command<CommandOutcome>): Promise<CommandOutcome> => {
      while (dayOf(command) > this.reached) await new Promise<void>((resolve) => this.waiting.push(resolve));
      return this.bus.execute(command);
    },
  };

  reach(day: string): void {
    if (day <= this.reached) return;
    this.reached = day;
    for (const go of this.waiting.splice(0)) go();
  }
}

const dayOf = (command: Command<CommandOutcome>): string => (command as Dated).context.occurredAt.at.slice(0, 10);
const LAST_DAY = '9999';

async function main(data: string, others: number): Promise<void> {
  mkdirSync(data, { recursive: true });
  const settings = readSettings({ THROUGHLINE_DATA: data, THROUGHLINE_LOG_LEVEL: 'warn' });
  const { platform, close } = await compose(settings, masterKeyOf(data, {}).master, loggerOf(settings));
  const app = await createApi(platform);
  const pace = new Pace(app.get(CommandBus));
  const today = localDateOf(inZone(platform.clock.now(), settings.zone));
  const measured = fillDemo(platform, pace.follower, { students: 12, days: DAYS, seed: 1 });
  if (others > 0) await fillDistrict(pace.leader, { students: others, days: DAYS, seed: 2, today, zone: settings.zone }, () => undefined);
  pace.reach(LAST_DAY);
  await measured;
  await platform.views.waitFor(await platform.journal.head(), 600_000);
  await app.close();
  await close();
}
void main(process.argv[2] ?? '', Number(process.argv[3])).then(() => process.stdout.write('{}\n'));
