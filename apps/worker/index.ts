export { JOB_KINDS } from './src/kinds';
export { JobsAndPolicies, type WorkParts } from './src/work';
