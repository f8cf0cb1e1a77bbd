import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ClusterBench, ClusterMeasure } from './cluster-bench';
import { goalsOf, signIn } from './district';
import type { Load, Measured, Recipe } from './load';
import { type RunningService, startApp } from './processes';
import { eventsIn } from './raw';
import { type Loaded, put } from './rows';
import { count, median, ms, type Row } from './table';

interface RunningNode {
  readonly name: string;
  readonly data: string;
  readonly projector: RunningService;
  readonly api: RunningService;
  /** Seconds from the start of its projector, on an empty folder, until its copy and views were complete. */
  readonly seconds: number;
}

/** Two nodes of the promoted district, each a projector and an API on a folder of its own. */
export const nodes: ClusterMeasure = async (bench) => {
  const one = await startNode(bench, 'one');
  const other = await startNode(bench, 'two');
  try {
    return [beginning(one), ...(await posts(bench, one)), await batches(bench, one), ...(await lags(bench, one, other)), memory(one)];
  } finally {
    for (const { api, projector } of [one, other]) {
      await api.process.stop();
      await projector.process.stop();
    }
  }
};

async function startNode({ folder, district, eventStore }: ClusterBench, name: string): Promise<RunningNode> {
  const data = join(folder, `node-${name}`);
  mkdirSync(data, { recursive: true, mode: 0o700 });
  copyFileSync(join(district, 'master.key'), join(data, 'master.key'));
  copyFileSync(join(district, 'erasures.jsonl'), join(data, 'erasures.jsonl'));
  const environment = { THROUGHLINE_DATA: data, THROUGHLINE_EVENTSTORE: eventStore };
  const began = performance.now();
  const projector = await startApp('projector', environment);
  for (;;) {
    const ready = await fetch(`${projector.url}/health/ready`);
    await ready.arrayBuffer();
    if (ready.ok) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const seconds = (performance.now() - began) / 1000;
  return { name, data, projector, api: await startApp('api', environment), seconds };
}

function beginning({ data, seconds }: RunningNode): Row {
  const events = eventsIn(data);
  return {
    what: `a new node from nothing, ${count(events)} events`,
    measured: `${seconds.toFixed(1)} s, ${count(events / seconds)} events/s with all views`,
    against: '',
    aim: '',
    limit: 'the subscription, its mirror and the projecting thread on the cores that the server uses too',
  };
}

async function posts({ timing: { rounds, ...time } }: ClusterBench, { api: { url, process } }: RunningNode): Promise<Row[]> {
  const token = await signIn(url, 'aide1');
  const recipe: Recipe = { kind: 'observations', goals: await goalsOf(url, token) };
  const rows: Row[] = [];
  for (const connections of [1, 10, 50]) {
    const seen: Loaded[] = [];
    for (let round = 0; round < rounds; round++) seen.push(await put({ url, token, connections, ...time, recipe }, process));
    rows.push({
      what: `POST one record on a node, ${connections} connection${connections > 1 ? 's' : ''}`,
      measured: `${count(of(seen, 'perSecond'))}/s, p50 ${ms(of(seen, 'p50'))}, p99 ${ms(of(seen, 'p99'))}`,
      against: '',
      aim: '',
      limit:
        connections === 1
          ? 'latency: the server’s flush to disk, and the way there and back'
          : `${count(of(seen, 'micros'))} µs of the API’s one thread each; server, mirror and views have the rest`,
    });
  }
  return rows;
}

const BATCH = 500;

async function batches({ timing: { rounds, ...time } }: ClusterBench, { api: { url, process } }: RunningNode): Promise<Row> {
  const token = await signIn(url, 'aide1');
  const recipe: Recipe = { kind: 'records', size: BATCH, goals: await goalsOf(url, token) };
  const seen: Loaded[] = [];
  for (let round = 0; round < rounds; round++) seen.push(await put({ url, token, connections: 2, ...time, recipe }, process));
  return {
    what: `POST records of ${BATCH} on a node, 2 connections`,
    measured: `${count(of(seen, 'perSecond') * BATCH)} records/s, p50 ${ms(of(seen, 'p50'))}, p99 ${ms(of(seen, 'p99'))}`,
    against: '',
    aim: '',
    limit: 'one append to the server for each record, for each has a stream of its own',
  };
}

/** From the acknowledgement to an answer that shows it, at half of what the node can take with ten connections. */
async function lags({ timing: { rounds, ...time } }: ClusterBench, one: RunningNode, other: RunningNode): Promise<Row[]> {
  const { url, process } = one.api;
  const token = await signIn(url, 'aide1');
  const recipe: Recipe = { kind: 'observations', goals: await goalsOf(url, token) };
  const load: Load = { url, token, connections: 10, ...time, recipe };
  const rate = (await put(load, process)).perSecond / 2;
  const rows: Row[] = [];
  for (const at of [one, other]) {
    const seen: NonNullable<Measured['visible']>[] = [];
    for (let round = 0; round < rounds; round++) {
      const { visible } = await put({ ...load, rate, probe: true, probeAt: at.api.url }, process);
      if (visible) seen.push(visible);
    }
    rows.push({
      what: `acknowledged → visible on ${at === one ? 'the same' : 'another'} node`,
      measured: `p50 ${ms(of(seen, 'p50'))}, p99 ${ms(of(seen, 'p99'))}`,
      against: `at ${count(rate)} records/s`,
      aim: '',
      limit: 'the way through the server’s subscription, the copy’s flush, one turn of the projecting thread, and the request itself',
    });
  }
  return rows;
}

function memory({ projector, api }: RunningNode): Row {
  const [projecting, serving] = [projector.process.megabytes, api.process.megabytes];
  return {
    what: 'memory of a node after this',
    measured: `projector ${count(projecting)} MB, API ${count(serving)} MB`,
    against: '',
    aim: '',
    limit: 'code, page caches, remembered folds and keys',
  };
}

const of = <T>(seen: readonly T[], figure: { [K in keyof T]: T[K] extends number ? K : never }[keyof T]): number =>
  median(seen.map((one) => one[figure] as number));
