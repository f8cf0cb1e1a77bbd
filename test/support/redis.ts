import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';

export interface RedisServer {
  readonly url: string;
  /** As a power cut does. */
  kill(): Promise<void>;
  /** On the same port; `empty` without what was kept. */
  restart(options?: { readonly empty?: boolean }): Promise<void>;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

/** A Redis of the test's own on a port of its own, with AOF and noeviction unless `given` says else; nothing of it is kept. */
export async function startRedis(given: readonly string[] = []): Promise<RedisServer> {
  const binary = process.env.TEST_REDIS_SERVER;
  if (!binary) throw new Error(process.env.TEST_REDIS_MISSING ?? 'Run the tests with config/jest.config.js: it looks for redis-server');
  const folder = mkdtempSync(join(tmpdir(), 'throughline-redis-'));
  const port = await freePort();
  const settings = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--dir',
    folder,
    '--save',
    '',
    '--appendonly',
    'yes',
    '--appendfsync',
    'always',
  ];
  let child: ChildProcess;

  const start = async (): Promise<void> => {
    child = spawn(binary, [...settings, '--maxmemory-policy', 'noeviction', ...given], { stdio: ['ignore', 'pipe', 'inherit'] });
    const password = given[given.indexOf('--requirepass') + 1];
    const client = new Redis({ port, host: '127.0.0.1', maxRetriesPerRequest: null, ...(given.includes('--requirepass') && { password }) });
    client.on('error', () => undefined);
    const died = once(child, 'exit').then(() => Promise.reject(new Error(`${binary} on port ${port} ended at its start`)));
    died.catch(() => undefined);
    await Promise.race([client.ping(), died]);
    client.disconnect();
  };
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    kill,
    async restart({ empty = false } = {}) {
      await kill();
      if (empty) rmSync(join(folder, 'appendonlydir'), { recursive: true, force: true });
      await start();
    },
    async stop() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
