// A door of its own: it loads BullMQ and ioredis, which a process on one machine never needs.
export { BullMqJobQueue, type BullMqOptions, LOCK_MS as JOB_LOCK_MS, LOOK_MS as JOB_LOOK_MS } from './bullmq-queue';
export { ASK_MS, LEASE_MS, RedisTurns, type RedisTurnsOptions } from '../policies/redis-turns';
