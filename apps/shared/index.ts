import { join } from 'node:path';

export { BASELINE } from './src/baseline';
export { systemClock } from './src/clock';
export { complain, exitCodeOf, loggerOf, runClusterMain, runMain, say } from './src/command-line';
export { catalogue } from './src/events';
export { masterKeyOf } from './src/master-key';
export { LocalCluster } from './src/local-cluster';
export { Probes } from './src/probes';
export { RELEASE } from './src/release';
export { showProgress } from './src/progress';
export { viewSet } from './src/view-set';

/** Path of the module that exports `viewSet`, for a projecting thread: it reaches no more than views need. */
export const VIEW_SET = join(__dirname, 'src/view-set.js');
