import { once } from 'node:events';
import { join } from 'node:path';
import { type NodeChild, startNode } from './children';

const ROOT = join(__dirname, '../..');

export interface Ended {
  readonly code: number | null;
  /** Standard output and error, as they came. */
  readonly said: string;
}

export type CommandName = 'backup' | 'restore' | 'keys' | 'doctor' | 'views';

/** Starts a built command line as an operator does; `ended` resolves with what it said. SHIFT_CLOCK_MS in its environment shifts its clock. */
export function startCommand(
  name: CommandName,
  data: string,
  given: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): { readonly process: NodeChild; readonly ended: Promise<Ended> } {
  const process_ = startNode(
    ['--require', join(__dirname, 'shift-clock.js'), join(ROOT, `dist/apps/standalone/src/${name}.js`), ...given],
    {
      cwd: ROOT,
      env: { PATH: process.env['PATH'], THROUGHLINE_DATA: data, ...environment },
    },
  );
  const parts: Buffer[] = [];
  for (const stream of [process_.stdout, process_.stderr]) stream.on('data', (part: Buffer) => parts.push(part));
  const ended = once(process_, 'close').then(([code]) => ({ code: code as number | null, said: Buffer.concat(parts).toString() }));
  return { process: process_, ended };
}

export const runCommand = (...given: Parameters<typeof startCommand>): Promise<Ended> => startCommand(...given).ended;

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
