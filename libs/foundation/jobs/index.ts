export * from './port';
export { InProcessJobQueue } from './in-process';
export { BullMqJobQueue, type BullMqOptions } from './bullmq/bullmq-queue';
export { RedisUnfit } from './bullmq/connection';
