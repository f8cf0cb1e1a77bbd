import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type NodeChild, startNode } from '../../support/children';
import { apiMain, projectorMain, says, workerMain } from '../../support/cluster-shape';

const ROOT = join(__dirname, '../../..');
const DIST = join(ROOT, 'dist');
const RUNNING = /running at (http:\/\/\S+)/;

/** What the clock of every node says when the tests begin; it goes on from there. */
const NOW = '2027-03-10T14:15:00.000Z';
const SHIFT_MS = Date.parse(NOW) - Date.now();
/** Half an hour before. */
export const MORNING = '2027-03-10T08:30:00-05:00';

export interface NodeOptions {
  readonly folder: string;
  readonly eventStore: string;
  /** A command that each process is handed to. */
  readonly launcher?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** A built `dist` of another version. */
  readonly dist?: string;
}

/** One process of a node. */
export interface Running {
  readonly child: NodeChild;
  readonly url: string;
  /** Standard output and error, line by line. */
  readonly printed: readonly string[];
  /** Its exit code. */
  readonly ended: Promise<number | null>;
}

/** A node of a cluster as an operator runs it: a projector, an API and perhaps a worker on one folder, each of which can be killed alone. */
export class ClusterNode {
  projector: Running | undefined;
  api: Running | undefined;
  /** Where there is a Redis. */
  worker: Running | undefined;
  /** Milliseconds that the clock of the next process is ahead of the others'. */
  shiftMs = 0;

  /** Where the folder is seen from outside, when it is mounted for the node's processes only. */
  private outside: string | undefined;
  private launcher: readonly string[];

  constructor(readonly options: NodeOptions) {
    this.launcher = options.launcher ?? [];
  }

  get folder(): string {
    return this.options.folder;
  }

  /** A folder whose log can be opened from here. What is mounted out of sight is copied: nobody may be writing then. */
  readable(): string {
    if (this.outside === undefined) return this.folder;
    const copy = mkdtempSync(`${this.folder}-copy-`);
    for (const name of readdirSync(this.outside).filter((one) => /^log\.sqlite(-wal)?$/.test(one)))
      copyFileSync(join(this.outside, name), join(copy, name));
    return copy;
  }

  /** From now on its processes are handed to this command, which sees what is mounted; from outside the folder is seen at `place`. */
  enter(launcher: readonly string[], place: string): void {
    this.launcher = launcher;
    this.outside = place;
  }

  /** Where the API answers; it changes with each start. */
  get url(): string {
    return this.api?.url ?? '';
  }

  async start(): Promise<this> {
    await this.startProjector();
    await Promise.all([this.startApi(), this.options.environment?.['THROUGHLINE_REDIS'] && this.startWorker()]);
    return this;
  }

  async startProjector(): Promise<Running> {
    return (this.projector = await this.begin(projectorMain));
  }

  async startApi(): Promise<Running> {
    return (this.api = await this.begin(apiMain));
  }

  async startWorker(): Promise<Running> {
    return (this.worker = await this.begin(workerMain));
  }

  /** A process that may not live long enough to say where it runs. */
  launch(main: string, given: readonly string[] = []): Omit<Running, 'url'> {
    const { folder, eventStore, environment = {}, dist = DIST } = this.options;
    const child = startNode(['--require', join(ROOT, 'test/support/shift-clock.js'), main.replace(DIST, dist), ...given], {
      launcher: this.launcher,
      cwd: ROOT,
      env: {
        PATH: process.env['PATH'],
        THROUGHLINE_DATA: folder,
        THROUGHLINE_EVENTSTORE: eventStore,
        THROUGHLINE_PORT: '0',
        THROUGHLINE_LOG_LEVEL: 'warn',
        SHIFT_CLOCK_MS: String(SHIFT_MS + this.shiftMs),
        ...environment,
      },
    });
    const printed: string[] = [];
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', (line) => printed.push(line));
    const ended = once(child, 'close').then(([code]) => code as number | null);
    return { child, printed, ended };
  }

  /** `npm run node -- …` on this node; what it said. */
  async command(...given: readonly string[]): Promise<{ readonly code: number | null; readonly said: string }> {
    const { ended, printed } = this.launch(join(DIST, 'apps/projector/src/node.js'), given);
    return { code: await ended, said: printed.join('\n') };
  }

  /** The first group of a pattern in what the API has printed or prints within five seconds. */
  async find(pattern: RegExp): Promise<string> {
    const api = running(this.api);
    return says(api.child, api.printed, pattern);
  }

  /** Whether the projector and the API both call themselves ready. */
  async ready(): Promise<boolean> {
    const statuses = await Promise.all([this.projector, this.api].map(async (one) => (one ? statusOf(`${one.url}/health/ready`) : 0)));
    return statuses.every((status) => status === 200);
  }

  async stop(): Promise<readonly (number | null)[]> {
    const codes: (number | null)[] = [];
    for (const one of [this.api, this.worker, this.projector]) {
      if (!one) continue;
      one.child.kill('SIGTERM');
      codes.push(await one.ended);
    }
    return codes;
  }

  /** Resident memory of its processes, in MiB. */
  memory(): { readonly projector: number; readonly api: number; readonly worker?: number } {
    const worker = this.worker && { worker: residentOf(this.worker) };
    return { projector: residentOf(this.projector), api: residentOf(this.api), ...worker };
  }

  private async begin(main: string): Promise<Running> {
    const launched = this.launch(main);
    return { ...launched, url: await says(launched.child, launched.printed, RUNNING) };
  }
}

export async function killed(one: Running | undefined): Promise<void> {
  const { child, ended } = running(one);
  child.kill('SIGKILL');
  await ended;
}

/** 0 when nothing answers. */
export async function statusOf(url: string): Promise<number> {
  return fetch(url).then(
    ({ status }) => status,
    () => 0,
  );
}

function running(one: Running | undefined): Running {
  if (!one) throw new Error('This process was not started');
  return one;
}

function residentOf(one: Running | undefined): number {
  if (!one) return 0;
  try {
    const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${one.child.pid}/status`, 'utf8')) ?? [];
    return Math.round(Number(kilobytes ?? 0) / 1024);
  } catch {
    return 0;
  }
}
