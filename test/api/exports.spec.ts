import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { exportsEvents, produceExport } from '@exchange/exports';
import { type ExportId, newId } from '@foundation/kernel';
import { jobIdOf } from '@foundation/jobs';
import { temporaryFolder } from '@foundation/testing';
import { unzipped } from '../support/zips';
import { writes } from './story';
import { clientOf, fillWorld, ids, openApi, type OpenApi } from './world';

const url = `students/${ids.sam}/exports`;

describe('a copy of a child’s whole record', () => {
  let api: OpenApi;
  let send: ReturnType<typeof clientOf>;
  let folder: string;
  const root = temporaryFolder();
  let count = 0;
  beforeEach(async () => {
    folder = join(root, String(++count));
    api = await openApi(folder);
    await fillWorld(api);
    send = clientOf(api);
  });
  afterEach(() => api.close());

  const ask = async (id = newId<ExportId>()) => {
    const answer = await send('case-manager', { method: 'POST', url, body: { export: id, askedOn: '2026-03-02' } });
    expect([answer.statusCode, answer.headers.location]).toEqual([201, `/api/v1/${url}/${id}`]);
    return id;
  };
  const ready = async (id: string) => {
    for (;;) {
      const { status } = (await send('case-manager', { url: `${url}/${id}` })).json();
      if (!['waiting', 'running'].includes(status)) return status;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  const content = (id: string, role: 'case-manager' | 'coordinator' = 'case-manager') => send(role, { url: `${url}/${id}/content` });
  const filesWith = (text: string) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => {
      const path = join(folder, name);
      return statSync(path).isFile() && readFileSync(path).includes(text);
    });
  const recorded = async (type: string) =>
    (await api.platform.store.readAll({ after: 0n, limit: 1000, types: exportsEvents.map((one) => one.type) })).filter(
      (event) => event.type === type,
    );

  it('is asked for with its deadline, made in the background, and handed out', async () => {
    const id = await ask();
    expect((await send('coordinator', { url: `${url}/${id}` })).json()).toMatchObject({
      status: 'waiting',
      askedOn: '2026-03-02',
      dueOn: '2026-04-16',
      progress: { done: 0, total: 0 },
    });
    expect((await content(id)).json()).toMatchObject({ status: 409, type: '/problems/export-not-ready' });
    await api.work.start();
    expect(await ready(id)).toBe('ready');
    const status = (await send('case-manager', { url: `${url}/${id}` })).json();
    const answer = await content(id);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/zip',
      'content-disposition': `attachment; filename="record-${id}.zip"`,
      'cache-control': 'no-store',
    });
    expect(createHash('sha256').update(answer.rawPayload).digest('hex')).toBe(status.sha256);
    expect(status).toMatchObject({ bytes: answer.rawPayload.length, keptUntil: '2026-04-02', progress: { done: 1, total: 1 } });
    const list = (await send('case-manager', { url })).json().items;
    expect(list.map((one: { export: string }) => one.export)).toEqual([id, ids.sam]);
  });

  it('holds every event in clear, a table of each kind, and the days as pages', async () => {
    const roles = ['case-manager', 'aide', 'teacher', 'therapist'];
    for (const { role, path, body, ids: of = {}, ifMatch, method = 'POST' } of writes.filter((one) => roles.includes(one.role))) {
      const tag = ifMatch && (await send(role, { url: ifMatch === 'plan' ? `plans/${ids.plan}` : `students/${ids.sam}/profile` }));
      const headers: Record<string, string> = tag ? { 'if-match': String(tag.headers.etag) } : {};
      const to = path.slice(1).replace(/\{(\w+)\}/g, (_, name: string) => of[name] ?? '');
      expect((await send(role, { method, url: to, body, headers })).statusCode).toBeLessThan(300);
    }
    await api.work.start();
    const id = await ask();
    await ready(id);
    const files = await unzipped((await content(id)).rawPayload);
    expect([...files.keys()].sort()).toEqual([
      'README.txt',
      'accommodation-entries.csv',
      'case.csv',
      'events.json',
      'observations.csv',
      'plan-goals.csv',
      'sessions.csv',
      'timeline-2026.pdf',
    ]);
    const events = JSON.parse(String(files.get('events.json')));
    const recordOf = (all: readonly { id: string; type: string }[]) =>
      all.filter(({ type }) => !type.startsWith('exports.')).map((one) => one.id);
    expect(recordOf(events)).toEqual(recordOf(await api.platform.journal.readStudent(ids.sam)));
    expect(events.map(({ stream }: { stream: string }) => stream)).toContain(`export-${id}`);
    expect(JSON.stringify(events)).toContain('"givenName":"Sam"');
    expect(JSON.stringify(events)).not.toMatch(/\$sealed|fingerprint/);

    const table = (name: string): Record<string, string>[] => parse(files.get(name)!, { bom: true, columns: true });
    expect(table('observations.csv').map(({ goal }) => goal)).toEqual(expect.arrayContaining(['Asks for help', 'By rubric']));
    expect(table('observations.csv')).toContainEqual(
      expect.objectContaining({ value: '70', unit: '%', by: 'Ana Quillfeather-aide', status: 'recorded' }),
    );
    expect(table('accommodation-entries.csv')).toContainEqual(expect.objectContaining({ accommodation: 'Extra time', state: 'provided' }));
    const sessions = table('sessions.csv');
    expect(sessions).toContainEqual(expect.objectContaining({ subjective: 'In good spirits', status: 'voided' }));
    expect(sessions).toContainEqual(expect.objectContaining({ outcome: 'missed', miss_reason: 'refused', family_told: 'true' }));
    expect(table('plan-goals.csv')).toContainEqual(expect.objectContaining({ label: 'Asks for help', version: '1', target: '80' }));
    expect(table('case.csv').map(({ what }) => what)).toContain('the case was opened on 2025-08-25');
    for (const [name, file] of files) {
      if (name.endsWith('.pdf')) expect([name, file.subarray(0, 5).toString(), file.length > 5000]).toEqual([name, '%PDF-', true]);
    }
  });

  it('lies sealed on the disk, for its owner alone', async () => {
    await api.work.start();
    const id = await ask();
    await ready(id);
    const inside = join(folder, 'exports', ids.sam);
    const [name = ''] = readdirSync(inside).filter((one) => one.startsWith(id));
    expect(statSync(join(inside, name)).mode & 0o777).toBe(0o600);
    expect(filesWith('PK\u0003\u0004')).toEqual([]);
  });

  it('is put on the record of reads when it is fetched', async () => {
    await api.work.start();
    const id = await ask();
    await ready(id);
    const reads = () => api.platform.reads.readsOf(ids.sam, { limit: 100 }).reads.filter(({ what }) => what === 'export.read');
    expect(reads()).toEqual([]);
    await content(id, 'coordinator');
    expect(reads()).toMatchObject([{ role: 'coordinator', student: ids.sam }]);
  });

  it('is gone when the child is erased, and is made for no erased child', async () => {
    await api.work.start();
    const id = await ask();
    await ready(id);
    expect(
      (await send('administrator', { method: 'POST', url: `students/${ids.sam}/erase`, body: { reason: 'requested' } })).statusCode,
    ).toBe(200);
    expect(existsSync(join(folder, 'exports', ids.sam))).toBe(false);
    expect((await content(id)).statusCode).toBe(404);
    expect(await api.platform.exports.content(ids.sam, id)).toBeUndefined();
  });

  it('is not made when the child is erased before the job comes to it', async () => {
    const id = await ask();
    await send('administrator', { method: 'POST', url: `students/${ids.sam}/erase`, body: { reason: 'requested' } });
    await api.queue.enqueue(produceExport, jobIdOf(produceExport, id), { export: id, student: ids.sam });
    await api.work.start();
    while ((await api.queue.status(produceExport, jobIdOf(produceExport, id)))?.state !== 'dead')
      await new Promise((r) => setTimeout(r, 5));
    expect((await api.queue.dead()).map(({ reason }) => reason)).toEqual(['Hopeless']);
    expect(existsSync(join(folder, 'exports', ids.sam))).toBe(false);
    expect(await recorded('exports.export-produced')).toEqual([]);
  });

  it('is dropped after its days', async () => {
    await api.work.start();
    const id = await ask();
    await ready(id);
    api.clock.set('2026-04-02T23:00:00.000Z');
    expect((await content(id)).statusCode).toBe(200);
    expect(await api.platform.exports.sweep()).toBe(0);
    api.clock.set('2026-04-03T12:00:00.000Z');
    expect((await content(id)).json()).toMatchObject({ status: 409, type: '/problems/export-dropped' });
    expect((await send('case-manager', { url: `${url}/${id}` })).json()).toMatchObject({ status: 'dropped' });
    expect(await api.platform.exports.sweep()).toBe(2);
    expect(filesWith('').filter((name) => name.endsWith('.sealed'))).toEqual([]);
    expect(await api.platform.exports.sweep()).toBe(0);
  });

  it('is recorded once though two workers make it at one time', async () => {
    const id = await ask();
    const handler = (await handlerOf(api)) as (job: object) => Promise<void>;
    const job = { payload: { export: id, student: ids.sam }, progress: () => undefined, signal: new AbortController().signal };
    await Promise.all([handler(job), handler(job), handler(job)]);
    expect((await recorded('exports.export-produced')).filter(({ data }) => (data as { export: string }).export === id)).toHaveLength(1);
    expect((await content(id)).statusCode).toBe(200);
  });

  it('says that it failed, and is made once somebody has mended it', async () => {
    const id = await ask();
    let broken = true;
    const waitFor = api.platform.views.waitFor.bind(api.platform.views);
    jest.spyOn(api.platform.views, 'waitFor').mockImplementation((...given) => {
      if (broken) throw new RangeError('broken');
      return waitFor(...given);
    });
    jest.spyOn(global, 'setTimeout').mockImplementation(((work: () => void, ms?: number) => setImmediateOf(work, ms)) as never);
    await api.work.start();
    expect(await ready(id)).toBe('failed');
    const [dead] = (await api.queue.dead()).filter(({ payload }) => payload['export'] === id);
    expect(dead).toMatchObject({ kind: 'exports.produce-export', attempts: 5, reason: 'RangeError' });
    broken = false;
    await api.queue.retry(dead!.id);
    expect(await ready(id)).toBe('ready');
    jest.restoreAllMocks();
  });
});

const real = global.setTimeout;
/** The waits between tries pass at once. */
function setImmediateOf(work: () => void, ms?: number): unknown {
  return real(work, ms !== undefined && ms >= 2000 && ms <= 32_000 ? 1 : ms);
}

/** What the room registers for the job. */
async function handlerOf(api: OpenApi): Promise<unknown> {
  return new Promise((resolve) => {
    jest.spyOn(api.queue, 'handle').mockImplementation((_, handler) => resolve(handler));
    api.platform.exports.work();
    jest.restoreAllMocks();
  });
}
