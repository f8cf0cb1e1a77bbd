import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';

export type NodeChild = ChildProcessByStdio<null, Readable, Readable>;

const children = new Set<ChildProcess>();

/** Starts `node` with these arguments; what a failed test leaves running is killed after its file, so that the run ends. */
export function startNode(given: readonly string[], options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {}): NodeChild {
  const child = spawn(process.execPath, given, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
});
