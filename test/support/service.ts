import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type NodeChild, startNode } from './children';

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

/** The built service as an operator runs it: its own process, its own folder, any free port. */
export class Service {
  private constructor(
    readonly process: NodeChild,
    readonly url: string,
    /** What it has printed. */
    readonly printed: readonly string[],
  ) {}

  static async start({ data, now, arguments: given = [], launcher = [], environment = {} }: StartOptions): Promise<Service> {
    const child = startNode(['--require', join(__dirname, 'shift-clock.js'), MAIN, ...given], {
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
    const url = await new Promise<string>((resolve, reject) => {
      const look = setInterval(() => {
        const found = printed.join('\n').match(/running at (http:\/\/\S+)/);
        if (!found?.[1]) return;
        clearInterval(look);
        resolve(found[1]);
      }, 20);
      child.once('exit', (code) => {
        clearInterval(look);
        reject(new Error(`The service ended with ${code} before it was ready:\n${printed.join('\n')}`));
      });
    });
    return new Service(child, url, printed);
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
    if (this.process.exitCode !== null || this.process.signalCode !== null) return this.process.exitCode;
    const ended = once(this.process, 'exit');
    this.process.kill(signal);
    const [code] = (await ended) as [number | null];
    return code;
  }
}
