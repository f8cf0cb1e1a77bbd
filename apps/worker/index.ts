export { CLUSTER_JOB_KINDS, JOB_KINDS } from './src/kinds';
export { JobsAndPolicies, type WorkParts } from './src/work';
