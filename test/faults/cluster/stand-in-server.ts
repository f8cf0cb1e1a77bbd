import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { join } from 'node:path';
import { type NodeChild, startNode } from '../../support/children';

const ROOT = join(__dirname, '../../..');

export interface StandInOptions {
  /** Where its log is kept, over kills. */
  readonly file: string;
  readonly nodes?: number;
}

/** The stand-in in a process of its own, which can be killed and comes back on the same ports with the same log. */
export class StandInServer {
  ports: readonly number[] = [];
  connectionString = '';
  private child: NodeChild | undefined;
  private lines: Interface | undefined;

  constructor(private readonly options: StandInOptions) {}

  /** Resolves when it answers. */
  async start(): Promise<this> {
    const { file, nodes = 1 } = this.options;
    const given = ['--nodes', String(nodes), '--file', file, ...this.ports.flatMap((port) => ['--port', String(port)])];
    const child = startNode([join(ROOT, 'test/support/ts-child.js'), join(ROOT, 'test/faults/stand-in/main.ts'), ...given], {
      cwd: ROOT,
      env: { PATH: process.env['PATH'] },
      holdInput: true,
    });
    this.child = child;
    this.lines = createInterface({ input: child.stdout });
    const { ports, connectionString } = (await this.line()) as { ports: number[]; connectionString: string };
    this.ports = ports;
    this.connectionString = connectionString;
    return this;
  }

  /** As `kill -9`, all its nodes at once. */
  async kill(): Promise<void> {
    if (!this.child) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
    this.child = undefined;
  }

  /** One command of test/faults/stand-in/main.ts; its answer. */
  async tell(command: { readonly do: string } & Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>> {
    const answer = this.line();
    this.child?.stdin?.write(`${JSON.stringify(command)}\n`);
    const said = await answer;
    if ('error' in said) throw new Error(`The stand-in: ${String(said['error'])}`);
    return said;
  }

  private async line(): Promise<Readonly<Record<string, unknown>>> {
    if (!this.lines) throw new Error('The stand-in is not running');
    const [line] = (await once(this.lines, 'line')) as [string];
    return JSON.parse(line) as Record<string, unknown>;
  }
}
