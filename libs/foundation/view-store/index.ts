export * from './view';
export * from './event-source';
export type { Halt, ViewState } from './projector';
export { digestOf, type Difference } from './digest';
export { codeFingerprint, type Fingerprint, fingerprintOf } from './fingerprint';
export type { ViewSet } from './view-set';
export type { Building, Progress } from './view-runtime';
export { InlineViewHost, type InlineOptions, ThreadedViewHost, type ThreadOptions, ViewHost, type ViewsStatus } from './view-host';
export { type ServedDigest, servedDigests } from './served';
export { FollowingViewHost, type FollowingOptions, tellFollowers } from './following-host';
export {
  type BuiltAside,
  DamagedViews,
  NothingToVerify,
  type Rebuilt,
  runViewsCommand,
  Superseded,
  type ViewLine,
  type ViewsCommandDeps,
  type ViewsReport,
  viewsAside,
  viewsRebuild,
  viewsStatus,
  viewsVerify,
} from './commands';
