export * from './port';
export { InProcessJobQueue } from './in-process';
export { BullMqJobQueue, type BullMqOptions, LOCK_MS as JOB_LOCK_MS, LOOK_MS as JOB_LOOK_MS } from './bullmq/bullmq-queue';
export { RedisUnfit } from './bullmq/connection';
export * from './policies/policy';
export { PolicyRunner, type PolicyRunnerParts } from './policies/policy-runner';
export { ASK_MS, LEASE_MS, RedisTurns, type RedisTurnsOptions } from './policies/redis-turns';
export { runJobsCommand } from './commands';
