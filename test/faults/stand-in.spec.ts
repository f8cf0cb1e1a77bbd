import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  AccessDeniedError,
  type AllStreamSubscription,
  CancelledError,
  DeadlineExceededError,
  EventStoreDBClient,
  jsonEvent,
  NotLeaderError,
  UnavailableError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import { newId } from '@foundation/kernel';
import { temporaryFolder } from '@foundation/testing';
import { newStream } from '../support/sealed-events';
import { type Fault, type Scope, StandInCluster, type StandInNode } from './stand-in';

const classic = { credentials: { username: 'any', password: 'pair' } };
const event = () => jsonEvent({ id: newId(), type: 'test.happened', data: { n: 0 } });

describe('the stand-in', () => {
  let cluster: StandInCluster;
  let node: StandInNode;
  const clients: EventStoreDBClient[] = [];
  const connect = (to = cluster.connectionString) => {
    const client = EventStoreDBClient.connectionString(to);
    clients.push(client);
    return client;
  };
  const append = (client: EventStoreDBClient, options: object = classic, stream = newStream()) =>
    client.appendToStream(stream, event(), { expectedRevision: 'no_stream', ...options });
  /** Clients of one process share their connections, and a new one is handed a dead one until its death is known. */
  const reconnected = async () => {
    const client = connect();
    while ((await refusal(read(client))) instanceof UnavailableError) await new Promise((resolve) => setImmediate(resolve));
    return client;
  };
  const refusal = (promise: Promise<unknown>) =>
    promise.then(
      () => undefined,
      (error: unknown) => error,
    );
  const fault = (what: Fault, scope?: Scope) => node.faults.set(what, scope);
  const read = async (client: EventStoreDBClient) => {
    const ids: string[] = [];
    for await (const { event: one } of client.readAll()) if (one && !one.type.startsWith('$')) ids.push(one.id);
    return ids;
  };
  /** What a subscription says, in order, with a way to wait for so many sayings. */
  const follow = (subscription: AllStreamSubscription) => {
    const said: string[] = [];
    let wake = () => undefined as void;
    const say = (what: string) => {
      said.push(what);
      wake();
    };
    subscription
      .on('confirmation', () => say('confirmed'))
      .on('caughtUp', () => say('caught-up'))
      .on('data', ({ event: one }) => one && !one.type.startsWith('$') && say(one.id))
      .on('error', (error) => say((error as Error).constructor.name))
      .on('end', () => say('ended'));
    const until = async (count: number) => {
      while (said.length < count) await new Promise<void>((resolve) => (wake = resolve));
      return said;
    };
    return { said, until };
  };

  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.dispose()));
    await cluster.stop();
  });

  describe('of one node', () => {
    beforeEach(async () => {
      cluster = await StandInCluster.start(1);
      node = cluster.nodes[0]!;
    });

    it.each<[string, Fault, unknown]>([
      ['unavailable', { kind: 'unavailable' }, UnavailableError],
      ['not ready', { kind: 'not-ready' }, UnavailableError],
      ['not the leader', { kind: 'not-leader' }, NotLeaderError],
      ['unauthenticated', { kind: 'unauthenticated' }, AccessDeniedError],
      ['silent', { kind: 'silent' }, DeadlineExceededError],
    ])('refuses before it commits: %s, as often as it is told and no more', async (_, what, type) => {
      fault(what, { calls: ['append'], times: 2, after: 1 });
      const client = connect();
      await append(client);
      for (let n = 0; n < 2; n++) expect(await refusal(append(client, { ...classic, deadline: 300 }))).toBeInstanceOf(type);
      await append(client);
      expect(cluster.log.counts).toMatchObject({ appends: 2, events: 2 });
    });

    it.each<[Extract<Fault, { kind: 'lose-answer' }>['by'], unknown]>([
      ['cut', UnavailableError],
      ['unavailable', UnavailableError],
      ['silence', DeadlineExceededError],
    ])('commits and loses the answer by %s; the same events again are a repetition', async (by, type) => {
      fault({ kind: 'lose-answer', by }, { calls: ['append'], times: 1 });
      const client = connect();
      const [stream, one] = [newStream(), event()];
      const send = () => client.appendToStream(stream, one, { ...classic, expectedRevision: 'no_stream', deadline: 300 });
      expect(await refusal(send())).toBeInstanceOf(type);
      expect(await send()).toMatchObject({ success: true, nextExpectedRevision: 0n });
      expect(cluster.log.counts).toMatchObject({ appends: 1, repeated: 1 });
      expect(await read(client)).toEqual([one.id]);
    });

    it.each<[Fault, unknown]>([
      [{ kind: 'lose-answer', by: 'cut' }, UnavailableError],
      [{ kind: 'lose-answer', by: 'unavailable' }, UnavailableError],
      [{ kind: 'unavailable' }, UnavailableError],
      [{ kind: 'not-leader' }, NotLeaderError],
    ])('fails the batch call: %j', async (what, type) => {
      const client = connect();
      await append(client, {});
      fault(what, { calls: ['batch-append'], times: 1 });
      expect(await refusal(append(client, {}))).toBeInstanceOf(type);
      expect(cluster.log.counts.appends).toBe(what.kind === 'lose-answer' ? 2 : 1);
    });

    it('half-closes the batch call as if all were well, before or after it commits', async () => {
      const unanswered: Promise<unknown>[] = [];
      for (const what of [{ kind: 'half-close' }, { kind: 'lose-answer', by: 'half-close' }] as const) {
        // Not disposed: that too would wait for ever.
        const client = EventStoreDBClient.connectionString(cluster.connectionString);
        await append(client, {});
        fault(what, { calls: ['batch-append'], times: 1 });
        unanswered.push(append(client, {}));
        while (node.faults.timesMet(what.kind) === 0) await new Promise((resolve) => setImmediate(resolve));
        await append(connect(), {});
      }
      // The client lets both wait for ever.
      expect(await Promise.race([...unanswered, Promise.resolve('pending')])).toBe('pending');
      expect(cluster.log.counts.appends).toBe(5);
    });

    it('delays', async () => {
      fault({ kind: 'delay', ms: 400 }, { calls: ['append'], times: 1 });
      expect(await refusal(append(connect(), { ...classic, deadline: 100 }))).toBeInstanceOf(DeadlineExceededError);
    });

    it('denies $all', async () => {
      fault({ kind: 'deny-all' });
      const client = connect();
      expect(await refusal(read(client))).toBeInstanceOf(AccessDeniedError);
      const { until } = follow(client.subscribeToAll());
      expect(await until(1)).toEqual(['AccessDeniedError']);
      await append(client);
    });

    it('says everything twice to readers and subscribers', async () => {
      const client = connect();
      fault({ kind: 'twice' }, { calls: ['read', 'subscribe'] });
      await append(client);
      const [id] = await read(client);
      expect(await read(client)).toEqual([id, id]);
      const { until } = follow(client.subscribeToAll());
      expect(await until(4)).toEqual(['confirmed', id, id, 'caught-up']);
    });

    it('refuses a fault that cannot happen', () => {
      expect(() => fault({ kind: 'twice' }, { calls: ['append'] })).toThrow('twice cannot happen to append');
    });

    describe('with a running subscription', () => {
      let followed: ReturnType<typeof follow>;
      beforeEach(async () => {
        followed = follow(connect().subscribeToAll());
        await followed.until(2);
      });

      it('stands still while it is silent, and then sends what was missed', async () => {
        const clear = fault({ kind: 'silent' }, { calls: ['subscribe'] });
        const client = connect();
        await append(client);
        await append(client);
        const ids = await read(client);
        expect(followed.said).toHaveLength(2);
        clear();
        expect((await followed.until(4)).slice(2)).toEqual(ids);
      });

      it('ends it as if all were well, or with an error', async () => {
        node.endSubscriptions();
        expect((await followed.until(3)).slice(2)).toEqual(['ended']);
        const other = follow(connect().subscribeToAll());
        await other.until(2);
        node.endSubscriptions({ code: 1, details: 'Call canceled' });
        expect((await other.until(3))[2]).toBe(CancelledError.name);
      });

      it('ends it, and every new one, while it half-closes', async () => {
        fault({ kind: 'half-close' }, { calls: ['subscribe'] });
        expect((await followed.until(3)).slice(2)).toEqual(['ended']);
        expect(await follow(connect().subscribeToAll()).until(1)).toEqual(['ended']);
      });

      it('cuts it when the node is killed; started again, the node serves the same log on the same port', async () => {
        const client = connect();
        const [stream, one] = [newStream(), event()];
        const first = await client.appendToStream(stream, one, { ...classic, expectedRevision: 'no_stream' });
        await followed.until(3);
        const { port } = node;
        await node.kill();
        expect((await followed.until(4))[3]).toBe('UnavailableError');
        expect(await refusal(append(connect()))).toBeInstanceOf(UnavailableError);
        await node.start();
        expect(node.port).toBe(port);
        const next = await reconnected();
        expect(await next.appendToStream(stream, one, { ...classic, expectedRevision: 'no_stream' })).toEqual(first);
        expect(await read(next)).toEqual([one.id]);
      });
    });

    it('goes back to an earlier point, and then gives the same positions to other events', async () => {
      const client = connect();
      const kept = await append(client);
      const stream = newStream();
      const lost = await append(client, classic, stream);
      await cluster.restoreTo(kept.position!.commit);
      const later = await reconnected();
      expect(await read(later)).toHaveLength(1);
      expect(await append(later, classic, stream)).toEqual(lost);
      expect(await read(later)).toHaveLength(2);
    });

    it('scavenges what was truncated, deleted and superseded, but the last event of a stream never', async () => {
      const client = connect();
      const streams = { truncated: newStream(), deleted: newStream(), ended: newStream() };
      const ids: Record<string, string[]> = {};
      for (const [name, stream] of Object.entries(streams)) {
        const events = [event(), event(), event()];
        ids[name] = events.map(({ id }) => id);
        await client.appendToStream(stream, events, { expectedRevision: 'no_stream' });
      }
      await client.setStreamMetadata(streams.truncated, { truncateBefore: 1 });
      await client.setStreamMetadata(streams.truncated, { truncateBefore: 2 });
      await client.deleteStream(streams.deleted);
      await client.tombstoneStream(streams.ended);
      expect(await read(client)).toHaveLength(9);
      cluster.log.scavenge();
      expect(await read(client)).toEqual([ids['truncated']![2], ids['deleted']![2]]);
      const metadata = cluster.log.events.filter(({ stream }) => stream === `$$${streams.truncated}`);
      expect(metadata.map(({ revision }) => revision)).toEqual([1]);
    });
  });

  describe('of three nodes', () => {
    beforeEach(async () => {
      cluster = await StandInCluster.start(3);
      node = cluster.nodes[0]!;
    });

    it('is found at its leader, whichever that is', async () => {
      cluster.elect(cluster.nodes[2]);
      cluster.nodes[2]!.faults.set({ kind: 'lose-answer', by: 'cut' }, { times: 1 });
      expect(await refusal(append(connect()))).toBeInstanceOf(UnavailableError);
    });

    it('hands a write on from a follower, unless the leader is required', async () => {
      const follower = connect(cluster.nodes[1]!.connectionString);
      expect(await append(follower)).toMatchObject({ success: true });
      const refused = await refusal(append(follower, { ...classic, requiresLeader: true }));
      expect(refused).toBeInstanceOf(NotLeaderError);
      expect(refused).toMatchObject({ leader: { address: node.host, port: node.port } });
    });

    it('is not ready without a leader, and goes on with another one', async () => {
      const client = connect();
      const [stream, one] = [newStream(), event()];
      const send = () => client.appendToStream(stream, one, { ...classic, expectedRevision: 'no_stream' });
      const first = await send();
      await node.kill();
      expect(await refusal(send())).toBeInstanceOf(UnavailableError);
      expect(await refusal(append(connect(cluster.nodes[1]!.connectionString)))).toMatchObject({
        message: expect.stringContaining('Server Is Not Ready') as string,
      });
      cluster.elect();
      expect(cluster.leader).toBe(cluster.nodes[1]);
      expect(await connect().appendToStream(stream, one, { ...classic, expectedRevision: 'no_stream' })).toEqual(first);
    });
  });

  it('lets followers refuse', async () => {
    cluster = await StandInCluster.start(3, { followersRefuse: true });
    expect(await refusal(append(connect(cluster.nodes[1]!.connectionString)))).toBeInstanceOf(NotLeaderError);
  });
});

describe('the stand-in as a process', () => {
  const folder = temporaryFolder();
  it('keeps what it acknowledged when it is killed, and obeys what it is told', async () => {
    const file = join(folder, 'log.jsonl');
    const start = async () => {
      const arguments_ = [join(__dirname, '../support/ts-child.js'), join(__dirname, 'stand-in/main.ts'), '--file', file];
      const child = spawn(process.execPath, arguments_, { stdio: ['pipe', 'pipe', 'inherit'] });
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      const hear = async () => JSON.parse(((await lines.next()) as { value: string }).value) as Record<string, unknown>;
      const tell = (command: object) => {
        child.stdin.write(`${JSON.stringify(command)}\n`);
        return hear();
      };
      const { connectionString } = await hear();
      return { child, tell, client: EventStoreDBClient.connectionString(String(connectionString)) };
    };
    const [stream, events] = [newStream(), [event(), event()]];
    const send = (client: EventStoreDBClient) => client.appendToStream(stream, events, { ...classic, expectedRevision: 'no_stream' });

    const first = await start();
    const answer = await send(first.client);
    await first.client.tombstoneStream(newStream());
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');

    const second = await start();
    expect(await send(second.client)).toEqual(answer);
    await expect(second.client.appendToStream(stream, event(), { ...classic, expectedRevision: 0n })).rejects.toThrow(
      WrongExpectedVersionError,
    );
    expect(await second.tell({ do: 'counts' })).toMatchObject({ done: true, appends: 0, repeated: 1, conflicts: 1 });
    expect(await second.tell({ do: 'fault', fault: { kind: 'unavailable' }, scope: { times: 1 } })).toEqual({ done: true });
    await expect(send(second.client)).rejects.toThrow(UnavailableError);
    expect(await second.tell({ do: 'kill', node: 7 })).toEqual({ error: 'There is no such node' });
    second.child.stdin.end();
    expect(await once(second.child, 'exit')).toEqual([0, null]);
    await Promise.all([first, second].map(({ client }) => client.dispose()));
  });
});
