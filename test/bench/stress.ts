import { mkdtempSync, rmSync } from 'node:fs';
import { type ClientRequest, request as streaming } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { Pool } from 'undici';
import { goalsOf, read, signIn } from './district';
import { type Goal, observationOf, quantile } from './load';
import { startService } from './processes';

interface Options {
  readonly minutes: number;
  readonly url?: string;
  readonly rate: number;
}

const EVERY_SECONDS = 10;
/** Caches fill at first; memory is judged from then on, and only of a run that is longer. */
const WARM_UP_SECONDS = 60;
const FEWEST_SAMPLES = 9;
const MOST_GROWTH = 0.2;
const BATCH = 50;
const LISTENERS = 4;
/** Records are of any day of so many: thousands of one child on one day would be no school's. */
const DAYS = 60;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** What happened since the last line. */
class Tally {
  readonly records: number[] = [];
  readonly reads: number[] = [];
  readonly errors = new Map<string, number>();
  stored = 0;
  signIns = 0;
  heard = 0;

  failed(what: string): void {
    this.errors.set(what, (this.errors.get(what) ?? 0) + 1);
  }
}

interface Figures {
  readonly megabytes: number;
  readonly lagSeconds: number;
  readonly lagPositions: number;
}

/** A school day's mix on one service: aides' records alone and in batches, screens, sign-ins, and screens that listen. */
class Stress {
  private readonly pool: Pool;
  private teacher = '';
  private coordinator = '';
  private goals: readonly Goal[] = [];
  private paths: readonly string[] = [];
  private tally = new Tally();
  private ended = false;
  private turn = 0;
  /** All that was acknowledged, as it was sent. */
  private readonly acknowledged: ReturnType<typeof observationOf>[] = [];
  private readonly memory: number[] = [];
  private readonly listeners = new Set<ClientRequest>();

  constructor(private readonly url: string) {
    this.pool = new Pool(url, { connections: 64 });
  }

  /** Answers whether all went well. */
  async run(minutes: number, rate: number): Promise<boolean> {
    await this.signInBoth();
    this.goals = await goalsOf(this.url, this.teacher);
    const { items } = await read<{ items: { student: { student: string } }[] }>(this.url, this.coordinator, 'caseload');
    this.paths = ['caseload', 'today', ...items.map(({ student }) => `students/${student.student}/timeline`)];

    const batches = rate / 4 / BATCH;
    const working = [
      this.every(1000 / ((rate * 3) / 4), () => this.one()),
      this.every(1000 / batches, () => this.many()),
      this.every(40, () => this.look()),
      this.every(2000, () => this.signInBoth()),
    ];
    for (let listener = 0; listener < LISTENERS; listener++) this.listen();
    const started = performance.now();
    const seconds = () => (performance.now() - started) / 1000;
    for (let due = EVERY_SECONDS; due <= minutes * 60; due += EVERY_SECONDS) {
      await new Promise((resolve) => setTimeout(resolve, due * 1000 - seconds() * 1000));
      const figures = await this.figures();
      if (due > WARM_UP_SECONDS) this.memory.push(figures.megabytes);
      this.tell(due, figures);
    }
    this.ended = true;
    await Promise.all(working);
    for (const listener of this.listeners) listener.destroy();
    const missing = await this.missing();
    const well = this.summary(missing);
    await this.pool.close();
    return well;
  }

  /** Starts the work at its times, whether what was started before has ended or not; so a slow service is not spared. */
  private async every(ms: number, work: () => Promise<void>): Promise<void> {
    const under = new Set<Promise<void>>();
    for (let due = performance.now(); !this.ended; due += ms) {
      const wait = due - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      const one: Promise<void> = work()
        .catch((error: unknown) => this.tally.failed(error instanceof Error ? error.name : 'error'))
        .finally(() => under.delete(one));
      under.add(one);
      if (under.size > 200) await Promise.race(under);
    }
    await Promise.all(under);
  }

  private async send(path: string, token: string, body?: unknown): Promise<unknown> {
    const answer = await this.pool.request({
      path: `/api/v1/${path}`,
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const content = await answer.body.json();
    if (answer.statusCode < 300) return content;
    this.tally.failed((content as { type?: string }).type ?? String(answer.statusCode));
    return undefined;
  }

  private next(): ReturnType<typeof observationOf> {
    const goal = this.goals[this.turn++ % this.goals.length] as Goal;
    const daysAgo = 1 + Math.floor(Math.random() * DAYS);
    return observationOf(goal, `${new Date(Date.now() - daysAgo * 86_400_000).toISOString().slice(0, 19)}Z`);
  }

  private async one(): Promise<void> {
    const record = this.next();
    const started = performance.now();
    if ((await this.send('observations', this.teacher, record)) === undefined) return;
    this.tally.records.push(performance.now() - started);
    this.keep(record);
  }

  private async many(): Promise<void> {
    const records = Array.from({ length: BATCH }, () => this.next());
    const answer = await this.send('records', this.teacher, { records: records.map((record) => ({ kind: 'observation', ...record })) });
    for (const [index, { result }] of ((answer as { results?: { result: string }[] } | undefined)?.results ?? []).entries()) {
      const record = records[index];
      if (result === 'refused') this.tally.failed('refused in a batch');
      else if (record) this.keep(record);
    }
  }

  private keep(record: ReturnType<typeof observationOf>): void {
    this.acknowledged.push(record);
    this.tally.stored++;
  }

  private async look(): Promise<void> {
    const started = performance.now();
    const path = this.paths[this.turn++ % this.paths.length] ?? 'today';
    if ((await this.send(path, path === 'today' ? this.teacher : this.coordinator)) !== undefined) {
      this.tally.reads.push(performance.now() - started);
    }
  }

  private async signInBoth(): Promise<void> {
    this.teacher = await signIn(this.url, 'teacher1');
    this.coordinator = await signIn(this.url, 'coordinator1');
    this.tally.signIns += 2;
  }

  /** Once more when its token has expired. */
  private listen(): void {
    const stream = streaming(`${this.url}/api/v1/changes`, { headers: { authorization: `Bearer ${this.teacher}` } }, (answer) => {
      answer.on('data', (chunk: Buffer) => (this.tally.heard += chunk.toString().split('event: change').length - 1));
    });
    stream.on('error', () => undefined);
    stream.on('close', () => {
      this.listeners.delete(stream);
      if (!this.ended) setTimeout(() => this.listen(), 100);
    });
    this.listeners.add(stream);
    stream.end();
  }

  private async figures(): Promise<Figures> {
    const { body } = await this.pool.request({ path: '/metrics', method: 'GET' });
    const text = await body.text();
    const figure = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
    return {
      megabytes: figure('process_resident_memory_bytes') / 1024 / 1024,
      lagSeconds: figure('throughline_projection_lag_seconds'),
      lagPositions: figure('throughline_projection_lag_positions'),
    };
  }

  private tell(due: number, { megabytes, lagSeconds, lagPositions }: Figures): void {
    const { records, reads, errors, stored, signIns, heard } = this.tally;
    this.tally = new Tally();
    const times = (ms: readonly number[]) => `p50 ${quantile(ms, 0.5).toFixed(1)} p99 ${quantile(ms, 0.99).toFixed(1)} ms`;
    const failures = [...errors].map(([what, count]) => `${what} × ${count}`).join(', ') || 'none';
    say(
      `${String(due).padStart(5)} s  ${(stored / EVERY_SECONDS).toFixed(0)} records/s (${times(records)})  ` +
        `${(reads.length / EVERY_SECONDS).toFixed(0)} reads/s (${times(reads)})  ${signIns} sign-ins  ${heard} changes heard  ` +
        `errors: ${failures}  ${megabytes.toFixed(0)} MB  lag ${lagSeconds.toFixed(2)} s, ${lagPositions} positions`,
    );
  }

  /** Everything acknowledged is sent once more: what the record has is a duplicate. */
  private async missing(): Promise<number> {
    let missing = 0;
    for (let first = 0; first < this.acknowledged.length; first += 500) {
      const records = this.acknowledged.slice(first, first + 500).map((record) => ({ kind: 'observation', ...record }));
      const answer = await this.send('records', this.teacher, { records });
      const results = (answer as { results: { result: string }[] } | undefined)?.results ?? [];
      missing += records.length - results.filter(({ result }) => result === 'duplicate').length;
    }
    return missing;
  }

  private summary(missing: number): boolean {
    say(`acknowledged ${this.acknowledged.length.toLocaleString('en')} records; missing ${missing}`);
    if (this.memory.length < FEWEST_SAMPLES) {
      say('memory: too short a run to judge');
      return missing === 0;
    }
    const third = Math.max(1, Math.floor(this.memory.length / 3));
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const [first, last] = [mean(this.memory.slice(0, third)), mean(this.memory.slice(-third))];
    const growth = last / first - 1;
    say(`memory: first third ${first.toFixed(0)} MB, last third ${last.toFixed(0)} MB (${(growth * 100).toFixed(0)} %, at most 20 %)`);
    return missing === 0 && growth <= MOST_GROWTH;
  }
}

const positive = (text: string): number => {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('Take a number above 0.');
  return value;
};

/** `npm run stress`: loads a service for a while and watches it; exit code 1 when an acknowledged record is missing or memory grows. */
async function main(): Promise<number> {
  const { minutes, url, rate } = new Command('stress')
    .description('Loads a service with a school day’s mix, prints a line each 10 s, and looks for every acknowledged record at the end.')
    .option('--minutes <m>', 'how long', positive, 1)
    .option('--rate <n>', 'records per second, a quarter of them in batches', positive, 200)
    .option('--url <url>', 'a running demo district; a fresh one in a temporary folder when left out')
    .parse()
    .opts<Options>();
  if (url !== undefined) return (await new Stress(url).run(minutes, rate)) ? 0 : 1;
  const folder = mkdtempSync(join(tmpdir(), 'throughline-stress-'));
  try {
    const service = await startService(folder, ['--demo', '--students', '120', '--days', String(DAYS)]);
    const well = await new Stress(service.url).run(minutes, rate);
    await service.process.stop();
    return well ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  },
);
