import { LRUCache } from 'lru-cache';
import type { Instant } from '@foundation/kernel';
import { TooManyAttempts } from './refusals';

/** Slows guessing down; `account` is the id that follows from a sign-in name, whether there is such an account or not. A cluster shares one behind this interface; a single process remembers in memory. */
export interface SignInThrottle {
  /** Counts an attempt before its password is checked, so that attempts at once count too. @throws TooManyAttempts */
  enter(account: string, address: string, at: Instant): void;
  /** The password was right: the attempt is taken back. */
  succeeded(account: string, address: string): void;
}

interface Limit {
  /** Wrong passwords before the first wait. */
  readonly free: number;
  readonly longestWaitSeconds: number;
}

/**
 * Waits double from one second after the free attempts: for an account at an address, for an address (a school shares one), and for
 * an account wherever it is tried. The last wait is short for ever: guessing from afar delays the owner, it never locks her out.
 */
const LIMITS = {
  accountAtAddress: { free: 5, longestWaitSeconds: 900 },
  address: { free: 50, longestWaitSeconds: 900 },
  account: { free: 20, longestWaitSeconds: 30 },
} as const satisfies Record<string, Limit>;

/** So long after the last attempt or wait, a count starts afresh. */
const FORGET_MS = 15 * 60_000;
const REMEMBERED = 50_000;

interface Count {
  failures: number;
  lastAt: number;
  blockedUntil: number;
}

export class MemoryThrottle implements SignInThrottle {
  private readonly counts = new LRUCache<string, Count>({ max: REMEMBERED });

  enter(account: string, address: string, at: Instant): void {
    const now = Date.parse(at);
    const counts = keys(account, address).map(({ key, limit }) => ({ count: this.countOf(key, now), limit }));
    const wait = Math.max(...counts.map(({ count }) => count.blockedUntil - now));
    if (wait > 0) throw new TooManyAttempts(Math.ceil(wait / 1000));
    for (const { count, limit } of counts) {
      count.failures += 1;
      count.lastAt = now;
      const over = count.failures - limit.free;
      if (over >= 0) count.blockedUntil = now + Math.min(limit.longestWaitSeconds, 2 ** Math.min(over, 30)) * 1000;
    }
  }

  succeeded(account: string, address: string): void {
    const [pair, place, everywhere] = keys(account, address);
    this.counts.delete(pair.key);
    for (const { key } of [place, everywhere]) {
      const count = this.counts.get(key);
      if (!count) continue;
      count.failures -= 1;
      count.blockedUntil = Math.min(count.blockedUntil, count.lastAt);
    }
  }

  private countOf(key: string, now: number): Count {
    const known = this.counts.get(key);
    if (known && now - Math.max(known.lastAt, known.blockedUntil) < FORGET_MS) return known;
    const fresh: Count = { failures: 0, lastAt: now, blockedUntil: 0 };
    this.counts.set(key, fresh);
    return fresh;
  }
}

const keys = (account: string, address: string) =>
  [
    { key: `${address}|${account}`, limit: LIMITS.accountAtAddress },
    { key: `${address}|`, limit: LIMITS.address },
    { key: `|${account}`, limit: LIMITS.account },
  ] as const;
