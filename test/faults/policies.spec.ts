import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { SqliteEventStore } from '@foundation/event-store';
import { ASK_MS, LEASE_MS } from '@foundation/jobs/bullmq';
import { answers, ask } from '@foundation/jobs/policies/testing';
import { temporaryFolder } from '@foundation/testing';
import { type RedisServer, startRedis } from '../support/redis';
import { forkOn } from '../support/remote-store';

const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 10));
};

describe('policies in a cluster, one process each', () => {
  let redis: RedisServer;
  let store: SqliteEventStore;
  const folder = temporaryFolder();
  const children = new Set<ChildProcess>();
  let count = 0;
  let prefix: string;
  let asked: string[];
  let acts: { child: number; stream: string }[];
  beforeAll(async () => {
    redis = await startRedis();
  });
  beforeEach(() => {
    prefix = `p${++count}`;
    asked = [];
    acts = [];
    store = SqliteEventStore.open(`${folder}/${count}`, { mode: 'write' });
  });
  afterEach(async () => {
    for (const child of children) child.kill('SIGKILL');
    await until(() => children.size === 0);
    await store.close();
  });
  afterAll(() => redis.stop());

  const worker = (held?: (method: string) => Promise<void>): ChildProcess => {
    const child = forkOn(
      store,
      'policy-child.ts',
      [redis.url, prefix, '600'],
      ({ acted }) => void acts.push({ child: child.pid ?? 0, stream: String(acted) }),
      held,
    );
    children.add(child);
    child.once('exit', () => children.delete(child));
    return child;
  };
  const question = async () => {
    const text = `${prefix}-${asked.length}`;
    asked.push(text);
    await ask(store, text);
  };
  const allAnswered = () => until(async () => (await answers(store)).size === asked.length);
  const onceEach = async () => {
    const counted = await answers(store);
    expect([...counted.keys()].sort()).toEqual([...asked].sort());
    expect([...counted.values()].every((times) => times === 1)).toBe(true);
  };

  it('are taken over within 10 s of a death', () => {
    expect(LEASE_MS + ASK_MS).toBeLessThan(10_000);
  });

  it('are run by one of two workers, and by the other when it is stopped', async () => {
    const workers = [worker(), worker()];
    for (let each = 0; each < 30; each++) await question();
    await allAnswered();
    expect(new Set(acts.map(({ child }) => child)).size).toBe(1);
    const holder = workers.find(({ pid }) => pid === acts[0]?.child);
    const ended = holder && once(holder, 'exit');
    holder?.send('stop');
    await ended;
    await question();
    await allAnswered();
    expect(new Set(acts.map(({ child }) => child)).size).toBe(2);
    await onceEach();
  });

  it('lose and double nothing when the one that holds the turn is killed in its midst, again and again', async () => {
    const kills = 8;
    worker();
    for (let kill = 0; kill < kills; kill++) {
      const next = worker();
      const before = acts.length;
      for (let each = 0; each < 5; each++) await question();
      await until(() => acts.length > before);
      const holder = acts.at(-1)?.child;
      for (const child of children) if (child.pid === holder) child.kill('SIGKILL');
      for (let each = 0; each < 5; each++) await question();
      expect(next.pid).toBeDefined();
    }
    await allAnswered();
    await onceEach();
    expect(new Set(acts.map(({ child }) => child)).size).toBeGreaterThan(kills);
  });

  it('double nothing when a frozen holder wakes up after another has taken over', async () => {
    let release: () => void = () => undefined;
    const thawed = new Promise<void>((resolve) => (release = resolve));
    let inMidst = false;
    // The append is under way when the holder freezes, and reaches the log only after the other one’s.
    const frozen = worker(async (method) => {
      if (method !== 'append') return;
      inMidst = true;
      await thawed;
    });
    await question();
    await until(() => inMidst);
    frozen.kill('SIGSTOP');
    const next = worker();
    for (let each = 0; each < 10; each++) await question();
    await allAnswered();
    expect(acts.filter(({ child }) => child === next.pid)).toHaveLength(11);
    release();
    frozen.kill('SIGCONT');
    for (let each = 0; each < 5; each++) await question();
    await allAnswered();
    // Woken, it has found that its turn is over: the other one did the rest.
    expect(acts.filter(({ child }) => child === frozen.pid)).toHaveLength(1);
    await onceEach();
  });

  it('go on when Redis is killed, and when it comes back empty', async () => {
    worker();
    worker();
    for (let each = 0; each < 10; each++) await question();
    await allAnswered();
    await redis.kill();
    for (let each = 0; each < 10; each++) await question();
    await redis.restart({ empty: true });
    for (let each = 0; each < 10; each++) await question();
    await allAnswered();
    await onceEach();
  });
});
