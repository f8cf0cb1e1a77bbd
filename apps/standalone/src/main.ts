import 'reflect-metadata';
import { CommandBus } from '@nestjs/cqrs';
import { Command, InvalidArgumentError } from 'commander';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createApi } from '@apps/api';
import { OF_A_CLUSTER, type Settings } from '@config/settings';
import { complain, loggerOf, masterKeyOf, runMain, say } from '@apps/shared';
import { compose, type Standalone } from './compose';
import { DEMO_PASSWORD, type DemoArguments, type DemoSignIn, fillDemo } from './demo';

interface Arguments extends DemoArguments {
  readonly demo?: boolean;
  readonly eventstore?: string;
  readonly redis?: string;
}

const whole =
  (least: number, most: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least || value > most)
      throw new InvalidArgumentError(`Take a whole number from ${least} to ${most}.`);
    return value;
  };

function readArguments(): Arguments {
  return new Command('throughline')
    .description('Throughline, in one process on one folder. Settings are environment variables: see the README.')
    .option('--demo', 'fill an empty data folder with a demo district')
    .option('--students <n>', 'students of the demo district', whole(1, 20_000), 120)
    .option('--days <n>', 'school days of records', whole(1, 400), 180)
    .option('--seed <n>', 'the same seed gives the same district', whole(0, 2_147_483_647), 1)
    .option('--eventstore <url>', 'with --demo: on a cluster, with this empty event store')
    .option('--redis <url>', 'with --demo: the Redis of that cluster')
    .parse()
    .opts<Arguments>();
}

/** Kept beside the log so that a later start can say again who may sign in. */
const signInsFile = (settings: Settings) => join(settings.data, 'demo-sign-ins.json');

function keepSignIns(settings: Settings, signIns: readonly DemoSignIn[]): void {
  writeFileSync(signInsFile(settings), `${JSON.stringify(signIns, null, 2)}\n`);
}

function printSignIns(settings: Settings): void {
  try {
    const signIns = JSON.parse(readFileSync(signInsFile(settings), 'utf8')) as readonly DemoSignIn[];
    say(`One sign-in per role, all with the password "${DEMO_PASSWORD}":`);
    for (const { role, signInName } of signIns) say(`  ${role.padEnd(14)} ${signInName}`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

async function start(settings: Settings, given: Arguments): Promise<void> {
  mkdirSync(settings.data, { recursive: true, mode: 0o700 });
  const { master, made } = masterKeyOf(settings.data, process.env);
  if (made) say(`A new master key was made in ${made}: back it up, apart from the data. Without it nothing personal can be read again.`);
  const logger = loggerOf(settings);
  const standalone = await compose(settings, master, logger);
  try {
    await serve(standalone, settings, given);
  } catch (error) {
    await standalone.close();
    throw error;
  }
}

async function serve({ platform, close }: Standalone, settings: Settings, given: Arguments): Promise<void> {
  const app = await createApi(platform);
  if (given.demo) {
    const signIns = await fillDemo(platform, app.get(CommandBus), given);
    if (signIns.length > 0) keepSignIns(settings, signIns);
    await platform.views.waitFor(await platform.journal.head(), 600_000);
  }
  const stop = (signal: NodeJS.Signals) => {
    complain(`${signal}: finishing what is under way`);
    void app
      .close()
      .then(close)
      .then(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  await app.listen(settings.port, settings.host);
  const url = (await app.getUrl()).replace('[::1]', '127.0.0.1');
  say(`Throughline is running at ${url}`);
  say(`API documentation: ${url}/api/docs`);
  printSignIns(settings);
  const link = given.demo ? undefined : await platform.accounts.offerSetup({ correlationId: 'start' });
  if (link) say(`Set up the first administrator (once, until ${link.expiresAt}): ${url}/setup#${link.token}`);
}

void runMain(async (settings) => {
  const given = readArguments();
  const { demo, eventstore, redis } = given;
  if (demo && eventstore !== undefined && redis !== undefined) {
    const keep = (signIns: readonly DemoSignIn[]) => keepSignIns(settings, signIns);
    const { demoOnCluster } = await import('./demo-cluster');
    return demoOnCluster(settings, given, { eventstore, redis }, keep, () => printSignIns(settings));
  }
  if (eventstore !== undefined || redis !== undefined) {
    complain('A demo on a cluster needs --demo, --eventstore and --redis; without them it runs in this one process.');
    return 1;
  }
  const foreign = OF_A_CLUSTER.filter((variable) => process.env[variable] !== undefined);
  if (foreign.length > 0) {
    complain(
      `${foreign.join(', ')}: for the processes of a cluster (docker/README.md). This one keeps its record in ${settings.data}: unset them.`,
    );
    return 1;
  }
  await start(settings, given);
  return undefined;
});
