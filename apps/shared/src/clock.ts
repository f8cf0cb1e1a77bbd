import type { Clock, Instant } from '@foundation/kernel';

export const systemClock: Clock = { now: () => new Date().toISOString() as Instant };
