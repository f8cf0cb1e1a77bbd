import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { Hopeless, InProcessJobQueue, QueueUnavailable } from '@foundation/jobs';
import { type ImportId, newId } from '@foundation/kernel';
import { temporaryFolder } from '@foundation/testing';
import { ImportReports } from './import-reports';
import { QueuedImports, resealWaitingImports, runImport } from './queued-imports';
import type { Importer, ImportProgress, ImportReport, ImportRequest } from './roster-importer';
import { textFile } from './source-file';

const root = temporaryFolder();
let folders = 0;
let folder: string;
let queue: InProcessJobQueue;
beforeEach(() => {
  folder = join(root, String(++folders));
  queue = new InProcessJobQueue([runImport]);
});
afterEach(() => queue.close());

const CSV = 'sourcedId,givenName,familyName\n1,Sam,Rivermoss\n';
const requestOf = (id: ImportId): ImportRequest => ({
  import: id,
  by: 'system',
  correlationId: id,
  dryRun: false,
  files: [textFile('orgs.csv', ''), textFile('users.csv', CSV)],
});
const reportOf = (id: ImportId) => ({ import: id, dryRun: false, status: 'finished', version: '1.1', counts: {}, doubts: 0 });

/** An API, which only asks, and a worker whose imports are run by `run`. */
async function cluster(run: (request: ImportRequest, progress: (made: ImportProgress) => void) => Promise<unknown>) {
  const importer: Importer = { run: (request, watcher) => run(request, watcher?.progress ?? (() => undefined)) as Promise<ImportReport> };
  const reports = new ImportReports(folder);
  const parts = { queue, importer, reports, folder, key: createSecretKey(randomBytes(32)) };
  new QueuedImports(parts).work();
  await queue.start();
  return { api: new QueuedImports(parts), reports };
}

async function until(done: () => Promise<unknown>): Promise<void> {
  while (!(await done())) await new Promise((resolve) => setTimeout(resolve, 5));
}

it('a worker gets what an API was sent, and its report is everybody’s', async () => {
  const [id, taken] = [newId<ImportId>(), [] as unknown[]];
  const { api, reports } = await cluster(async ({ files, ...request }) => {
    const contents = await Promise.all(files.map(async (file) => [file.name, file.bytes, await textOf(file.open())]));
    taken.push(request, contents);
    return reportOf(id);
  });
  await api.begin(requestOf(id));
  await until(() => reports.summary(id));
  const { files: _, ...request } = requestOf(id);
  expect(taken).toEqual([
    request,
    [
      ['orgs.csv', 0, ''],
      ['users.csv', CSV.length, CSV],
    ],
  ]);
  await until(async () => !readdirSync(folder).some((name) => name.endsWith('.sealed')));
  expect(await api.standing(id)).toBeUndefined();
});

it('is running while it waits and runs, for every API; what was sent lies sealed meanwhile', async () => {
  const id = newId<ImportId>();
  let finish = (_: unknown): void => undefined;
  const { api, reports } = await cluster((_, progress) => {
    progress({ phase: 'recording', done: 3, total: 9 });
    return new Promise((resolve) => (finish = resolve));
  });
  await api.begin(requestOf(id));
  await until(async () => (await api.standing(id))?.phase !== 'waiting');
  expect(await api.standing(id)).toEqual({ import: id, status: 'running', phase: 'recording', done: 3, total: 9 });
  for (const name of readdirSync(folder)) expect([name, readFileSync(join(folder, name)).includes('Rivermoss')]).toEqual([name, false]);
  finish(reportOf(id));
  await until(() => reports.summary(id));
});

it('has failed when every try has, and begins anew when it is sent again', async () => {
  const id = newId<ImportId>();
  let tries = 0;
  const { api, reports } = await cluster(async () => {
    if (++tries === 1) throw new Hopeless('The first one');
    return reportOf(id);
  });
  await api.begin(requestOf(id));
  await until(async () => (await api.standing(id))?.status === 'failed');
  await api.begin(requestOf(id));
  await until(() => reports.summary(id));
  expect(tries).toBe(2);
});

it('keeps nothing of what no worker will take: the queue is away, or its job was forgotten', async () => {
  const id = newId<ImportId>();
  let finish = (_: unknown): void => undefined;
  const { api } = await cluster(() => new Promise((resolve) => (finish = resolve)));
  const sealed = () => readdirSync(folder).filter((name) => name.endsWith('.sealed'));
  await api.begin(requestOf(id));
  await api.sweep();
  expect(sealed()).toHaveLength(1);
  await api.sweep(Date.now() + 8 * 24 * 3_600_000);
  expect(sealed()).toEqual([]);
  finish(reportOf(id));
  await queue.close();
  await expect(api.begin(requestOf(id))).rejects.toThrow(QueueUnavailable);
  expect(sealed()).toEqual([]);
});

it('is waiting still, and asked for again, when the queue that it was given to is away, and when it was lost', async () => {
  const id = newId<ImportId>();
  const parts = { reports: new ImportReports(folder), folder, key: createSecretKey(randomBytes(32)) };
  const importer: Importer = { run: async () => reportOf(id) as ImportReport };
  const api = new QueuedImports({ ...parts, importer, queue });
  await api.begin(requestOf(id));
  await api.begin(requestOf(id));
  await queue.close();
  const waiting = { import: id, status: 'running', phase: 'waiting', done: 0, total: 0 };
  expect(await api.standing(id)).toEqual(waiting);

  queue = new InProcessJobQueue([runImport]);
  const worker = new QueuedImports({ ...parts, importer, queue });
  expect(await worker.standing(id)).toEqual(waiting);
  const begun = jest.spyOn(queue, 'enqueue');
  await worker.askAgain();
  await worker.askAgain();
  worker.work();
  await queue.start();
  await until(() => parts.reports.summary(id));
  // Sent twice, the last one counts, and once.
  expect(new Set(begun.mock.calls.map(([, job]) => job)).size).toBe(1);
  await until(async () => (await worker.standing(id)) === undefined);
});

it('knows nothing of an import that nobody sent', async () => {
  const { api } = await cluster(async () => undefined);
  expect(await api.standing(newId<ImportId>())).toBeUndefined();
  expect(await api.standing('../secrets' as unknown as ImportId)).toBeUndefined();
});

it('is taken by a worker that has the next master key, once it was sealed anew; twice is as once, and its age stays', async () => {
  const [id, gone] = [newId<ImportId>(), newId<ImportId>()];
  const [from, to, lost] = [0, 1, 2].map(() => createSecretKey(randomBytes(32))) as [KeyObject, KeyObject, KeyObject];
  const taken: string[] = [];
  const reports = new ImportReports(folder);
  const importer: Importer = {
    run: async ({ import: which, files }) => {
      taken.push(...(await Promise.all(files.map((file) => textOf(file.open())))));
      return reportOf(which) as ImportReport;
    },
  };
  const away = new InProcessJobQueue([runImport]);
  const before = { queue: away, importer, reports, folder };
  await new QueuedImports({ ...before, key: from }).begin(requestOf(id));
  const [sealed] = readdirSync(folder).filter((name) => name.endsWith('.sealed'));
  const old = new Date('2026-09-01T08:00:00Z');
  utimesSync(join(folder, sealed!), old, old);
  await new QueuedImports({ ...before, key: lost }).begin(requestOf(gone));
  await away.close();

  expect([await resealWaitingImports(folder, from, to), await resealWaitingImports(folder, from, to)]).toEqual([1, 0]);
  expect(statSync(join(folder, sealed!)).mtime).toEqual(old);

  const next = new QueuedImports({ queue, importer, reports, folder, key: to });
  next.work();
  await queue.start();
  await next.askAgain();
  await until(() => reports.summary(id));
  expect(taken).toEqual(['', CSV]);
  expect(await resealWaitingImports(join(folder, 'nowhere'), from, to)).toBe(0);
  await expect(resealWaitingImports(join(folder, `${id}.json`), from, to)).rejects.toThrow('ENOTDIR');
});

async function textOf(pages: AsyncIterable<Buffer>): Promise<string> {
  let text = '';
  for await (const page of pages) text += page.toString();
  return text;
}
