import { join } from 'node:path';
import fc from 'fast-check';
import { SqliteEventStore } from '@foundation/event-store';
import { temporaryFolder } from '@foundation/testing';
import { type Checkpoint, type Policy, SoleTurns, TurnLost, type Turns } from './policy';
import { PolicyRunner } from './policy-runner';
import { answering, answers, ask } from './testing';

describe('a policy', () => {
  const root = temporaryFolder();
  let count = 0;
  let store: SqliteEventStore;
  const errors: unknown[] = [];
  const runners: PolicyRunner[] = [];
  beforeEach(() => {
    store = SqliteEventStore.open(join(root, String(++count)), { mode: 'write' });
    errors.length = 0;
  });
  afterEach(async () => {
    await Promise.all(runners.splice(0).map((runner) => runner.stop()));
    await store.close();
  });

  const append: SqliteEventStore['append'] = (...given) => store.append(...given);
  const run = (policy: Policy, { turns = new SoleTurns(), againMs = 60_000 }: { turns?: Turns; againMs?: number } = {}) => {
    const onError = (_: string, error: unknown) => void errors.push(error);
    const runner = new PolicyRunner({ log: store, policies: [policy], turns, onError, everyMs: 5, againMs });
    runners.push(runner);
    runner.start();
    return runner;
  };
  const answered = async (...questions: string[]) => {
    while (
      !questions.every(
        (
          (known) => (one: string) =>
            known.has(one)
        )(await answers(store)),
      )
    )
      await new Promise((r) => setTimeout(r, 5));
  };

  /** Turns that keep checkpoints as Redis does, as text would. */
  const keeping = () => {
    const kept = new Map<string, Checkpoint>();
    const turns: Turns = {
      take: async () => ({
        lost: new AbortController().signal,
        load: async (policy) => kept.get(policy),
        save: async (policy, { logId, position, open }) => void kept.set(policy, { logId, position, open: new Map(open) }),
        end: async () => undefined,
      }),
    };
    return { kept, turns };
  };

  it('acts on what was asked before and after its start, once', async () => {
    await ask(store, 'a');
    const acted: string[] = [];
    run(answering(append, ({ stream }) => void acted.push(stream)));
    await answered('a');
    await ask(store, 'b');
    await answered('b');
    expect(acted).toEqual(['question-a', 'question-b']);
    expect(errors).toEqual([]);
  });

  it('does not act on what was settled before it came to it', async () => {
    await ask(store, 'a');
    const first = run(answering(append));
    await answered('a');
    await first.stop();
    await ask(store, 'b');
    const acted: string[] = [];
    run(answering(append, ({ stream }) => void acted.push(stream)));
    await answered('b');
    expect(acted).toEqual(['question-b']);
  });

  it('acts again until it is settled: an act that did nothing, and one that threw', async () => {
    await ask(store, 'a');
    let tries = 0;
    const policy = answering(append);
    const lazy: Policy = {
      ...policy,
      async act(cause) {
        tries++;
        if (tries === 2) throw new Error('away');
        if (tries === 4) await policy.act(cause);
      },
    };
    run(lazy, { againMs: 20 });
    await answered('a');
    expect(tries).toBe(4);
    expect(errors).toHaveLength(1);
  });

  it('lets a policy that throws not keep another from its work', async () => {
    await ask(store, 'a');
    const raising: Policy = {
      ...answering(append),
      name: 'raising',
      meaning: () => {
        throw new Error('broken');
      },
    };
    const onError = (_: string, error: unknown) => void errors.push(error);
    const runner = new PolicyRunner({ log: store, policies: [raising, answering(append)], turns: new SoleTurns(), onError, everyMs: 5 });
    runners.push(runner);
    runner.start();
    await answered('a');
    expect(errors.length).toBeGreaterThan(0);
  });

  it('refuses two policies of one name', () => {
    const policies = [answering(append), answering(append)];
    expect(() => new PolicyRunner({ log: store, policies, turns: new SoleTurns(), onError: () => undefined })).toThrow('toy.answering');
  });

  it('goes on from its checkpoint, and acts again on what it had not settled', async () => {
    const { kept, turns } = keeping();
    for (const question of ['a', 'b']) await ask(store, question);
    const policy = answering(append);
    const half: Policy = { ...policy, act: async (cause) => (cause.stream === 'question-b' ? policy.act(cause) : undefined) };
    const first = run(half, { turns });
    await answered('b');
    await first.stop();
    expect([...(kept.get(policy.name)?.open.keys() ?? [])]).toContain('a');
    await ask(store, 'c');
    const acted: string[] = [];
    run(
      answering(append, ({ stream }) => void acted.push(stream)),
      { turns },
    );
    await answered('a', 'c');
    expect(acted).toEqual(expect.arrayContaining(['question-a', 'question-c']));
    expect([...(await answers(store)).values()]).toEqual([1, 1, 1]);
  });

  it('reads the log anew when the checkpoint is of another log, or lost', async () => {
    const { kept, turns } = keeping();
    kept.set('toy.answering', { logId: 'another', position: 999n, open: new Map() });
    await ask(store, 'a');
    run(answering(append), { turns });
    await answered('a');
  });

  it('stops acting when its turn is over', async () => {
    const { turns } = keeping();
    let taken = 0;
    const lost: Turns = {
      async take(stop) {
        taken++;
        if (taken > 1) return new Promise((resolve) => stop.addEventListener('abort', () => resolve(undefined)));
        const turn = await turns.take(stop);
        return turn && { ...turn, save: async () => Promise.reject(new TurnLost()) };
      },
    };
    await ask(store, 'a');
    const acted: string[] = [];
    run(
      answering(append, ({ stream }) => void acted.push(stream)),
      { turns: lost },
    );
    while (taken < 2) await new Promise((r) => setTimeout(r, 5));
    expect(acted).toEqual([]);
    expect(errors).toEqual([]);
  });

  it('answers each question once, whoever runs, dies and begins anew at whatever moment', async () => {
    const steps = fc.array(fc.constantFrom('ask', 'start', 'stop', 'lose checkpoint', 'wait'), { minLength: 5, maxLength: 25 });
    await fc.assert(
      fc.asyncProperty(steps, async (given) => {
        const folder = join(root, `law-${++count}`);
        const own = SqliteEventStore.open(folder, { mode: 'write' });
        const { kept, turns } = keeping();
        const running: PolicyRunner[] = [];
        const start = () => {
          const policy = answering((...events) => own.append(...events));
          const runner = new PolicyRunner({ log: own, policies: [policy], turns, onError: () => undefined, everyMs: 1, againMs: 5 });
          running.push(runner);
          runner.start();
        };
        let asked = 0;
        for (const step of given) {
          if (step === 'ask') await ask(own, String(asked++));
          if (step === 'start' && running.length < 3) start();
          if (step === 'stop') await running.shift()?.stop();
          if (step === 'lose checkpoint') kept.clear();
          if (step === 'wait') await new Promise((resolve) => setTimeout(resolve, 2));
        }
        start();
        while ((await answers(own)).size < asked) await new Promise((resolve) => setTimeout(resolve, 2));
        await Promise.all(running.map((runner) => runner.stop()));
        const counts = [...(await answers(own)).values()];
        await own.close();
        return counts.every((times) => times === 1) && counts.length === asked;
      }),
      { numRuns: 25 },
    );
  });
});
