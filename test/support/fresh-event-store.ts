import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const ROOT = join(__dirname, '../..');
const STAND_IN = [process.execPath, join(__dirname, 'ts-child.js'), join(ROOT, 'test/faults/stand-in/main.ts'), '--file'];

/** An empty event store that nobody else uses, until the end of the test file that started it. */
export interface FreshEventStore {
  readonly connectionString: string;
  /** Everything that it keeps; of a real server the chunk files too. */
  readonly folder: string;
}

const ends: (() => Promise<void>)[] = [];
afterAll(async () => {
  await Promise.all(ends.splice(0).map((end) => end()));
});

/** A stand-in in a process of its own, or the real server that EVENTSTORE_FRESH starts, where it is set. */
export function startFreshEventStore(): Promise<FreshEventStore> {
  const command = process.env['EVENTSTORE_FRESH'];
  return command ? startRealServer() : start(STAND_IN, 'log');
}

/**
 * EVENTSTORE_FRESH is a command: `<command> <folder> [option…]` starts a server, of one node or several, whose data lie in the folder and
 * that takes these options of the server's own; prints `{"connectionString":"esdb://…"}` once it can be written to; and stops the server when
 * its standard input ends, which it does with us at the latest.
 */
export function startRealServer(options: readonly string[] = []): Promise<FreshEventStore> {
  const command = process.env['EVENTSTORE_FRESH'];
  if (!command) throw new Error('EVENTSTORE_FRESH is not set: it names the command that starts a fresh server (README, tests).');
  return start([command], 'server', options);
}

async function start([command, ...given]: readonly string[], name: string, options: readonly string[] = []): Promise<FreshEventStore> {
  const place = mkdtempSync(join(tmpdir(), 'throughline-eventstore-'));
  const folder = join(place, name);
  // A server takes each EVENTSTORE_ variable for an option of its own.
  const env = Object.fromEntries(Object.entries(process.env).filter(([variable]) => !variable.startsWith('EVENTSTORE_')));
  const child = spawn(command!, [...given, folder, ...options], { cwd: ROOT, env, stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  ends.push(async () => {
    child.stdin.end();
    await exited;
    rmSync(place, { recursive: true, force: true });
  });
  const line = once(createInterface({ input: child.stdout }), 'line') as Promise<[string]>;
  const [said] = await Promise.race([
    line,
    exited.then(([code]) => fail(`${command} ended with ${String(code)} before a server was ready`)),
  ]);
  return { connectionString: (JSON.parse(said) as { connectionString: string }).connectionString, folder };
}

function fail(why: string): never {
  throw new Error(why);
}
