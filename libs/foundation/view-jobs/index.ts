export * from './view-job';
export { type KnownNode, ViewJobBook } from './job-book';
export { UnknownNode, type ViewJobRequest, ViewJobs, type ViewJobsParts } from './view-jobs';
export { ViewJobWorker, type ViewJobWorkerParts } from './view-job-worker';
