import { setTimeout as pause } from 'node:timers/promises';
import { diagnose, type Trouble } from '@foundation/event-store/eventstoredb';
import { EventStoreUnusable } from './event-store-unusable';

/** What passes by itself: a server that is down, or on its way up. */
const PASSING: readonly Trouble['kind'][] = ['unreachable', 'silent', 'not-ready'];
const PATIENCE_MS = 15_000;
const AGAIN_MS = 500;

/**
 * At start, before anything is opened. What no waiting mends is said at once; a server that does not answer is waited for.
 * @throws EventStoreUnusable
 */
export async function demandUsable(connection: string, patienceMs = PATIENCE_MS): Promise<void> {
  const until = performance.now() + patienceMs;
  for (;;) {
    const troubles = await diagnose(connection);
    if (troubles.length === 0) return;
    if (!troubles.every(({ kind }) => PASSING.includes(kind)) || performance.now() >= until) throw new EventStoreUnusable(troubles);
    await pause(AGAIN_MS);
  }
}

/** Of a process that serves what it has while the event store is away: only what no waiting mends keeps it from starting. */
export async function demandRightSettings(connection: string): Promise<void> {
  const lasting = (await diagnose(connection)).filter(({ kind }) => !PASSING.includes(kind));
  if (lasting.length > 0) throw new EventStoreUnusable(lasting);
}
