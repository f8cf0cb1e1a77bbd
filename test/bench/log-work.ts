import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStoreDBClient, jsonEvent, NO_STREAM } from '@eventstore/db-client';
import { v7 } from 'uuid';
import { JournalCommandRunner, Mirror, MirrorLog, NodeEventStore, type SealedEvent, SqliteEventStore } from '@foundation/event-store';
import { EventStoreDbEventStore } from '@foundation/event-store/eventstoredb';
import { contextOf, jar, openGate, overLog } from '@foundation/event-store/testing';
import { type CommandId, type EventId, type Instant, newId, type Position, type StudentId } from '@foundation/kernel';
import { quantile } from './load';

export interface LogLoad {
  readonly url: string;
  /** Appends of one event to a new stream; or commands, each on a stream of thirty events that is loaded for it. */
  readonly kind: 'appends' | 'commands';
  readonly by: 'bare' | 'ours';
  readonly inFlight: number;
  readonly seconds: number;
}

export interface LogMeasured {
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

/** `log-work.ts <JSON of a LogLoad>` prints a LogMeasured; in a process of its own, so that no round warms the next. */
const load = JSON.parse(process.argv[2] ?? '') as LogLoad;
const WARM_UP_MS = 1000;
const STREAMS = 200;
const LENGTH = 30;
const observationMeta = { actor: 'system' as const, student: v7() as StudentId, role: 'aide', fingerprint: 'x'.repeat(22) };
const clock = { now: () => new Date().toISOString() as Instant };

const works = {
  appends: { bare: bareAppends, ours: ourAppends },
  commands: { bare: bareCommands, ours: ourCommands },
} as const;
void works[load.kind][load.by]().then((measured) => {
  process.stdout.write(`${JSON.stringify(measured)}\n`, () => process.exit(0));
});

async function bareAppends(): Promise<LogMeasured> {
  const client = EventStoreDBClient.connectionString(load.url);
  return repeat(async () => {
    const { id, type, version, data, meta } = observation();
    // Without credentials of its own a call goes over the batch line, the faster one.
    const event = jsonEvent({ id, type, data: data as Record<string, unknown>, metadata: { version, meta } });
    await client.appendToStream(`bench-${v7()}`, event, { expectedRevision: NO_STREAM });
  });
}

async function ourAppends(): Promise<LogMeasured> {
  const store = await EventStoreDbEventStore.open(load.url);
  return repeat(async () => void (await store.append(`bench-${v7()}`, 'no-stream', [observation()])));
}

/** Loads the stream and appends to it with the exact revision. */
async function bareCommands(): Promise<LogMeasured> {
  const client = EventStoreDBClient.connectionString(load.url);
  const { streams } = await longStreams(await EventStoreDbEventStore.open(load.url));
  return inTurn(streams, async (stream) => {
    let revision = -1n;
    for await (const { event } of client.readStream(stream)) revision = event?.revision ?? revision;
    const { id, type, version, data, meta } = observation();
    const event = jsonEvent({ id, type, data: data as Record<string, unknown>, metadata: { version, meta } });
    await client.appendToStream(stream, event, { expectedRevision: revision });
  });
}

/** Folds the node's own copy, decides, and appends with the exact revision. Nothing is remembered from one command to the next. */
async function ourCommands(): Promise<LogMeasured> {
  const cluster = await EventStoreDbEventStore.open(load.url);
  const { streams, student, from } = await longStreams(cluster);
  const folder = mkdtempSync(join(tmpdir(), 'throughline-bench-node-'));
  process.once('exit', () => rmSync(folder, { recursive: true }));
  const log = MirrorLog.open(folder, cluster.logId);
  const mirror = await Mirror.start(startingAt(cluster, from), log);
  const store = new NodeEventStore(SqliteEventStore.open(folder, { mode: 'read' }), cluster, openGate);
  await store.catchUp(60_000);
  const { journal, keys } = overLog(store, clock);
  const runner = new JournalCommandRunner(journal, keys, { remember: 1 });
  const measured = await inTurn(streams, async (stream) => {
    await runner.handle(jar, { stream, student }, { kind: 'add', student, counts: [1] }, contextOf(newId<CommandId>()));
  });
  await mirror.stop();
  return measured;
}

/** The cluster as if its log began here: the copy needs no more than the streams of this round. */
function startingAt(cluster: EventStoreDbEventStore, from: Position): EventStoreDbEventStore {
  return new Proxy(cluster, {
    get(inner, name) {
      if (name === 'subscribe') return (_: unknown, handler: Parameters<typeof inner.subscribe>[1]) => inner.subscribe(from, handler);
      const member: unknown = Reflect.get(inner, name, inner);
      return typeof member === 'function' ? (member.bind(inner) as unknown) : member;
    },
  });
}

/** Streams of thirty events each about one child. */
async function longStreams(store: EventStoreDbEventStore) {
  const from = await store.head();
  const student = newId<StudentId>();
  const { runner } = overLog(store, clock);
  const streams = Array.from({ length: STREAMS }, () => `jar-${v7()}`);
  const counts = Array.from({ length: LENGTH }, () => 1);
  for (let first = 0; first < STREAMS; first += 10) {
    await Promise.all(
      streams
        .slice(first, first + 10)
        .map((stream) => runner.handle(jar, { stream, student }, { kind: 'add', student, counts }, contextOf(newId<CommandId>()))),
    );
  }
  return { streams, student, from };
}

function inTurn(streams: readonly string[], work: (stream: string) => Promise<void>): Promise<LogMeasured> {
  let turn = 0;
  return repeat(() => work(streams[turn++ % streams.length] ?? ''));
}

async function repeat(work: () => Promise<void>): Promise<LogMeasured> {
  const from = performance.now() + WARM_UP_MS;
  const until = from + load.seconds * 1000;
  const latencies: number[] = [];
  const sender = async (): Promise<void> => {
    while (performance.now() < until) {
      const started = performance.now();
      await work();
      const ended = performance.now();
      if (started >= from && ended <= until) latencies.push(ended - started);
    }
  };
  await Promise.all(Array.from({ length: load.inFlight }, sender));
  return { perSecond: latencies.length / load.seconds, p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99) };
}

/** As large as what an aide records. */
function observation(): SealedEvent {
  const [id, student] = [v7(), v7()];
  const at = '2026-03-03T14:15:00.000Z' as Instant;
  const raw = { kind: 'percent-correct', correct: 7, incorrect: 3, noResponse: 0 };
  return {
    id: v7() as EventId,
    type: 'bench.observation-recorded',
    version: 1,
    data: { observation: id, student, plan: v7(), goal: v7(), raw, context: { setting: 'Room 12' }, late: false },
    meta: {
      ...observationMeta,
      commandId: id as CommandId,
      correlationId: id,
      occurredAt: { at, offset: '-05:00', zone: 'America/New_York' },
      recordedAt: at,
    },
  };
}
