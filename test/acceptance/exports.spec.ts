import { createHash } from 'node:crypto';
import { SqliteEventStore } from '@foundation/event-store';
import { START } from '@foundation/kernel';
import { temporaryFolder } from '@foundation/testing';
import { Client, uuid } from '../support/client';
import { countOf, importRoster, openCase, setUp } from '../support/district';
import { longStory, Service } from '../support/service';

import { unzipped } from '../support/zips';

jest.setTimeout(longStory(120_000));

const NOW = '2027-03-10T14:15:00.000Z';
const data = temporaryFolder();

/** Exports on the record, asked for and produced. */
async function inTheLog(): Promise<{ asked: number; produced: string[] }> {
  const store = SqliteEventStore.open(data, { mode: 'read' });
  const types = ['exports.export-requested', 'exports.export-produced'];
  const events = await store.readAll({ after: START, limit: 10_000, types });
  await store.close();
  const of = (type?: string) => events.filter((event) => event.type === type).map((event) => (event.data as { export: string }).export);
  return { asked: of(types[0]).length, produced: of(types[1]) };
}

it('makes every copy that was asked for, once, however often the service is killed meanwhile', async () => {
  let service = await Service.start({ data, now: NOW });
  const admin = await setUp(service);
  await importRoster(admin, 'lincoln-v1p1');
  const sam = await openCase(admin, '2027-01-04');
  let { caseManager } = sam;
  for (let day = 1; day <= 9; day++) await sam.aide.do('observations', countOf(sam, `2027-02-0${day}T09:00:00-05:00`));
  const url = `students/${sam.student}/exports`;

  const asked: string[] = [];
  for (let round = 0; round < 3; round++) {
    for (let each = 0; each < 3; each++) {
      const id = uuid();
      asked.push(id);
      await caseManager.do(url, { export: id });
    }
    // In the midst of the first of them, or before it.
    await new Promise((resolve) => setTimeout(resolve, round * 150));
    await service.stop('SIGKILL');
    service = await Service.start({ data, now: NOW });
    caseManager = new Client(service.url);
    caseManager.useToken(sam.caseManager.accessToken);
  }
  for (const id of asked) {
    for (;;) {
      const { status } = await caseManager.read(`${url}/${id}`);
      if (status === 'ready') break;
      expect(['waiting', 'running']).toContain(status);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  const { sha256, bytes } = await caseManager.read(`${url}/${asked[0]}`);
  const headers = { authorization: `Bearer ${caseManager.accessToken}` };
  const fetched = await fetch(`${service.url}/api/v1/${url}/${asked[0]}/content`, { headers });
  const archive = Buffer.from(await fetched.arrayBuffer());
  expect([archive.length, createHash('sha256').update(archive).digest('hex')]).toEqual([bytes, sha256]);
  expect([...(await unzipped(archive)).keys()]).toEqual(expect.arrayContaining(['events.json', 'observations.csv', 'timeline-2027.pdf']));
  expect(await service.stop('SIGTERM')).toBe(0);
  const { asked: recorded, produced } = await inTheLog();
  expect(recorded).toBe(asked.length);
  expect([...produced].sort()).toEqual([...asked].sort());
});
