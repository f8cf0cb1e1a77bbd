import { join } from 'node:path';

export { BASELINE } from './src/baseline';
export { systemClock } from './src/clock';
export { complain, exitCodeOf, loggerOf, runBare, runClusterMain, runMain, say } from './src/command-line';
export { catalogue } from './src/events';
export { importsFolderOf } from './src/imports-folder';
export { masterKeyOf } from './src/master-key';
export { LocalCluster } from './src/local-cluster';
export { Probes } from './src/probes';
export { RELEASE } from './src/release';
export { showProgress } from './src/progress';
export { viewSet } from './src/view-set';

/** Paths of the compiled threads that work on views: they reach no more than views need. */
export const PROJECTOR_THREAD = join(__dirname, 'src/projector.thread.js');
export const VIEW_WORK_THREAD = join(__dirname, 'src/work.thread.js');
