import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SqliteEventStore } from '@foundation/event-store';
import { START } from '@foundation/kernel';
import { temporaryFolder } from '@foundation/testing';
import { writeRoster } from '../../bench/roster-of';
import { Client } from '../../support/client';
import { ADMINISTRATOR, setUp, signIn } from '../../support/district';
import { Service } from '../../support/service';

const PEOPLE = 1000;
const folder = temporaryFolder();
const data = join(folder, 'district');

/** How often each stream that begins once was begun, by type. */
async function begun(): Promise<{ readonly students: number; readonly doubled: number; readonly finished: number }> {
  const store = SqliteEventStore.open(data, { mode: 'read' });
  const streams = new Map<string, number>();
  let finished = 0;
  for (let after = START; ;) {
    const page = await store.readAll({ after, limit: 1000 });
    for (const { type, stream } of page) {
      if (/student-rostered|key-created/.test(type)) streams.set(`${type} ${stream}`, (streams.get(`${type} ${stream}`) ?? 0) + 1);
      if (type === 'rostering.import-finished') finished++;
    }
    const last = page.at(-1);
    if (!last) break;
    after = last.position;
  }
  await store.close();
  const students = [...streams.keys()].filter((key) => key.startsWith('students.')).length;
  return { students, doubled: [...streams.values()].filter((times) => times > 1).length, finished };
}

it('an import whose worker dies is finished by the next one, by itself, and doubles nothing', async () => {
  const set = join(folder, 'set');
  await writeRoster(set, PEOPLE);
  const files = readdirSync(set).map((name) => ({ name, content: readFileSync(join(set, name), 'utf8') }));
  let service = await Service.start({ data });
  let admin = await setUp(service);
  const { import: id } = await admin.do('roster/imports', { dryRun: false, files });
  const standing = () => admin.read(`roster/imports/${id}`);
  const until = async (is: (status: Awaited<ReturnType<typeof standing>>) => boolean) => {
    for (;;) {
      const status = await standing();
      if (is(status)) return status;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  await until(({ phase, done }) => phase === 'recording' && done >= 100);
  await service.stop('SIGKILL');

  service = await Service.start({ data });
  admin = await signIn(new Client(service.url), ADMINISTRATOR);
  const { report } = await until(({ status }) => status === 'finished');
  expect(report.counts.refused).toBe(0);
  expect((await admin.read('roster/imports')).items).toEqual([expect.objectContaining({ import: id, status: 'finished' })]);
  const { students, doubled, finished } = await begun();
  expect([doubled, finished]).toEqual([0, 1]);
  expect(students).toBeGreaterThan(PEOPLE / 2);
  await service.stop('SIGTERM');
}, 180_000);
