import 'reflect-metadata';
import { runJobsCommand } from '@foundation/jobs';
import { BullMqJobQueue } from '@foundation/jobs/bullmq';
import { runBare } from '@apps/shared';
import { CLUSTER_JOB_KINDS } from './kinds';

/** `npm run jobs -- list | retry | drop`: beside running workers. */
void runBare(() =>
  runJobsCommand(process.argv.slice(2), process.env, (url) => BullMqJobQueue.open({ url, kinds: CLUSTER_JOB_KINDS }), process.stdout),
);
