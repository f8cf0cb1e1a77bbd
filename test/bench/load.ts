import { Client } from 'undici';
import { v7 } from 'uuid';

/** A goal that the caller may record for, and what a sitting of it looks like. */
export interface Goal {
  readonly student: string;
  readonly plan: string;
  readonly goal: string;
  readonly raw: unknown;
}

export type Recipe =
  | { readonly kind: 'observations'; readonly goals: readonly Goal[] }
  | { readonly kind: 'records'; readonly goals: readonly Goal[]; readonly size: number }
  | { readonly kind: 'reads'; readonly paths: readonly string[] };

export interface Load {
  readonly url: string;
  readonly token: string;
  readonly connections: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
  readonly recipe: Recipe;
  /** Requests per second over all connections; as fast as they go when left out. */
  readonly rate?: number;
  /** Besides: one more connection that writes a record and asks at once for what it wrote. */
  readonly probe?: boolean;
  /** Asks this node for what was written, instead of the one that wrote it. */
  readonly probeAt?: string;
}

export interface Measured {
  readonly requests: number;
  readonly failed: number;
  /** With those of the warm-up. */
  readonly sent: number;
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Milliseconds from an acknowledged record to the answer that shows it. */
  readonly visible?: { readonly count: number; readonly p50: number; readonly p99: number };
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

export const observationOf = ({ student, plan, goal, raw }: Goal, occurredAt: string) => ({
  id: v7(),
  student,
  plan,
  goal,
  occurredAt,
  zone: 'America/New_York',
  raw,
  context: { setting: 'Room 12' },
});

/** Every connection sends one request after another, each record with an id of its own. */
export class Generator {
  private turn = 0;
  private readonly occurredAt = `${new Date(Date.now() - 600_000).toISOString().slice(0, 19)}Z`;
  private readonly headers: Record<string, string>;

  constructor(private readonly load: Load) {
    this.headers = { authorization: `Bearer ${load.token}`, 'content-type': 'application/json' };
  }

  async run(): Promise<Measured> {
    const { connections, warmUpSeconds, seconds, rate, probe } = this.load;
    const from = performance.now() + warmUpSeconds * 1000;
    const until = from + seconds * 1000;
    const latencies: number[] = [];
    let failed = 0;
    let sent = 0;
    const pause = rate === undefined ? 0 : (connections * 1000) / rate;
    const sender = async (place: number): Promise<void> => {
      const client = new Client(this.load.url);
      let due = performance.now() + (place / connections) * pause;
      while (performance.now() < until) {
        if (pause > 0) {
          const wait = due - performance.now();
          if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
          due += pause;
        }
        const started = performance.now();
        const status = await this.send(client);
        const ended = performance.now();
        sent++;
        if (started < from || ended > until) continue;
        latencies.push(ended - started);
        if (status >= 300) failed++;
      }
      await client.close();
    };
    const visible: number[] = [];
    const probing = probe ? this.probe(from, until, visible) : undefined;
    await Promise.all(Array.from({ length: connections }, (_, place) => sender(place)));
    await probing;
    return {
      requests: latencies.length,
      failed,
      sent,
      perSecond: latencies.length / seconds,
      p50: quantile(latencies, 0.5),
      p99: quantile(latencies, 0.99),
      ...(probe && { visible: { count: visible.length, p50: quantile(visible, 0.5), p99: quantile(visible, 0.99) } }),
    };
  }

  private next<T>(items: readonly T[]): T {
    return items[this.turn++ % items.length] as T;
  }

  private async send(client: Client): Promise<number> {
    const { recipe } = this.load;
    const path = recipe.kind === 'reads' ? this.next(recipe.paths) : `/api/v1/${recipe.kind}`;
    const method = recipe.kind === 'reads' ? 'GET' : 'POST';
    const { statusCode, body } = await client.request({ path, method, headers: this.headers, body: this.bodyOf(recipe) });
    if (recipe.kind !== 'records') await body.dump({ limit: 10_000_000 });
    else if (((await body.json()) as { results?: { result: string }[] }).results?.some(({ result }) => result !== 'recorded')) return 500;
    return statusCode;
  }

  private bodyOf(recipe: Recipe): string | null {
    if (recipe.kind === 'reads') return null;
    if (recipe.kind === 'observations') return JSON.stringify(observationOf(this.next(recipe.goals), this.occurredAt));
    const one = () => ({ kind: 'observation', ...observationOf(this.next(recipe.goals), this.occurredAt) });
    return JSON.stringify({ records: Array.from({ length: recipe.size }, one) });
  }

  private async probe(from: number, until: number, visible: number[]): Promise<void> {
    const { recipe, url, probeAt = url } = this.load;
    if (recipe.kind === 'reads') throw new TypeError('Only what is written can be waited for');
    const client = new Client(url);
    const other = new Client(probeAt);
    while (performance.now() < until) {
      const body = JSON.stringify(observationOf(this.next(recipe.goals), this.occurredAt));
      const written = await client.request({ path: '/api/v1/observations', method: 'POST', headers: this.headers, body });
      const { position } = (await written.body.json()) as { position: string };
      const acknowledged = performance.now();
      const shown = await other.request({ path: `/api/v1/me?after=${position}`, method: 'GET', headers: this.headers });
      await shown.body.dump();
      const took = performance.now() - acknowledged;
      if (acknowledged > from) visible.push(shown.statusCode === 200 ? took : Number.POSITIVE_INFINITY);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await client.close();
    await other.close();
  }
}

/** `load.ts <JSON of a Load>` prints what it measured as one line of JSON. */
if (require.main === module || process.argv[1]?.endsWith('load.ts')) {
  void new Generator(JSON.parse(process.argv[2] ?? '') as Load).run().then((measured) => {
    process.stdout.write(`${JSON.stringify(measured)}\n`);
  });
}
