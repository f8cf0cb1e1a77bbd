import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type NodeChild, startNode } from './children';
import { apiMain, eventStoreOf, projectorMain, putMasterKey, redisOf, says, workerMain } from './cluster-shape';

const ROOT = join(__dirname, '../..');
const MAIN = join(ROOT, 'dist/apps/standalone/src/main.js');

export interface StartOptions {
  readonly data: string;
  /** What its clock says when it starts; the real time when left out. */
  readonly now?: string;
  readonly arguments?: readonly string[];
  readonly launcher?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** Which shape the suites run in: a run of its own for each. */
export const SHAPE = process.env['TEST_SHAPE'] === 'cluster' ? 'cluster' : 'standalone';
/** Time limit of a long test, in ms: three real servers on the same machine flush each write, and slow everything beside them down. */
export const longStory = (ms: number): number => (process.env['EVENTSTORE_FRESH'] ? 5 * ms : ms);

const RUNNING = /running at (http:\/\/\S+)/;

/** The built service as an operator runs it, in processes of its own, on a folder of its own, at any free port. */
export class Service {
  private constructor(
    /** The process that serves requests. */
    readonly process: NodeChild,
    readonly url: string,
    /** What it has printed. */
    readonly printed: readonly string[],
    /** The others that it needs, in the order of their start. */
    private readonly beside: readonly NodeChild[] = [],
  ) {}

  static async start(options: StartOptions): Promise<Service> {
    if (SHAPE === 'standalone') {
      const { child, printed } = launch(MAIN, options);
      return new Service(child, await says(child, printed, RUNNING), printed);
    }
    putMasterKey(options.data);
    const [THROUGHLINE_EVENTSTORE, THROUGHLINE_REDIS] = await Promise.all([eventStoreOf(options.data), redisOf(options.data)]);
    const environment = { ...options.environment, THROUGHLINE_EVENTSTORE, THROUGHLINE_REDIS };
    const projector = launch(projectorMain, { ...options, arguments: [], environment });
    await says(projector.child, projector.printed, RUNNING);
    const api = launch(apiMain, { ...options, environment });
    const worker = launch(workerMain, { ...options, arguments: [], environment });
    await says(worker.child, worker.printed, RUNNING);
    return new Service(api.child, await says(api.child, api.printed, RUNNING), api.printed, [projector.child, worker.child]);
  }

  /** The first group of a pattern in what it has printed or prints within five seconds. */
  async find(pattern: RegExp): Promise<string> {
    for (let attempt = 0; attempt < 250; attempt++) {
      const found = this.printed.join('\n').match(pattern)?.[1];
      if (found !== undefined) return found;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`${pattern} was not printed:\n${this.printed.join('\n')}`);
  }

  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<number | null> {
    // Cut off all at once; told to end, the others wait until nobody needs them.
    if (signal === 'SIGKILL') for (const child of this.beside) child.kill(signal);
    const code = await end(this.process, signal);
    for (const child of [...this.beside].reverse()) await end(child, signal);
    return code;
  }
}

async function end(child: NodeChild, signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const ended = once(child, 'exit');
  child.kill(signal);
  const [code] = (await ended) as [number | null];
  return code;
}

function launch(main: string, { data, now, arguments: given = [], launcher = [], environment = {} }: StartOptions) {
  const child = startNode(['--require', join(__dirname, 'shift-clock.js'), main, ...given], {
    launcher,
    cwd: ROOT,
    env: {
      PATH: process.env['PATH'],
      THROUGHLINE_DATA: data,
      THROUGHLINE_PORT: '0',
      THROUGHLINE_LOG_LEVEL: 'warn',
      SHIFT_CLOCK_MS: String(now === undefined ? 0 : Date.parse(now) - Date.now()),
      ...environment,
    },
  });
  const printed: string[] = [];
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', (line) => printed.push(line));
  return { child, printed };
}
