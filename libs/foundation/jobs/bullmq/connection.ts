import { Redis, type RedisOptions } from 'ioredis';
import { QueueUnavailable, RedisUnfit } from '../port';

/** The address as it may be shown: without user and password. */
export function shownAddress(url: string): string {
  try {
    const { protocol, host } = new URL(url);
    return `${protocol}//${host}`;
  } catch {
    return url;
  }
}

/** For enqueuing and asking: fails at once when Redis is away, instead of making a request wait. */
const ASKING: RedisOptions = { enableOfflineQueue: false, maxRetriesPerRequest: 1, connectTimeout: 3000, disconnectTimeout: 200 };
/** For working: waits for Redis for as long as it takes. */
const WORKING: RedisOptions = { maxRetriesPerRequest: null, disconnectTimeout: 200 };

const backoff = (tries: number): number => Math.min(100 * 2 ** tries, 2000);

/**
 * A connection that has answered, and reconnects by itself for ever after. It has an `error` listener: without one a cut would end the
 * process. @throws QueueUnavailable with what to look at
 */
export async function openRedis(url: string, use: 'asking' | 'working', onError: (error: Error) => void = () => undefined): Promise<Redis> {
  let answered = false;
  const retryStrategy = (tries: number): number | null => (answered ? backoff(tries) : null);
  const redis = new Redis(url, { ...(use === 'asking' ? ASKING : WORKING), retryStrategy, lazyConnect: true });
  // The promise of `connect` says that the connection is closed; why, says the event.
  let last: Error | undefined;
  redis.on('error', (error) => {
    last = error;
    if (answered) onError(error);
  });
  try {
    await redis.connect();
    await redis.ping();
    answered = true;
    return redis;
  } catch (error) {
    redis.disconnect();
    throw new QueueUnavailable(unreachable(url, last ?? error), { cause: error });
  }
}

function unreachable(url: string, error: unknown): string {
  const { code: known = '', message = '' } = error as Partial<NodeJS.ErrnoException>;
  const text = `${known} ${message}`;
  const where = shownAddress(url);
  if (/NOAUTH|WRONGPASS/.test(text))
    return `Redis at ${where} asks for another password: put the right one into THROUGHLINE_REDIS (redis://user:password@host:port).`;
  if (/NOPERM/.test(text)) return `Redis at ${where} does not let this user do what jobs need: see ACL GETUSER on the server.`;
  const code = /E[A-Z]{4,}/.exec(text)?.[0] ?? 'no answer';
  return `No Redis answers at ${where} (${code}): start it, or set THROUGHLINE_REDIS to where it is.`;
}

/** Jobs must neither be evicted nor forgotten at a restart. @throws RedisUnfit */
export async function checkFitness(redis: Redis, url: string): Promise<void> {
  const info = await redis.info();
  const field = (name: string): string | undefined => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];
  const where = shownAddress(url);
  const [major = 0, minor = 0] = (field('redis_version') ?? '').split('.').map(Number);
  if (major < 6 || (major === 6 && minor < 2)) {
    throw new RedisUnfit(`Redis at ${where} is ${field('redis_version') ?? 'of an unknown version'}: jobs need 6.2 or later.`);
  }
  const policy = field('maxmemory_policy');
  if (policy !== 'noeviction') {
    throw new RedisUnfit(
      `Redis at ${where} evicts keys when its memory is full (maxmemory-policy ${policy}), so jobs would vanish: ` +
        'redis-cli CONFIG SET maxmemory-policy noeviction, and the same in redis.conf.',
    );
  }
  if (field('aof_enabled') !== '1') {
    throw new RedisUnfit(
      `Redis at ${where} keeps no append-only file, so a restart would forget jobs: redis-cli CONFIG SET appendonly yes, and the same in redis.conf.`,
    );
  }
}
