import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

export type NodeChild = ChildProcessByStdio<Writable | null, Readable, Readable>;

const children = new Set<ChildProcess>();

export interface NodeOptions {
  /** Holds its standard input open: it ends with us at the latest. */
  readonly holdInput?: boolean;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** A command that the node command is handed to, as `['sh', '-c', 'umask 0; exec "$@"', 'sh']`. */
  readonly launcher?: readonly string[];
}

/** Starts `node` with these arguments; what a failed test leaves running is killed after its file, so that the run ends. */
export function startNode(given: readonly string[], { launcher = [], holdInput = false, ...options }: NodeOptions = {}): NodeChild {
  const [command = process.execPath, ...rest] = [...launcher, process.execPath, ...given];
  const child = spawn(command, rest, { ...options, stdio: [holdInput ? 'pipe' : 'ignore', 'pipe', 'pipe'] }) as NodeChild;
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
});
