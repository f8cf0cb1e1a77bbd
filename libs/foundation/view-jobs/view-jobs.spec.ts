import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InProcessJobQueue, jobIdOf, QueueUnavailable } from '@foundation/jobs';
import { newId, type NodeId, type StaffId } from '@foundation/kernel';
import { fixedClock, temporaryFolder } from '@foundation/testing';
import { type OnStep, type ViewsOutcome, type ViewsWork, WorkCutShort } from '@foundation/view-store';
import { ViewJobBook } from './job-book';
import { type ViewJob, type ViewJobId, viewJobOn } from './view-job';
import { ViewJobWorker } from './view-job-worker';
import { UnknownNode, ViewJobs } from './view-jobs';

const root = temporaryFolder();
const by = newId<StaffId>();
let folder: string;
let book: ViewJobBook;
let clock: ReturnType<typeof fixedClock>;
const queues = new Map<NodeId, InProcessJobQueue>();
beforeEach(() => {
  folder = join(root, String(readdirSync(root).length));
  mkdirSync(folder);
  book = new ViewJobBook(join(folder, 'view-jobs'));
  clock = fixedClock();
});
afterEach(async () => {
  for (const queue of queues.values()) await queue.close(0);
  queues.clear();
});

const queueOf = async (node: NodeId) => {
  const queue = queues.get(node) ?? new InProcessJobQueue([viewJobOn(node)]);
  queues.set(node, queue);
  return queue;
};
/** What an API of a node asks. */
const apiOf = (node: NodeId) => new ViewJobs({ book, node, queueOf, nodes: () => book.nodes(), clock });

type Work = (work: ViewsWork, onStep: OnStep, signal: AbortSignal) => Promise<ViewsOutcome>;

/** A node whose projector does the work as told; its API. */
async function nodeDoing(work: Work, switchedTo = async (): Promise<void> => undefined) {
  const node = newId<NodeId>();
  const queue = await queueOf(node);
  new ViewJobWorker({ book, node, queue, clock, work, switchedTo }).register();
  await queue.start();
  await book.heard(node, clock.now());
  return { node, api: apiOf(node) };
}

const ask = (work: ViewsWork, node?: NodeId) => ({ job: newId<ViewJobId>(), work, by, ...(node !== undefined && { node }) });
const verified = (differs: boolean): ViewsOutcome => ({
  kind: 'verified',
  verified: {
    file: 'views-1.sqlite',
    positions: new Map([
      ['plan', 12n],
      ['today', 12n],
    ]),
    digests: new Map([
      ['plan', 'aa'],
      ['today', 'bb'],
    ]),
    differences: differs ? [{ view: 'plan', table: 'plan_goals', key: "'Sam Rivermoss'" }] : [],
  },
});

async function until(api: ViewJobs, job: ViewJobId, is: (now: ViewJob) => boolean): Promise<ViewJob> {
  for (;;) {
    const now = await api.status(job);
    if (now && is(now)) return now;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
const ended = (api: ViewJobs, job: ViewJobId) => until(api, job, ({ endedAt }) => endedAt !== undefined);
/** A promise and what settles it. */
function held<T>() {
  let settle: (value: T) => void = () => undefined;
  const promise = new Promise<T>((resolve) => (settle = resolve));
  return { promise, settle };
}

describe('a verification', () => {
  it('is waiting, then runs with its progress, then says that every view equals the log', async () => {
    const going = held<ViewsOutcome>();
    const { node, api } = await nodeDoing((_, onStep) => {
      onStep({ phase: 'building', done: 3, total: 12, events: 3 });
      return going.promise;
    });
    const begun = await api.begin(ask('verification'));
    expect(begun).toEqual({
      job: begun.job,
      node,
      work: 'verification',
      by,
      askedAt: clock.now(),
      status: 'waiting',
      done: 0,
      total: 0,
      events: 0,
    });
    expect(await until(api, begun.job, ({ phase }) => phase === 'building')).toMatchObject({ status: 'running', done: 3, total: 12 });
    clock.advance(5000);
    going.settle(verified(false));
    const last = await ended(api, begun.job);
    expect(last).toMatchObject({ status: 'finished', verdict: 'equal', startedAt: begun.askedAt, endedAt: clock.now() });
    expect(last.views).toEqual([
      { view: 'plan', position: '12', verdict: 'equal', digest: 'aa' },
      { view: 'today', position: '12', verdict: 'equal', digest: 'bb' },
    ]);
    expect([last.phase, last.note]).toEqual([undefined, undefined]);
  });

  it('names the view and the table that differ, the remedy, and nobody', async () => {
    const { api } = await nodeDoing(async () => verified(true));
    const last = await ended(api, (await api.begin(ask('verification'))).job);
    expect(last).toMatchObject({ status: 'finished', verdict: 'differs', note: expect.stringContaining('ask for a rebuild') });
    expect(last.views).toMatchObject([{ view: 'plan', verdict: 'differs', tables: ['plan_goals'] }, { verdict: 'equal' }]);
    expect(JSON.stringify(last)).not.toContain('Rivermoss');
  });

  it('that cannot be made says why', async () => {
    const { api } = await nodeDoing(async () => ({ kind: 'refused', why: 'No views file serves yet' }));
    const last = await ended(api, (await api.begin(ask('verification'))).job);
    expect(last).toMatchObject({ status: 'failed', note: 'No views file serves yet.' });
  });
});

describe('a rebuild', () => {
  const rebuilt = (halts: boolean): ViewsOutcome => ({
    kind: 'rebuilt',
    rebuilt: {
      file: 'views-2.sqlite',
      events: 12,
      views: [{ view: 'plan', position: 9n, ...(halts && { halted: { at: 10n, type: 'toy.noted', reason: 'RangeError' } }) }],
    },
  });

  it('has ended once readers are on what was built', async () => {
    const readers = held<void>();
    const { api } = await nodeDoing(
      async () => rebuilt(false),
      () => readers.promise,
    );
    const { job } = await api.begin(ask('rebuild'));
    expect(await until(api, job, ({ phase }) => phase === 'switching')).toMatchObject({ status: 'running' });
    readers.settle();
    expect(await ended(api, job)).toMatchObject({ status: 'finished', verdict: 'rebuilt', views: [{ view: 'plan', verdict: 'rebuilt' }] });
  });

  it('says which view has halted', async () => {
    const { api } = await nodeDoing(async () => rebuilt(true));
    const last = await ended(api, (await api.begin(ask('rebuild'))).job);
    expect(last).toMatchObject({ verdict: 'halted', views: [{ view: 'plan', position: '9', verdict: 'halted' }] });
    expect(last.note).toContain('views -- status');
  });

  it('tells when readers have not gone over', async () => {
    const { api } = await nodeDoing(
      async () => rebuilt(false),
      () => Promise.reject(new Error('late')),
    );
    expect(await ended(api, (await api.begin(ask('rebuild'))).job)).toMatchObject({
      verdict: 'rebuilt',
      note: expect.stringContaining('not gone'),
    });
  });
});

it('while one is open, whoever asks is told of that one; the same request again is answered as it stands', async () => {
  const going = held<ViewsOutcome>();
  const { api } = await nodeDoing(() => going.promise);
  const first = ask('verification');
  await api.begin(first);
  expect((await api.begin(ask('rebuild'))).job).toBe(first.job);
  going.settle(verified(false));
  await ended(api, first.job);
  expect(await api.begin(first)).toMatchObject({ job: first.job, status: 'finished' });
  expect((await api.begin(ask('rebuild'))).job).not.toBe(first.job);
});

it('a node is asked through any other, which tells how it goes; the jobs of all are listed, newest first', async () => {
  const [one, other] = [await nodeDoing(async () => verified(false)), await nodeDoing(async () => verified(true))];
  const { job: here } = await one.api.begin(ask('verification'));
  clock.advance(1000);
  const { job: there } = await one.api.begin(ask('verification', other.node));
  expect(await ended(one.api, there)).toMatchObject({ node: other.node, verdict: 'differs' });
  await ended(one.api, here);
  expect((await other.api.list()).map(({ job, node, verdict }) => [job, node, verdict])).toEqual([
    [there, other.node, 'differs'],
    [here, one.node, 'equal'],
  ]);
  expect(await one.api.nodes()).toHaveLength(2);
  await expect(one.api.begin(ask('rebuild', newId<NodeId>()))).rejects.toThrow(UnknownNode);
});

it('a node that says nothing keeps the job waiting, in plain words, until it is there', async () => {
  const node = newId<NodeId>();
  const { job } = await apiOf(node).begin(ask('rebuild'));
  expect(await apiOf(node).status(job)).toMatchObject({ status: 'waiting', note: expect.stringContaining('its projector runs') });
  await book.heard(node, clock.now());
  expect((await apiOf(node).status(job))?.note).toBeUndefined();
  clock.advance(31_000);
  expect((await apiOf(node).status(job))?.note).toContain('takes no jobs now');
});

describe('one that is cut short', () => {
  it('ends as interrupted where the queue died with the process, and another may be asked for', async () => {
    const { node, api } = await nodeDoing((_, onStep) => {
      onStep({ phase: 'building', done: 1, total: 9, events: 1 });
      return new Promise(() => undefined);
    });
    const { job } = await api.begin(ask('rebuild'));
    await until(api, job, ({ phase }) => phase === 'building');
    queues.set(node, new InProcessJobQueue([viewJobOn(node)]));
    expect(await api.status(job)).toMatchObject({ status: 'interrupted', note: expect.stringContaining('ask again') });
    expect((await api.begin(ask('rebuild'))).job).not.toBe(job);
  });

  it('begins anew where the queue outlives it, and says so meanwhile', async () => {
    let tries = 0;
    const { api } = await nodeDoing(async () => {
      if (++tries === 1) throw new WorkCutShort('SqliteError SQLITE_FULL');
      return verified(false);
    });
    const { job } = await api.begin(ask('verification'));
    const again = await until(api, job, ({ status, startedAt }) => status === 'waiting' && startedAt !== undefined);
    expect(again.note).toContain('begins anew by itself');
    expect(await ended(api, job)).toMatchObject({ status: 'finished', verdict: 'equal' });
    expect(tries).toBe(2);
  });

  it('has failed once its job is dead', async () => {
    const { node, api } = await nodeDoing(async () => verified(false));
    const { job } = await api.begin(ask('rebuild'));
    await ended(api, job);
    const told = await book.read(job);
    if (!told) throw new Error('The book has lost it');
    const { endedAt: _, verdict: __, views: ___, ...open } = told;
    await book.write({ ...open, status: 'running' });
    const dead = async () => ({ state: 'dead' as const, progress: { done: 0, total: 0 }, attempts: 5 });
    const asking = new ViewJobs({
      book,
      node,
      clock,
      nodes: () => book.nodes(),
      queueOf: async () => ({ enqueue: async () => undefined, status: dead }),
    });
    expect(await asking.status(job)).toMatchObject({ status: 'failed', note: expect.stringContaining('Every try') });
  });
});

it('nothing is begun while the queue is away; what runs is shown as it was last told', async () => {
  const { node, api } = await nodeDoing(() => new Promise(() => undefined));
  const { job } = await api.begin(ask('rebuild'));
  await until(api, job, ({ status }) => status === 'running');
  const away = async (): Promise<never> => {
    throw new QueueUnavailable('Redis does not answer');
  };
  const cutOff = new ViewJobs({ book, node, clock, nodes: () => book.nodes(), queueOf: away });
  await expect(cutOff.begin(ask('rebuild'))).rejects.toThrow(QueueUnavailable);
  expect(await cutOff.list()).toMatchObject([{ job, status: 'running' }]);
});

it('a job that came twice is done once', async () => {
  let done = 0;
  const { node, api } = await nodeDoing(async () => {
    done++;
    return verified(false);
  });
  const { job } = await api.begin(ask('verification'));
  await ended(api, job);
  const queue = await queueOf(node);
  const again = jobIdOf(viewJobOn(node), newId());
  await queue.enqueue(viewJobOn(node), again, { job });
  while ((await queue.status(viewJobOn(node), again))?.state !== 'done') await new Promise((resolve) => setTimeout(resolve, 2));
  expect(done).toBe(1);
});

it('keeps the last fifty', async () => {
  const { api } = await nodeDoing(async () => verified(false));
  for (let count = 0; count < 53; count++) {
    clock.advance(1000);
    await ended(api, (await api.begin(ask('verification'))).job);
  }
  const kept = await api.list();
  expect(kept.length).toBeLessThanOrEqual(51);
  expect(kept[0]?.askedAt).toBe(clock.now());
});

it('lists the others when a power cut has emptied what one job or node had told', async () => {
  const { api } = await nodeDoing(async () => verified(false));
  const first = await ended(api, (await api.begin(ask('verification'))).job);
  const { job: emptied } = await ended(api, (await api.begin(ask('verification'))).job);
  await book.heard(newId<NodeId>(), clock.now());
  for (const name of readdirSync(join(folder, 'view-jobs')))
    if (name === `${emptied}.job` || name.endsWith('.node')) writeFileSync(join(folder, 'view-jobs', name), '');
  expect(await api.list()).toEqual([first]);
  expect(await api.status(emptied)).toBeUndefined();
  expect(await book.nodes()).toEqual([]);
});
