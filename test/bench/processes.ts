import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export const ROOT = join(__dirname, '../..');
const TS_CHILD = join(ROOT, 'test/support/ts-child.js');
/** The built service, as an operator starts it. */
export const MAIN = join(ROOT, 'dist/apps/standalone/src/main.js');

/** A module of the built service. */
export const built = (path: string): unknown => createRequire(__filename)(join(ROOT, 'dist', path));

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

/** A process of its own, ended with this one at the latest. */
export class Started {
  readonly lines: string[] = [];
  private readonly ended: Promise<unknown>;

  private constructor(readonly child: ChildProcess) {
    running.add(child);
    this.ended = once(child, 'exit').then(() => running.delete(child));
  }

  static node(given: readonly string[], environment: NodeJS.ProcessEnv = {}): Started {
    const env = { PATH: process.env.PATH, ...environment };
    const child = spawn(process.execPath, given, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const started = new Started(child);
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        // Log lines of requests are read and dropped, as a collector would take them.
        if (!line.startsWith('{"level":30')) started.lines.push(line);
      });
    }
    return started;
  }

  /** Runs a TypeScript file of this folder. */
  static script(name: string, ...given: readonly string[]): Started {
    return Started.node([TS_CHILD, join(__dirname, name), ...given]);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** The first group of the pattern, once it was printed. @throws Error when the process ends before. */
  async says(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = this.lines.join('\n').match(pattern)?.[1];
      if (found !== undefined) return found;
      if (this.child.exitCode !== null || this.child.signalCode !== null) throw new Error(`It ended early:\n${this.lines.join('\n')}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** The last line it printed, as JSON. @throws Error when it failed. */
  async result<T>(): Promise<T> {
    await this.ended;
    await new Promise((resolve) => setImmediate(resolve));
    const last = this.lines.at(-1);
    if (this.child.exitCode !== 0 || last === undefined) throw new Error(`It failed:\n${this.lines.join('\n')}`);
    return JSON.parse(last) as T;
  }

  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    await this.ended;
  }

  /** Seconds of processor time so far, all threads. */
  get processorSeconds(): number {
    return processorSeconds(`/proc/${this.pid}/stat`);
  }

  /** Of the thread that serves requests. */
  get mainThreadSeconds(): number {
    return processorSeconds(`/proc/${this.pid}/task/${this.pid}/stat`);
  }

  /** Resident memory in MB. */
  get megabytes(): number {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${this.pid}/status`, 'utf8'))?.[1]) / 1024;
  }
}

export interface RunningService {
  readonly process: Started;
  readonly url: string;
}

export async function startService(data: string, given: readonly string[] = []): Promise<RunningService> {
  const process = Started.node([MAIN, ...given], { THROUGHLINE_DATA: data, THROUGHLINE_PORT: '0' });
  return { process, url: await process.says(/running at (http:\/\/\S+)/) };
}

/** A process of the cluster's shape, by the name of its app. */
export async function startApp(app: 'api' | 'projector', environment: NodeJS.ProcessEnv): Promise<RunningService> {
  const process = Started.node([join(ROOT, `dist/apps/${app}/src/main.js`)], { ...environment, THROUGHLINE_PORT: '0' });
  return { process, url: await process.says(/running at (http:\/\/\S+)/) };
}

/** Time in user and system mode, which the kernel counts in hundredths. */
function processorSeconds(stat: string): number {
  const fields = readFileSync(stat, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
