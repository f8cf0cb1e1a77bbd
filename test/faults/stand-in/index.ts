export { refusal } from './answers';
export { StandInCluster, type ClusterOptions } from './cluster';
export { type CallKind, type Fault, type Faults, type Scope } from './faults';
export { type StandInLog } from './log';
export { StandInNode, type Tls } from './node';
export { type LoggedEvent } from './records';
