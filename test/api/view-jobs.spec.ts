import { existsSync } from 'node:fs';
import { newId, type Role, ROLES, type NodeId } from '@foundation/kernel';
import { QueueUnavailable } from '@foundation/jobs';
import { ViewJobBook, ViewJobs } from '@foundation/view-jobs';
import { fixedClock, temporaryFolder } from '@foundation/testing';
import { clientOf, fillWorld, openApi, type OpenApi, staffOf } from './world';

const others = ROLES.filter((role) => role !== 'administrator');

describe('jobs about the views', () => {
  let api: OpenApi;
  let send: ReturnType<typeof clientOf>;
  const folder = temporaryFolder();
  beforeAll(async () => {
    api = await openApi(folder);
    await fillWorld(api);
    send = clientOf(api);
  });
  afterAll(() => api.close());

  const ask = (body: object, query = '', role: Role = 'administrator', headers = {}) =>
    send(role, { method: 'POST', url: `views/jobs${query}`, body, headers });

  it.each(others)('are refused to the %s', async (role) => {
    const answers = [await ask({ work: 'rebuild' }, '', role), await send(role, { url: 'views/jobs' })];
    answers.push(await send(role, { url: `views/jobs/${newId()}` }));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([403, 403, 403]);
    expect((await send('administrator', { url: 'views/jobs' })).json().items).toEqual([]);
  });

  it('say which field needs mending: the work, the node; what is not there is not found', async () => {
    expect((await ask({ work: 'repair' })).json()).toMatchObject({ status: 400, errors: [{ pointer: '/work' }] });
    expect((await ask({ work: 'rebuild' }, '?node=here')).json()).toMatchObject({ status: 400, errors: [{ pointer: '/node' }] });
    const unknown = (await ask({ work: 'rebuild' }, `?node=${newId()}`)).json();
    expect(unknown).toMatchObject({ status: 400, type: '/problems/invalid-request', errors: [{ pointer: '/node' }] });
    expect(unknown.errors[0].detail).toContain('GET /api/v1/views/jobs');
    expect((await send('administrator', { url: `views/jobs/${newId()}` })).statusCode).toBe(404);
    expect(existsSync(`${folder}/view-jobs`)).toBe(false);
  });

  it('are taken in with 202 and where to look; asked again, the one that is open is the answer', async () => {
    const key = { 'idempotency-key': newId() };
    const begun = await ask({ work: 'verification' }, '', 'administrator', key);
    const { job, node } = begun.json();
    expect([begun.statusCode, begun.headers.location]).toEqual([202, `/api/v1/views/jobs/${job}`]);
    expect(begun.json()).toMatchObject({ work: 'verification', by: staffOf('administrator'), status: 'waiting' });
    expect((await ask({ work: 'rebuild' }, `?node=${node}`)).json().job).toBe(job);

    await api.viewQueue.start();
    const look = async () => (await send('administrator', { url: String(begun.headers.location) })).json();
    while ((await look()).endedAt === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
    const last = await look();
    expect(last).toMatchObject({ status: 'finished', verdict: 'equal' });
    const position = `${api.platform.journal.logId.slice(0, 8)}.${await api.platform.journal.head()}`;
    expect(last.views.map((view: { position: string }) => view.position)).toEqual(last.views.map(() => position));
    expect((await ask({ work: 'verification' }, '', 'administrator', key)).json()).toEqual(last);

    const { items, nodes } = (await send('administrator', { url: 'views/jobs' })).json();
    expect(items).toEqual([last]);
    expect(nodes).toEqual([{ node, here: true, heardAt: expect.any(String) }]);
  });
});

const folder = temporaryFolder();
it('answers 503 while the queue is away, and begins nothing', async () => {
  const book = new ViewJobBook(`${folder}/view-jobs`);
  const queueOf = async (): Promise<never> => {
    throw new QueueUnavailable('Redis does not answer');
  };
  const viewJobs = new ViewJobs({ book, node: newId<NodeId>(), queueOf, nodes: () => book.nodes(), clock: fixedClock() });
  const api = await openApi(folder, { viewJobs });
  await fillWorld(api);
  const answer = await clientOf(api)('administrator', { method: 'POST', url: 'views/jobs', body: { work: 'rebuild' } });
  expect(answer.json()).toMatchObject({ status: 503, type: '/problems/queue-unavailable' });
  expect(await viewJobs.list()).toEqual([]);
  await api.close();
});
