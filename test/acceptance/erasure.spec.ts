import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@foundation/testing';
import { Client, uuid } from '../support/client';
import { ADMINISTRATOR, countOf, importRoster, openCase, setUp, signIn } from '../support/district';
import { longStory, Service } from '../support/service';

jest.setTimeout(longStory(90_000));

const NOW = '2027-03-10T14:15:00.000Z';
const ROOT = join(__dirname, '../..');
const folder = temporaryFolder();

/** Every file of the data folder that holds the text. */
function filesWith(text: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(folder, name)).isFile() && readFileSync(join(folder, name)).includes(text))
    .sort();
}

it('erases a child for good: no byte of what was sealed is left in any file, and replay works and shows nothing', async () => {
  let service = await Service.start({ data: folder, now: NOW });
  const admin = await setUp(service);
  await importRoster(admin, 'lincoln-v1p1');
  const sam = await openCase(admin, '2027-01-04');
  const words = 'marmalade-skies-and-a-plum';
  for (let day = 1; day <= 9; day++) {
    const count = countOf(sam, `2027-02-0${day}T09:00:00-05:00`);
    await sam.aide.do('observations', { ...count, context: { note: `${words} on day ${day}`, setting: words } });
    await sam.aide.do(`observations/${count.id}/corrections`, { raw: count.raw, context: { note: words }, reason: words });
  }
  await sam.caseManager.put(`students/${sam.student}/profile`, { strengths: [words] });
  await sam.caseManager.read(`students/${sam.student}/timeline`);

  const secrets = [words, 'Rivermoss', 'Calls out six times an hour', '2018-02-11'];
  // The views hold clear text; the log and its WAL never did.
  for (const secret of secrets.slice(0, 2)) {
    const holding = filesWith(secret);
    expect(holding.length).toBeGreaterThan(0);
    expect(holding.filter((name) => !name.startsWith('views-'))).toEqual([]);
  }

  const [, ...others] = (await admin.read('students')).items;
  expect(await admin.do(`students/${sam.student}/erase`, { reason: 'requested' })).toMatchObject({ erased: true });
  for (const secret of secrets) expect([secret, filesWith(secret)]).toEqual([secret, []]);
  expect((await sam.caseManager.get(`students/${sam.student}/timeline`)).status).toBe(404);
  const late = await sam.aide.post('observations', { ...countOf(sam, '2027-03-09T09:00:00-05:00'), id: uuid() });
  expect(late.status).toBe(404);

  const environment = { ...process.env, THROUGHLINE_DATA: folder, THROUGHLINE_LOG_LEVEL: 'warn' };
  const views = (...given: string[]) =>
    spawnSync(process.execPath, [join(ROOT, 'dist/apps/standalone/src/views.js'), ...given], { env: environment, encoding: 'utf8' });
  for (const command of ['verify', 'rebuild', 'verify']) {
    const ran = views(command);
    expect([command, ran.status, ran.stdout + ran.stderr]).toEqual([command, 0, expect.any(String)]);
  }
  expect(await service.stop('SIGTERM')).toBe(0);

  service = await Service.start({ data: folder, now: NOW });
  const again = await signIn(new Client(service.url), ADMINISTRATOR);
  expect((await again.get(`students/${sam.student}`)).status).toBe(404);
  expect((await again.read('students')).items).toEqual(expect.arrayContaining(others.slice(0, 1)));
  for (const secret of secrets) expect([secret, filesWith(secret)]).toEqual([secret, []]);
  await service.stop('SIGTERM');
});
