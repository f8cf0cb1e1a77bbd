import { defineJob, jobIdOf } from '@foundation/jobs';
import { BullMqJobQueue } from '@foundation/jobs/bullmq';
import { newId, type Role, ROLES, type StudentId } from '@foundation/kernel';
import { temporaryFolder } from '@foundation/testing';
import { type RedisServer, startRedis } from '../support/redis';
import { clientOf, fillWorld, openApi, type OpenApi, staffOf } from './world';

const kind = defineJob<{ student: StudentId }>({ name: 'toy.sort', queue: 'toys', attempts: 1, backoffMs: 1, concurrency: 1 });
const BOARD = '/api/v1/jobs/board';
const others = ROLES.filter((role) => role !== 'administrator');

describe('Bull Board', () => {
  let api: OpenApi;
  let redis: RedisServer;
  let queue: BullMqJobQueue;
  let send: ReturnType<typeof clientOf>;
  const job = jobIdOf(kind, newId());
  const folder = temporaryFolder();
  beforeAll(async () => {
    redis = await startRedis();
    queue = await BullMqJobQueue.open({ url: redis.url, kinds: [kind] });
    await queue.enqueue(kind, job, { student: newId() });
    api = await openApi(folder, { jobBoard: queue.bullQueues });
    await fillWorld(api);
    send = clientOf(api);
  });
  afterAll(async () => {
    await api.close();
    await queue.close();
    await redis.stop();
  });

  const asset = async (): Promise<string> => {
    const page = (await send('administrator', { url: BOARD })).body;
    const [, base = ''] = /<base href="([^"]+)"/.exec(page) ?? [];
    return base + (/src="(static\/[^"]+\.js)"/.exec(page)?.[1] ?? '');
  };

  it('shows an administrator the page, its files and the jobs', async () => {
    const page = await send('administrator', { url: BOARD });
    expect([page.statusCode, page.headers['content-type']]).toEqual([200, expect.stringContaining('text/html')]);
    const file = await asset();
    expect(file.startsWith(BOARD)).toBe(true);
    expect((await send('administrator', { url: file })).statusCode).toBe(200);
    const listed = await send('administrator', { url: `${BOARD}/api/queues?activeQueue=toys&status=waiting` });
    expect(JSON.stringify(listed.json())).toContain(job);
  });

  it.each([undefined, ...others])('is not there for %s', async (role: Role | undefined) => {
    const attempts = [
      { url: BOARD },
      { url: `${BOARD}/` },
      { url: await asset() },
      { url: `${BOARD}/api/queues` },
      { url: `${BOARD}/queue/toys` },
      { method: 'PUT', url: `${BOARD}/api/queues/toys/${job}/clean` },
      { method: 'PUT', url: `${BOARD}/api/queues/toys/pause` },
      { method: 'POST', url: `${BOARD}/enter` },
    ] as const;
    for (const sent of attempts) {
      const answer = await send(role, sent);
      expect([sent.url, answer.statusCode, answer.json().type]).toEqual([sent.url, 404, '/problems/not-found']);
      expect(answer.headers['set-cookie']).toBeUndefined();
    }
    expect(await queue.status(kind, job)).toMatchObject({ state: 'waiting' });
  });

  it('is not there for a token that is forged or has run out', async () => {
    const token = api.platform.tokens.issue(staffOf('administrator'), 'administrator', newId());
    const as = (authorization: string) => send(undefined, { url: `${BOARD}/api/queues`, headers: { authorization } });
    expect((await as(`Bearer ${token}`)).statusCode).toBe(200);
    expect((await as(`Bearer ${token}x`)).statusCode).toBe(404);
    api.clock.advance(11 * 60_000);
    expect((await as(`Bearer ${token}`)).statusCode).toBe(404);
  });

  it('lets a browser in by a cookie of its own that is only the token', async () => {
    const entered = await send('administrator', { method: 'POST', url: `${BOARD}/enter` });
    expect(entered.statusCode).toBe(204);
    const [cookie] = entered.cookies;
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: BOARD });
    const headers = { cookie: `${cookie?.name}=${cookie?.value}` };
    expect((await send(undefined, { url: BOARD, headers })).statusCode).toBe(200);
    expect((await send(undefined, { method: 'POST', url: `${BOARD}/enter`, headers })).statusCode).toBe(404);
    expect((await send(undefined, { url: 'me', headers })).statusCode).toBe(401);
  });

  it('leaves everything else as it is', async () => {
    expect((await send(undefined, { url: '/api/docs' })).statusCode).toBe(200);
    expect((await send('aide', { url: 'me' })).statusCode).toBe(200);
    expect((await send('aide', { method: 'POST', url: 'nothing', body: {} })).json().type).toBe('/problems/not-found');
  });
});

describe('without BullMQ', () => {
  let api: OpenApi;
  const folder = temporaryFolder();
  beforeAll(async () => {
    api = await openApi(folder);
    await fillWorld(api);
  });
  afterAll(() => api.close());

  it('there is no board', async () => {
    expect((await clientOf(api)('administrator', { url: BOARD })).statusCode).toBe(404);
  });
});
