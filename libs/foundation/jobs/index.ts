export * from './port';
export { InProcessJobQueue } from './in-process';
export * from './policies/policy';
export { PolicyRunner, type PolicyRunnerParts } from './policies/policy-runner';
export { runJobsCommand } from './commands';
