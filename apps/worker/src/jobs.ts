import 'reflect-metadata';
import { BullMqJobQueue, runJobsCommand } from '@foundation/jobs';
import { JOB_KINDS } from './kinds';

/** `npm run jobs -- list | retry | drop`: beside running workers. */
void runJobsCommand(process.argv.slice(2), process.env, (url) => BullMqJobQueue.open({ url, kinds: JOB_KINDS }), process.stdout).then(
  (code) => (process.exitCode = code),
);
