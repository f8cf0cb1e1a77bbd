import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { temporaryFolder } from '@foundation/testing';
import type { Client } from '../support/client';
import { runCommand, startCommand } from '../support/commands';
import { Service } from '../support/service';
import { addStudent, countKnown, keepAdding, signedIn } from '../support/small-district';

const root = temporaryFolder();
const data = join(root, 'data');
const generations = () => readdirSync(data).filter((name) => /^views-[0-9a-f]{8}-[0-9a-f]{8}-\d+\.sqlite$/.test(name));
/** The pointer names the newest file: nothing is being built. */
async function built(): Promise<void> {
  const generationOf = (name: string) => Number(/-(\d+)\.sqlite$/.exec(name)?.[1]);
  const deadline = Date.now() + 20_000;
  for (;;) {
    const { file } = JSON.parse(readFileSync(join(data, 'views.current'), 'utf8')) as { file: string };
    if (generationOf(file) === Math.max(...generations().map(generationOf))) return;
    if (Date.now() > deadline) throw new Error(`${file} still serves`);
    await pause(2);
  }
}

/** Large enough that a rebuild takes some hundred milliseconds. */
const DISTRICT = ['--demo', '--students', '30', '--days', '60'];
const acknowledged: string[] = [];

beforeAll(async () => {
  const service = await Service.start({ data, arguments: DISTRICT });
  const admin = await signedIn(service, 'administrator');
  for (let n = 0; n < 10; n++) acknowledged.push((await addStudent(admin))!);
  expect(await service.stop()).toBe(0);
}, 120_000);

/** What is there is served, and it equals the log. */
async function servesAndEquals(look: (admin: Client) => Promise<void> = async () => undefined): Promise<void> {
  const service = await Service.start({ data, arguments: ['--demo'] });
  const admin = await signedIn(service, 'administrator');
  const added = (await addStudent(admin))!;
  expect(await countKnown(admin, [...acknowledged, added])).toBe(acknowledged.length + 1);
  await look(admin);
  acknowledged.push(added);
  await built();
  expect(await service.stop()).toBe(0);
  expect(await runCommand('views', data, ['verify'])).toMatchObject({ code: 0, said: expect.stringContaining('equal what the log gives') });
  expect(generations()).toHaveLength(1);
}

it('`views rebuild` killed again and again: the next start serves, and verify says equal', async () => {
  let killed = 0;
  for (let round = 0; round < 3; round++) {
    const before = generations().length;
    const { process, ended } = startCommand('views', data, ['rebuild']);
    while (generations().length === before && process.exitCode === null) await pause(2);
    await pause(60 * round);
    process.kill('SIGKILL');
    if ((await ended).code === null) killed++;
    await servesAndEquals();
  }
  expect(killed).toBeGreaterThan(0);
}, 120_000);

it('a start that builds the views anew, killed again and again: the same', async () => {
  for (let round = 0; round < 3; round++) {
    // As after an upgrade: the serving file was made by other code.
    const [name] = generations();
    const older = name!.replace(/^(views-[0-9a-f]{8})-[0-9a-f]{8}/, '$1-00000000');
    renameSync(join(data, name!), join(data, older));
    writeFileSync(join(data, 'views.current'), `${JSON.stringify({ file: older })}\n`);
    const service = await Service.start({ data, arguments: ['--demo'] }).catch(() => undefined);
    await pause(10 + 60 * round);
    await service?.stop('SIGKILL');
    await servesAndEquals();
  }
}, 120_000);

it('a rebuild that the service was asked for, killed with it while others record, again and again: the same, and it says that it was cut short', async () => {
  let cutShort = 0;
  for (let round = 0; round < 2; round++) {
    const service = await Service.start({ data, arguments: ['--demo'] });
    const admin = await signedIn(service, 'administrator');
    const recording = keepAdding(admin);
    const before = generations().length;
    const { job } = await admin.do('views/jobs', { work: 'rebuild' });
    while (generations().length === before) await pause(2);
    await pause(60 * round);
    await service.stop('SIGKILL');
    await recording.stop();
    expect(recording.acknowledged.length).toBeGreaterThan(0);
    acknowledged.push(...recording.acknowledged);
    await servesAndEquals(async (next) => {
      const { status } = await next.read(`views/jobs/${job}`);
      expect(['interrupted', 'finished']).toContain(status);
      if (status === 'interrupted') cutShort++;
    });
  }
  expect(cutShort).toBeGreaterThan(0);
}, 120_000);
