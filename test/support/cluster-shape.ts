import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeChild } from './children';
import { type FreshEventStore, startFreshEventStore } from './fresh-event-store';
import { type RedisServer, startRedis } from './redis';

const ROOT = join(__dirname, '../..');

/** By data folder, the event store of its district: it outlives the services that are started on it. */
const eventStores = new Map<string, Promise<FreshEventStore>>();

/** Connection string of an event store that only this folder's district uses. */
export async function eventStoreOf(data: string): Promise<string> {
  let found = eventStores.get(data);
  if (!found) eventStores.set(data, (found = startFreshEventStore()));
  return (await found).connectionString;
}

/** By data folder, the Redis of its district's jobs. */
const redises = new Map<string, Promise<RedisServer>>();
afterAll(async () => {
  for (const redis of redises.values()) await (await redis).stop();
});

export async function redisOf(data: string): Promise<string> {
  let found = redises.get(data);
  if (!found) redises.set(data, (found = startRedis()));
  return (await found).url;
}

/** A cluster makes no master key by itself: its operator puts one on every node. */
export function putMasterKey(data: string): void {
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const file = join(data, 'master.key');
  if (!existsSync(file)) writeFileSync(file, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
}

export const projectorMain = join(ROOT, 'dist/apps/projector/src/main.js');
export const workerMain = join(ROOT, 'dist/apps/worker/src/main.js');
export const apiMain = join(ROOT, 'dist/apps/api/src/main.js');

/** Resolves with the first group of a pattern once a child has printed it. */
export async function says(child: NodeChild, printed: readonly string[], pattern: RegExp): Promise<string> {
  return new Promise<string>((resolve, reject) => {
    const look = setInterval(() => {
      const found = printed.join('\n').match(pattern)?.[1];
      if (found === undefined) return;
      clearInterval(look);
      resolve(found);
    }, 20);
    child.once('exit', (code) => {
      clearInterval(look);
      reject(new Error(`It ended with ${code} before it was ready:\n${printed.join('\n')}`));
    });
  });
}
