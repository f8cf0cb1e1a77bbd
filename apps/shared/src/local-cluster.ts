import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { complain, say } from './command-line';

export interface LocalClusterOptions {
  /** Holds the master key, and a folder for each node: `node1`, `node2`, … */
  readonly folder: string;
  /** Of the environment that every process gets besides its own part. */
  readonly environment: NodeJS.ProcessEnv;
  readonly nodes: number;
  /** Of the first node's API; the others listen on the ports after it. */
  readonly port: number;
  /** Everything runs. */
  readonly onStarted?: () => void;
}

const dist = join(__dirname, '../..');
const mainOf = (app: 'projector' | 'api' | 'worker') => join(dist, app, 'src/main.js');

/** All processes of a small cluster on one machine, as children: for each node a projector, a worker and an API. They end with this one. */
export class LocalCluster {
  private readonly children: ChildProcess[] = [];
  private stopping = false;
  private ended: (code: number) => void = () => undefined;

  private constructor(private readonly options: LocalClusterOptions) {}

  /** Resolves with the exit code once everything has ended: after a signal, or because one process ended by itself. */
  static async run(options: LocalClusterOptions): Promise<number> {
    const cluster = new LocalCluster(options);
    const ended = new Promise<number>((resolve) => (cluster.ended = resolve));
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void cluster.stop(0));
    process.once('exit', () => cluster.children.forEach((child) => child.kill('SIGKILL')));
    await cluster.start();
    if (!cluster.stopping) options.onStarted?.();
    return ended;
  }

  private async start(): Promise<void> {
    const { folder, nodes, port } = this.options;
    for (let node = 1; node <= nodes && !this.stopping; node++) {
      const data = join(folder, `node${node}`);
      mkdirSync(data, { recursive: true, mode: 0o700 });
      const key = join(data, 'master.key');
      if (!existsSync(key) && existsSync(join(folder, 'master.key'))) copyFileSync(join(folder, 'master.key'), key);
      await this.launch('projector', node, data, 0);
      await this.launch('worker', node, data, 0);
      await this.launch('api', node, data, port === 0 ? 0 : port + node - 1);
    }
  }

  /** Resolves once the process says where it is; a process that ends takes the others with it. */
  private launch(app: 'projector' | 'api' | 'worker', node: number, data: string, port: number): Promise<void> {
    const { environment, folder } = this.options;
    const child = spawn(process.execPath, [mainOf(app)], {
      env: { ...environment, THROUGHLINE_DATA: data, THROUGHLINE_PORT: String(port), THROUGHLINE_EXPORTS: join(folder, 'exports') },
      stdio: ['ignore', 'pipe', 'pipe'],
      // Signals from a terminal come to this process only, which passes them on in order.
      detached: true,
    });
    this.children.push(child);
    return new Promise((resolve) => {
      const tell = (print: (line: string) => void) => (line: string) => {
        print(`node ${node}  ${app.padEnd(9)}  ${line}`);
        if (/ is running at /.test(line)) resolve();
      };
      createInterface({ input: child.stdout }).on('line', tell(say));
      createInterface({ input: child.stderr }).on('line', tell(complain));
      child.once('exit', (code) => {
        resolve();
        if (!this.stopping) void this.stop(code ?? 1);
      });
    });
  }

  /** The last started ends first: an API before what it lives on. */
  private async stop(code: number): Promise<void> {
    if (this.stopping) return;
    this.stopping = true;
    for (const child of [...this.children].reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await gone;
    }
    this.ended(code);
  }
}
