import { once } from 'node:events';
import { join } from 'node:path';
import { EventStoreDBClient } from '@eventstore/db-client';
import {
  AnotherLog,
  type Appended,
  type Delivery,
  LogReplaced,
  type SealedEvent,
  StoreUnavailable,
  WrongExpectedRevision,
} from '@foundation/event-store';
import { EventStoreDbEventStore } from '@foundation/event-store/eventstoredb';
import { newId, START } from '@foundation/kernel';
import { startNode } from '../support/children';
import { newStream, sealedEvents } from '../support/sealed-events';
import { type Fault, refusal, StandInCluster } from './stand-in';

const patience = { answerMs: 250, wholeMs: 8000, watchMs: 120 };
const later = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe('The log on EventStoreDB, when', () => {
  let cluster: StandInCluster;
  let store: EventStoreDbEventStore;
  let troubles: string[];
  const report = (trouble: string) => void troubles.push(trouble);
  const open = (over: Partial<typeof patience> = {}) =>
    EventStoreDbEventStore.open(cluster.connectionString, { patience: { ...patience, ...over }, report });
  const node = () => cluster.nodes[0]!;
  /** As a caller does: sends the same again for as long as it is told that nothing can be written now. */
  const untilTaken = async (stream: string, events: readonly SealedEvent[]): Promise<Appended> => {
    for (;;) {
      try {
        return await store.append(stream, 'no-stream', events);
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) throw error;
      }
    }
  };
  const storedIds = (stream: string) => cluster.log.events.filter((event) => event.stream === stream).map(({ id }) => id);

  beforeEach(async () => {
    troubles = [];
    cluster = await StandInCluster.start(1);
    store = await open();
  });
  afterEach(async () => {
    for (const each of cluster.nodes) each.faults.clear();
    await store.close();
    await cluster.stop();
  });

  describe('an append goes unanswered', () => {
    const losses: Fault[] = (['cut', 'unavailable', 'silence', 'half-close'] as const).map((by) => ({ kind: 'lose-answer', by }));
    it.each(losses)('though it was written ($by), it is sent again and answered as recorded now', async (fault) => {
      const [stream, events] = [newStream(), sealedEvents(3)];
      node().faults.set(fault, { calls: ['batch-append'], times: 2 });
      const answer = await store.append(stream, 'no-stream', events);
      expect(answer).toEqual({ revision: 2, position: BigInt(cluster.log.events.at(-1)!.position), repeated: false });
      expect(storedIds(stream)).toEqual(events.map(({ id }) => id));
    });

    const refusals: Fault[] = [{ kind: 'silent' }, { kind: 'half-close' }, { kind: 'unavailable' }, { kind: 'not-ready' }];
    it.each(refusals)('because the server is $kind, it is sent again until it is taken', async (fault) => {
      const [stream, events] = [newStream(), sealedEvents(2)];
      node().faults.set(fault, { calls: ['batch-append'], times: 3 });
      await expect(store.append(stream, 'no-stream', events)).resolves.toMatchObject({ revision: 1, repeated: false });
      expect(storedIds(stream)).toHaveLength(2);
    });

    it.each(refusals)(
      'for good ($kind), it is given up in time, and the next one is taken when the server is well again',
      async (fault) => {
        await store.close();
        store = await open({ wholeMs: 1500 });
        const [stream, events] = [newStream(), sealedEvents(1)];
        const mend = node().faults.set(fault, { calls: ['batch-append'] });
        await expect(store.append(stream, 'no-stream', events)).rejects.toThrow(StoreUnavailable);
        mend();
        expect(await untilTaken(stream, events)).toMatchObject({ revision: 0, repeated: false });
        expect(storedIds(stream)).toHaveLength(1);
      },
    );

    it('twice in a row, the client is replaced', async () => {
      node().faults.set({ kind: 'silent' }, { calls: ['batch-append'], times: 2 });
      await store.append(newStream(), 'no-stream', sealedEvents(1));
      expect(troubles).toEqual([expect.stringMatching(/^The client for appends was replaced: no answer to an append within 250 ms$/)]);
    });

    it('others on the same line are answered, and each is recorded once', async () => {
      node().faults.set({ kind: 'lose-answer', by: 'silence' }, { calls: ['batch-append'], after: 3, times: 1 });
      const streams = Array.from({ length: 10 }, () => newStream());
      const answers = await Promise.all(streams.map((stream) => store.append(stream, 'no-stream', sealedEvents(1))));
      expect(new Set(answers.map(({ position }) => position)).size).toBe(10);
      for (const stream of streams) expect(storedIds(stream)).toHaveLength(1);
    });
  });

  it('every answer comes twice, the second one is passed over', async () => {
    node().faults.set({ kind: 'twice' }, { calls: ['batch-append'] });
    for (let n = 0; n < 20; n++) {
      await expect(store.append(newStream(), 'no-stream', sealedEvents(1))).resolves.toMatchObject({ revision: 0 });
    }
    expect(troubles).toEqual([]);
  });

  it('old events of a stream that was deleted are sent again, it is a conflict and not a success', async () => {
    const [stream, events] = [newStream(), sealedEvents(2)];
    await store.append(stream, 'no-stream', events);
    const raw = EventStoreDBClient.connectionString(cluster.connectionString);
    await raw.deleteStream(stream);
    await raw.dispose();
    await expect(store.append(stream, 'no-stream', events)).rejects.toThrow(WrongExpectedRevision);
  });

  it('the server no longer knows the user, appends and reads say that the store is not available', async () => {
    node().faults.set({ kind: 'unauthenticated' });
    await expect(store.append(newStream(), 'no-stream', sealedEvents(1))).rejects.toThrow(StoreUnavailable);
    await expect(store.readStream(newStream())).rejects.toThrow(StoreUnavailable);
  });

  it('reads go unanswered, they are asked again, and given up in time', async () => {
    const stream = newStream();
    await store.append(stream, 'no-stream', sealedEvents(2));
    node().faults.set({ kind: 'silent' }, { calls: ['read'], times: 3 });
    expect(await store.readStream(stream)).toHaveLength(2);
    expect(troubles).toEqual([expect.stringMatching(/^The client for reads was replaced/)]);
    await store.close();
    store = await open({ wholeMs: 1500 });
    node().faults.set({ kind: 'silent' }, { calls: ['read'] });
    await expect(store.head()).rejects.toThrow(StoreUnavailable);
    await expect(store.readStream(stream)).rejects.toThrow(StoreUnavailable);
  });

  it('the server is killed and started under load, nothing acknowledged is missing and nothing is there twice', async () => {
    const streams = Array.from({ length: 12 }, () => newStream());
    let going = true;
    const acknowledged = new Map<string, number>();
    const writers = streams.map(async (stream) => {
      for (let last = -1; going;) {
        const { revision } = await store.append(stream, last === -1 ? 'no-stream' : last, sealedEvents(2));
        acknowledged.set(stream, (last = revision));
      }
    });
    for (let round = 0; round < 4; round++) {
      await later(60);
      await node().kill();
      await later(60);
      await node().start();
    }
    await later(100);
    going = false;
    await Promise.all(writers);
    for (const stream of streams) {
      const events = cluster.log.events.filter((event) => event.stream === stream);
      expect(events.map(({ revision }) => Number(revision))).toEqual(events.map((_, n) => n));
      expect(events).toHaveLength(acknowledged.get(stream)! + 1);
      expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
    }
  });

  it('it is closed, it waits for what was sent and refuses what comes then', async () => {
    node().faults.set({ kind: 'delay', ms: 80 }, { calls: ['batch-append'] });
    const sent = store.append(newStream(), 'no-stream', sealedEvents(1));
    await store.close();
    await expect(sent).resolves.toMatchObject({ revision: 0 });
    await expect(store.append(newStream(), 'no-stream', sealedEvents(1))).rejects.toThrow(StoreUnavailable);
    await expect(store.head()).rejects.toThrow(StoreUnavailable);
  });

  describe('a subscription', () => {
    const seen: string[] = [];
    let caughtUp: number;
    const follow = (after = START, onEvent: () => void | Promise<void> = () => undefined) => {
      seen.length = caughtUp = 0;
      return store.subscribe(after, async (delivery: Delivery) => {
        if (delivery.kind === 'caught-up') return void caughtUp++;
        seen.push(delivery.event.id);
        await onEvent();
      });
    };
    const until = async (found: () => boolean) => {
      while (!found()) await later(5);
    };
    const write = async (count: number) => {
      const events = sealedEvents(count);
      for (const event of events) await store.append(newStream(), 'no-stream', [event]);
      return events.map(({ id }) => id);
    };

    it.each([
      ['is ended as if all were well', async () => node().endSubscriptions()],
      ['is ended with an error', async () => node().endSubscriptions(refusal.unavailable())],
      ['loses its connection', async () => node().cutAll()],
      ['loses its server for a while', () => node().restart()],
    ])('%s, it goes on after the last event, none lost and none twice', async (_, breakIt) => {
      const subscription = follow();
      const wanted = await write(5);
      await until(() => seen.length === 5 && caughtUp === 1);
      for (let round = 0; round < 3; round++) {
        await breakIt();
        wanted.push(...(await write(5)));
        await until(() => seen.length >= wanted.length);
      }
      subscription.stop();
      await subscription.ended;
      expect(seen).toEqual(wanted);
      expect(caughtUp).toBe(1);
      expect(troubles.some((line) => line.startsWith('A subscription is begun again'))).toBe(true);
    });

    it('goes silent while the log goes on, it is begun again', async () => {
      const subscription = follow();
      const wanted = await write(3);
      await until(() => seen.length === 3);
      node().faults.set({ kind: 'silent' }, { calls: ['subscribe'] });
      wanted.push(...(await write(3)));
      await until(() => troubles.some((line) => line.includes('fell silent')));
      expect(seen).toHaveLength(3);
      node().faults.clear();
      await until(() => seen.length === 6);
      subscription.stop();
      await subscription.ended;
      expect(seen).toEqual(wanted);
    });

    it('has every message twice, each event is delivered once', async () => {
      node().faults.set({ kind: 'twice' }, { calls: ['subscribe'] });
      const wanted = await write(4);
      const subscription = follow();
      await until(() => caughtUp === 1 && seen.length >= 4);
      wanted.push(...(await write(4)));
      await until(() => seen.length >= 8);
      await later(50);
      subscription.stop();
      await subscription.ended;
      expect(seen).toEqual(wanted);
    });

    it('has a handler that takes longer than the watch waits, it is left alone', async () => {
      const wanted = await write(3);
      const subscription = follow(START, () => later(patience.watchMs * 3).then(() => undefined));
      await until(() => seen.length === 3 && caughtUp === 1);
      subscription.stop();
      await subscription.ended;
      expect(seen).toEqual(wanted);
      expect(troubles).toEqual([]);
    });

    it('finds the server restored to an earlier point, it ends and says so', async () => {
      await write(3);
      const early = await store.head();
      await write(3);
      const subscription = follow();
      await until(() => seen.length === 6);
      await cluster.restoreTo(early);
      await expect(subscription.ended).rejects.toThrow(LogReplaced);
      expect(seen).toHaveLength(6);
    });

    it('finds other events where its own were, it ends and says so', async () => {
      await write(3);
      const early = await store.head();
      await write(1);
      const subscription = follow();
      await until(() => seen.length === 4);
      await cluster.restoreTo(early);
      const other = await open();
      await other.append(newStream(), 'no-stream', sealedEvents(1));
      await other.close();
      await expect(subscription.ended).rejects.toThrow(LogReplaced);
      expect(seen).toHaveLength(4);
    });

    it('is asked to begin beyond the end of the log, it ends and says so', async () => {
      await write(2);
      const subscription = follow((await store.head()) + 1_000_000n);
      await expect(subscription.ended).rejects.toThrow(LogReplaced);
      expect(seen).toEqual([]);
    });
  });

  describe('three nodes serve it and', () => {
    beforeEach(async () => {
      await store.close();
      await cluster.stop();
      cluster = await StandInCluster.start(3, { followersRefuse: true });
      store = await open();
    });

    it('the leader moves, appends and reads go on with the new one', async () => {
      const stream = newStream();
      for (let round = 0; round < 6; round++) {
        cluster.elect(cluster.nodes[round % 3]);
        await store.append(stream, round === 0 ? 'no-stream' : round - 1, sealedEvents(1));
        expect(await store.readStream(stream)).toHaveLength(round + 1);
      }
    });

    it('the leader is killed, another takes over', async () => {
      const [stream, events] = [newStream(), sealedEvents(1)];
      await store.append(stream, 'no-stream', events);
      await cluster.leader!.kill();
      cluster.loseLeader();
      const waiting = store.append(stream, 0, sealedEvents(1));
      await later(300);
      cluster.elect();
      await expect(waiting).resolves.toMatchObject({ revision: 1 });
      expect(await store.readStream(stream)).toHaveLength(2);
    });

    it('the leader is frozen, appends leave it for the new one', async () => {
      const frozen = cluster.leader!;
      await store.append(newStream(), 'no-stream', sealedEvents(1));
      frozen.faults.set({ kind: 'silent' });
      cluster.elect(cluster.nodes.find((each) => each !== frozen));
      const waiting = Array.from({ length: 8 }, () => store.append(newStream(), 'no-stream', sealedEvents(1)));
      for (const answer of await Promise.all(waiting)) expect(answer).toMatchObject({ revision: 0, repeated: false });
      expect(troubles).toContain('The client for appends was replaced: no answer to an append within 250 ms');
    });
  });

  it('another log is there than a node knows, the node says so', async () => {
    expect(await open().then(async (again) => again.close().then(() => again.logId))).toBe(store.logId);
    const stranger = EventStoreDbEventStore.attach(cluster.connectionString, newId(), { patience });
    await expect(stranger.assertSameLog()).rejects.toThrow(AnotherLog);
    await stranger.close();
    await expect(EventStoreDbEventStore.open(cluster.connectionString, { logId: newId(), patience })).rejects.toThrow(AnotherLog);
  });

  it('anything fails in any order, no promise hangs and no rejection goes unhandled', async () => {
    const child = startNode([join(__dirname, '../support/ts-child.js'), join(__dirname, '../support/eventstore-storm-child.ts')]);
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    let complained = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complained += text));
    const [code] = (await once(child, 'close')) as [number];
    expect({ code, complained }).toEqual({ code: 0, complained: '' });
    const { asked, answered, unavailable, missing, doubled, undelivered } = JSON.parse(said) as Record<string, number>;
    expect(answered! + unavailable!).toBe(asked);
    expect(answered).toBeGreaterThan(20);
    expect({ missing, doubled, undelivered }).toEqual({ missing: 0, doubled: 0, undelivered: 0 });
  }, 60_000);
});
