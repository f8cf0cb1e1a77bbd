import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { type Districts, goalsOf, read, signIn } from './district';
import type { Load, Measured, Recipe } from './load';
import { type RunningService, Started, startService } from './processes';
import { appendRaw, eventsIn, observationRows } from './raw';
import { atLeast, count, median, ms, type Row } from './table';

export interface Bench {
  readonly districts: Districts;
  readonly folder: string;
  readonly quick: boolean;
}

type Measure = (bench: Bench) => Promise<readonly Row[]>;

/** A copy to write into: the filled folder stays as it was for the next row. */
async function onCopy<T>({ folder }: Bench, data: string, work: (copy: string) => Promise<T>): Promise<T> {
  const scratch = mkdtempSync(join(folder, 'row-'));
  try {
    cpSync(data, join(scratch, 'data'), { recursive: true });
    return await work(join(scratch, 'data'));
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

async function withService<T>(data: string, work: (service: RunningService) => Promise<T>): Promise<T> {
  const service = await startService(data);
  try {
    return await work(service);
  } finally {
    await service.process.stop();
  }
}

export interface Loaded extends Measured {
  /** Cores that the measured process used meanwhile, all its threads. */
  readonly busy: number;
  /** Microseconds of processor time per request on the thread that serves: what others on the machine do hardly changes it. */
  readonly micros: number;
}

/** The load comes from a process of its own. */
export async function put(load: Load, on: Started): Promise<Loaded> {
  const [before, beforeMain, started] = [on.processorSeconds, on.mainThreadSeconds, performance.now()];
  const measured = await Started.script('load.ts', JSON.stringify(load)).result<Measured>();
  const [used, usedMain] = [on.processorSeconds - before, on.mainThreadSeconds - beforeMain];
  if (measured.failed > 0) throw new Error(`${measured.failed} of ${measured.requests} requests failed`);
  if (performance.now() - started < load.seconds * 1000) throw new Error('The load ended early');
  return { ...measured, busy: used / (load.warmUpSeconds + load.seconds), micros: (usedMain / measured.sent) * 1e6 };
}

const timing = ({ quick }: Bench) => (quick ? { rounds: 1, warmUpSeconds: 1, seconds: 3 } : { rounds: 3, warmUpSeconds: 2, seconds: 5 });

/** Single records against the bare endpoint, turn by turn. */
const posts: Measure = async (bench) =>
  onCopy(bench, await bench.districts.demo(120, bench.quick ? 10 : 180), (data) =>
    withService(data, async ({ process: service, url }) => {
      const bare = Started.script('bare.ts');
      const bareUrl = await bare.says(/bare at (http:\S+)/);
      const { rounds, ...time } = timing(bench);
      const rows: Row[] = [];
      for (const connections of [1, 10, 50]) {
        const [ours, theirs, ratios, busy, p99, micros, bareMicros]: number[][] = [[], [], [], [], [], [], []];
        for (let round = 0; round < rounds; round++) {
          const token = await signIn(url, 'aide1');
          const recipe: Recipe = { kind: 'observations', goals: await goalsOf(url, token) };
          const bareRound = await put({ url: bareUrl, token, connections, ...time, recipe }, bare);
          const ourRound = await put({ url, token, connections, ...time, recipe }, service);
          theirs?.push(bareRound.perSecond);
          ours?.push(ourRound.perSecond);
          ratios?.push(ourRound.perSecond / bareRound.perSecond);
          busy?.push(ourRound.busy);
          p99?.push(ourRound.p99);
          micros?.push(ourRound.micros);
          bareMicros?.push(bareRound.micros);
        }
        rows.push({
          what: `POST one record, ${connections} connection${connections > 1 ? 's' : ''}`,
          measured: `${count(median(ours ?? []))}/s, p99 ${ms(median(p99 ?? []))}`,
          against: `bare POST ${count(median(theirs ?? []))}/s`,
          aim: connections === 50 ? '≥ 0.75' : '',
          ...(connections === 50 ? atLeast(median(ratios ?? []), 0.75) : { ratio: median(ratios ?? []) }),
          limit:
            connections === 1
              ? 'latency: the flush to disk and one way through the loop'
              : `the one thread: ${count(median(micros ?? []))} µs of its processor time each, bare ${count(median(bareMicros ?? []))} µs (all threads ${median(busy ?? []).toFixed(2)} cores of ${cpus().length})`,
        });
      }
      await bare.stop();
      rows.push({
        what: 'memory after this load',
        measured: `${count(service.megabytes)} MB`,
        against: '',
        aim: '',
        limit: 'remembered keys, folds and statements; page caches of SQLite',
      });
      return rows;
    }),
  );

const BATCH = 500;

/** Batches over HTTP against the same rows appended without a service. */
const batches: Measure = async (bench) =>
  onCopy(bench, await bench.districts.demo(120, bench.quick ? 10 : 180), (data) =>
    withService(data, async ({ process: service, url }) => {
      const { rounds, ...time } = timing(bench);
      const [ours, raw, ratios, busy]: [number[], number[], number[], number[]] = [[], [], [], []];
      for (let round = 0; round < rounds; round++) {
        const token = await signIn(url, 'aide1');
        const recipe: Recipe = { kind: 'records', size: BATCH, goals: await goalsOf(url, token) };
        const measured = await put({ url, token, connections: 2, ...time, recipe }, service);
        const rows = observationRows(data, bench.quick ? 5_000 : 20_000);
        const rawRate = appendRaw(data, join(data, `raw-${round}.sqlite`), rows, BATCH);
        ours.push(measured.perSecond * BATCH);
        raw.push(rawRate);
        ratios.push((measured.perSecond * BATCH) / rawRate);
        busy.push(measured.busy);
      }
      return [
        {
          what: `POST records of ${BATCH}`,
          measured: `${count(median(ours))} records/s`,
          against: `raw appends, ${BATCH} rows a flush: ${count(median(raw))}/s`,
          ...atLeast(median(ratios), 0.4),
          aim: '≥ 0.4',
          limit: `the one thread of JavaScript: judging each record (${median(busy).toFixed(2)} cores with the projecting thread)`,
        },
      ];
    }),
  );

const rebuild: Measure = async (bench) => {
  const data = await bench.districts.demo(120, bench.quick ? 10 : 180);
  const [ours, raw, ratios]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < timing(bench).rounds; round++) {
    const loop = await Started.script('views-work.ts', 'raw', data).result<number>();
    const rebuilt = await Started.script('views-work.ts', 'rebuild', data).result<number>();
    ours.push(rebuilt);
    raw.push(loop);
    ratios.push(rebuilt / loop);
  }
  const rate = median(ours);
  return [
    {
      what: 'rebuild of all views',
      measured: `${count(rate)} events/s`,
      against: `raw loop ${count(median(raw))}/s`,
      ratio: median(ratios),
      aim: '≥ 0.6, ≥ 80,000/s',
      met: median(ratios) >= 0.6 && rate >= 80_000,
      limit: 'V8 and Node: reading and writing JSON, texts, the collector (half of it); SQLite is an eighth',
    },
  ];
};

const fill: Measure = async (bench) => {
  const scratch = mkdtempSync(join(bench.folder, 'fill-'));
  const rates: number[] = [];
  try {
    for (let round = 0; round < timing(bench).rounds; round++) {
      const given = ['--demo', '--students', '120', '--days', bench.quick ? '20' : '180'];
      const { process } = await startService(join(scratch, String(round)), given);
      const [, events = '', seconds = ''] = /([\d,]+) events of \d+ students recorded in ([\d.]+) s/.exec(process.lines.join('\n')) ?? [];
      await process.stop();
      rates.push(Number(events.replaceAll(',', '')) / Number(seconds));
    }
  } finally {
    rmSync(scratch, { recursive: true });
  }
  return [
    {
      what: 'fill of the demo district',
      measured: `${count(median(rates))} events/s`,
      against: '',
      aim: '≥ 20,000/s',
      met: median(rates) >= 20_000,
      limit: 'the one thread: rules, schema checks, sealing; the projecting thread works beside it',
    },
  ];
};

const SMALL = 0;
const LARGE = 1_138;

/** The same persons ask for the same children in a log of ten thousand events and in one of a million. */
const reads: Measure = async (bench) => {
  const small = await bench.districts.among(SMALL);
  const large = await bench.districts.among(bench.quick ? 100 : LARGE);
  return withService(small, (one) =>
    withService(large, async (other) => {
      const { rounds, ...time } = timing(bench);
      const rows: Row[] = [];
      const of = (data: string) => `${count(eventsIn(data))} events`;
      const names = ['timeline', 'progress', 'today', 'caseload'] as const;
      for (const name of names) {
        const [smallP50, largeP50, smallP99, largeP99, ratios, rate]: number[][] = [[], [], [], [], [], []];
        for (let round = 0; round < rounds; round++) {
          const [a, b] = [await readLoad(one, name, time), await readLoad(other, name, time)];
          smallP50?.push(a.p50);
          largeP50?.push(b.p50);
          smallP99?.push(a.p99);
          largeP99?.push(b.p99);
          ratios?.push(b.p99 / a.p99);
          rate?.push(b.perSecond);
        }
        const ratio = median(ratios ?? []);
        rows.push({
          what: `${name}, 10 connections`,
          measured: `${of(large)}: p50 ${ms(median(largeP50 ?? []))}, p99 ${ms(median(largeP99 ?? []))}, ${count(median(rate ?? []))}/s`,
          against: `${of(small)}: p50 ${ms(median(smallP50 ?? []))}, p99 ${ms(median(smallP99 ?? []))}`,
          ratio,
          aim: '≤ 1.3 × p99',
          met: ratio <= 1.3,
          limit: 'the one thread: rows to JSON, and the read put on record (a flush for those that wait together)',
        });
      }
      return rows;
    }),
  );
};

type Read = 'timeline' | 'progress' | 'today' | 'caseload';

async function readLoad({ process, url }: RunningService, name: Read, time: { warmUpSeconds: number; seconds: number }): Promise<Measured> {
  const token = await signIn(url, name === 'today' ? 'teacher1' : 'coordinator1');
  return put({ url, token, connections: 10, ...time, recipe: { kind: 'reads', paths: await pathsOf(name, url, token) } }, process);
}

async function pathsOf(name: Read, url: string, token: string): Promise<readonly string[]> {
  if (name === 'today' || name === 'caseload') return [`/api/v1/${name}`];
  const { items } = await read<{ items: { student: { student: string } }[] }>(url, token, 'caseload');
  const students = items.map(({ student }) => student.student);
  if (name === 'timeline') return students.map((student) => `/api/v1/students/${student}/timeline`);
  const plans = students.map((student) => read<{ inForce: { goals: { goal: string }[] }[] }>(url, token, `students/${student}/plan`));
  const goals = (await Promise.all(plans)).flatMap(({ inForce }) => inForce.flatMap((plan) => plan.goals.map(({ goal }) => goal)));
  return goals.map((goal) => `/api/v1/goals/${goal}/progress`);
}

const visible: Measure = async (bench) =>
  onCopy(bench, await bench.districts.demo(120, bench.quick ? 10 : 180), (data) =>
    withService(data, async ({ process, url }) => {
      const token = await signIn(url, 'aide1');
      const recipe: Recipe = { kind: 'observations', goals: await goalsOf(url, token) };
      const { rounds, ...time } = timing(bench);
      const load = { url, token, connections: 50, ...time, recipe };
      const whole = await put(load, process);
      const seen: NonNullable<Measured['visible']>[] = [];
      for (let round = 0; round < rounds; round++) {
        const { visible: found } = await put({ ...load, rate: whole.perSecond / 2, probe: true }, process);
        if (found) seen.push(found);
      }
      const p99 = median(seen.map((one) => one.p99));
      return [
        {
          what: 'acknowledged → visible, half load',
          measured: `p50 ${ms(median(seen.map((one) => one.p50)))}, p99 ${ms(p99)}`,
          against: `at ${count(whole.perSecond / 2)} records/s`,
          aim: 'p99 ≤ 50 ms',
          met: p99 <= 50,
          limit: 'one turn of the projecting thread, and one request (GET me?after=)',
        },
      ];
    }),
  );

const start: Measure = async (bench) => {
  const data = await bench.districts.among(bench.quick ? 100 : LARGE);
  const [seconds, idle]: [number[], number[]] = [[], []];
  for (let round = 0; round < timing(bench).rounds; round++) {
    const began = performance.now();
    await withService(data, async ({ process, url }) => {
      for (;;) {
        const ready = await fetch(`${url}/health/ready`);
        await ready.arrayBuffer();
        if (ready.ok) break;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      seconds.push((performance.now() - began) / 1000);
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      idle.push(process.megabytes);
    });
  }
  return [
    {
      what: `start → ready, ${count(eventsIn(data))} events`,
      measured: `${median(seconds).toFixed(2)} s`,
      against: '',
      aim: '≤ 2 s',
      met: median(seconds) <= 2,
      limit: 'loading and compiling the code, twice: the projecting thread loads its own',
    },
    {
      what: 'memory idle, 5 s after',
      measured: `${count(median(idle))} MB`,
      against: '',
      aim: '≤ 200 MB',
      met: median(idle) <= 200,
      limit: 'two isolates of Node, code, class metadata',
    },
  ];
};

export const MEASURES: Readonly<Record<string, Measure>> = { posts, batches, rebuild, fill, reads, visible, start };
