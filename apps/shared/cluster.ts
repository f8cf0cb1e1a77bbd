// What only processes of the cluster shape load.
export { composeNode, type Node } from './src/node';
export { demandRightSettings, demandUsable } from './src/reachable';
export { openViewQueue, viewJobBookOf } from './src/view-queues';
