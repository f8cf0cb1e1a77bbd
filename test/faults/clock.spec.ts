import { temporaryFolder } from '@foundation/testing';
import { Client } from '../support/client';
import { countOf, importRoster, observationsOf, openCase, setUp, signIn } from '../support/district';
import { Service } from '../support/service';

it('goes on when the clock is set back by an hour: order is the log’s, and what was taken stays taken', async () => {
  const service = await Service.start({ data: folder, now: '2027-03-10T14:15:00.000Z' });
  const admin = await setUp(service);
  await importRoster(admin, 'lincoln-v1p1');
  const sam = await openCase(admin, '2027-01-04');
  const before = countOf(sam, '2027-03-10T09:10:00-05:00');
  const first = await sam.aide.do('observations', before);

  service.process.kill('SIGUSR2');
  await new Promise((resolve) => setTimeout(resolve, 100));

  expect((await sam.aide.get('me')).status).toBe(200);
  const again = await sam.aide.post('observations', before);
  expect([again.status, again.body]).toEqual([200, first]);
  const ahead = await sam.aide.post('observations', countOf(sam, '2027-03-10T09:05:00-05:00'));
  expect([ahead.status, ahead.body.type]).toEqual([422, '/problems/in-the-future']);
  const after = countOf(sam, '2027-03-10T08:10:00-05:00');
  const second = await sam.aide.do('observations', after);
  const place = (position: string) => Number(position.split('.').at(-1));
  expect(place(second.position)).toBeGreaterThan(place(first.position));

  const manager = await signIn(new Client(service.url), 'tarrow');
  const found = await observationsOf(manager, sam.student);
  for (const { id } of [before, after]) expect(found).toContain(id);
  const { days } = await manager.read(`goals/${sam.goal}/progress`);
  expect(days).toEqual([expect.objectContaining({ day: '2027-03-10', sittings: 2, value: 12 })]);
  expect(await service.stop('SIGTERM')).toBe(0);
}, 60_000);

const folder = temporaryFolder();
