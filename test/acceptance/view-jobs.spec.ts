import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { temporaryFolder } from '@foundation/testing';
import { Client } from '../support/client';
import { ADMINISTRATOR, employ, importRoster, Names, setUp, signIn } from '../support/district';
import { longStory, Service, SHAPE } from '../support/service';

jest.setTimeout(longStory(180_000));

const data = temporaryFolder();
const TABLE = 'directory_school';

/** As a fault of the disk or of a projection would leave it. */
function damageRow(): void {
  const { file } = JSON.parse(readFileSync(join(data, 'views.current'), 'utf8')) as { file: string };
  const db = new Sqlite(join(data, file), { timeout: 5000 });
  db.exec(`UPDATE ${TABLE} SET data = json_set(data, '$.name', 'Nowhere')`);
  db.close();
}

it('the views are verified, mended and proved beside the ones that serve; cut short, that is said or done anew', async () => {
  let service = await Service.start({ data });
  let admin = await setUp(service);
  await importRoster(admin, 'lincoln-v1p1');
  const ended = async (job: string) => {
    for (;;) {
      const now = await admin.read(`views/jobs/${job}`);
      if (!['waiting', 'running'].includes(now.status)) return now;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const schools = async (): Promise<string[]> => (await admin.read('schools')).items.map(({ name }: { name: string }) => name);
  const done = async (work: string) => ended((await admin.do('views/jobs', { work })).job);

  // Whoever is no administrator may neither ask nor look.
  const aide = await employ(admin, await new Names(admin).staff('Marshlight'), 'leo@willowbrook.example', { role: 'aide' });
  expect([(await aide.post('views/jobs', { work: 'rebuild' })).status, (await aide.get('views/jobs')).status]).toEqual([403, 403]);

  const before = await schools();
  damageRow();
  expect(await schools()).toEqual(before.map(() => 'Nowhere'));
  const found = await done('verification');
  expect(found).toMatchObject({ status: 'finished', verdict: 'differs', note: expect.stringContaining('ask for a rebuild') });
  expect(found.views.filter(({ verdict }: { verdict: string }) => verdict !== 'equal')).toMatchObject([
    { view: 'directory', verdict: 'differs', tables: [TABLE] },
  ]);

  const { nodes } = await admin.read('views/jobs');
  expect(nodes).toMatchObject([{ node: found.node, here: true }]);
  const asked = await admin.do(`views/jobs?node=${found.node}`, { work: 'rebuild' });
  expect(await ended(asked.job)).toMatchObject({ node: found.node, status: 'finished', verdict: 'rebuilt' });
  while ((await schools())[0] === 'Nowhere') await new Promise((resolve) => setTimeout(resolve, 20));
  expect(await schools()).toEqual(before);

  const { job } = await admin.do('views/jobs', { work: 'rebuild' });
  await service.stop('SIGKILL');
  const { endedAt } = JSON.parse(readFileSync(join(data, 'view-jobs', `${job}.job`), 'utf8')) as { endedAt?: string };
  service = await Service.start({ data });
  admin = await signIn(new Client(service.url), ADMINISTRATOR);
  const cutShort = await ended(job);
  expect(cutShort.status).toBe(SHAPE === 'standalone' && endedAt === undefined ? 'interrupted' : 'finished');
  expect(await schools()).toEqual(before);
  const proof = await done('verification');
  expect(proof).toMatchObject({ work: 'verification', status: 'finished', verdict: 'equal', done: proof.total });
  expect(proof.events).toBeGreaterThan(40);
  expect((await admin.read('views/jobs')).items).toHaveLength(4);
  expect(await service.stop('SIGTERM')).toBe(0);
});
