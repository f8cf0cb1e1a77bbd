import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { openRedis } from '../bullmq/connection';
import { type Cause, type Checkpoint, type Turn, TurnLost, type Turns } from './policy';

export interface RedisTurnsOptions {
  readonly url: string;
  readonly prefix?: string;
  /** A holder that is silent for so long has lost its turn, in milliseconds. */
  readonly leaseMs?: number;
  /** How often those that wait ask, in milliseconds. */
  readonly askMs?: number;
  readonly onError?: (error: Error) => void;
}

/** The next runner begins within the sum of both: 6.5 s after the last one died. */
export const LEASE_MS = 6000;
export const ASK_MS = 500;

const RENEW = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('pexpire', KEYS[1], ARGV[2]) else return 0 end`;
const RELEASE = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) else return 0 end`;
const SAVE = `if redis.call('get', KEYS[1]) == ARGV[1] then redis.call('hset', KEYS[2], ARGV[2], ARGV[3]) return 1 else return 0 end`;

/**
 * Turns by a lease in Redis, and the checkpoints beside it, written only while the lease is held. It keeps two runners from doing the same
 * work; that no effect is doubled, when a frozen holder wakes after its time, does not rest on it but on the effects' ids.
 */
export class RedisTurns implements Turns {
  private readonly lease: string;
  private readonly checkpoints: string;
  private readonly leaseMs: number;

  private constructor(
    private readonly redis: Redis,
    private readonly options: RedisTurnsOptions,
  ) {
    const { prefix = 'throughline', leaseMs = LEASE_MS } = options;
    this.lease = `${prefix}:policies:lease`;
    this.checkpoints = `${prefix}:policies:checkpoints`;
    this.leaseMs = leaseMs;
  }

  /** @throws QueueUnavailable */
  static async open(options: RedisTurnsOptions): Promise<RedisTurns> {
    return new RedisTurns(await openRedis(options.url, 'asking', options.onError), options);
  }

  async take(stop: AbortSignal): Promise<Turn | undefined> {
    const token = randomUUID();
    const { askMs = ASK_MS } = this.options;
    while (!stop.aborted) {
      const asked = performance.now();
      const taken = await this.redis.set(this.lease, token, 'PX', this.leaseMs, 'NX').catch(() => null);
      if (taken === 'OK') return this.turn(token, asked + this.leaseMs);
      await delay(askMs, undefined, { signal: stop }).catch(() => undefined);
    }
    return undefined;
  }

  close(): void {
    this.redis.disconnect();
  }

  private turn(token: string, end: number): Turn {
    const lost = new AbortController();
    let until = end;
    const renew = async (): Promise<void> => {
      const asked = performance.now();
      const held = await this.redis.eval(RENEW, 1, this.lease, token, this.leaseMs).catch(() => undefined);
      if (held === 1) until = asked + this.leaseMs;
      else if (held === 0 || performance.now() >= until) lost.abort();
    };
    const renewing = setInterval(() => void renew(), this.leaseMs / 3);
    lost.signal.addEventListener('abort', () => clearInterval(renewing), { once: true });
    return {
      lost: lost.signal,
      load: async (policy) => {
        const kept = await this.redis.hget(this.checkpoints, policy);
        return kept === null ? undefined : checkpointOf(kept);
      },
      save: async (policy, checkpoint) => {
        const saved = await this.redis.eval(SAVE, 2, this.lease, this.checkpoints, token, policy, textOf(checkpoint));
        if (saved === 1) return;
        lost.abort();
        throw new TurnLost();
      },
      end: async () => {
        clearInterval(renewing);
        // Lost or not: only an own lease is given back.
        await this.redis.eval(RELEASE, 1, this.lease, token).catch(() => undefined);
      },
    };
  }
}

const textOf = ({ logId, position, open }: Checkpoint): string => JSON.stringify({ logId, position: String(position), open: [...open] });

function checkpointOf(text: string): Checkpoint {
  const { logId, position, open } = JSON.parse(text) as { logId: string; position: string; open: [string, Cause][] };
  return { logId, position: BigInt(position), open: new Map(open) };
}
