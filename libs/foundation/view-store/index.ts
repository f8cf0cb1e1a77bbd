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
export type { OnStep, Step } from './verify';
export { runViewsCommand } from './commands';
export {
  type BuiltAside,
  DamagedViews,
  NothingToVerify,
  type Rebuilt,
  Superseded,
  type ViewLine,
  type ViewsOutcome,
  type ViewsReport,
  viewsAside,
  viewsRebuild,
  viewsStatus,
  viewsVerify,
  type ViewsWork,
  type ViewsWorkDeps,
  workOnViews,
} from './work';
export { projectOnThread } from './project-on-thread';
export { WorkCutShort, workOnViewsInThread, type WorkThreadOptions } from './work-in-thread';
export { workOnThread } from './work-on-thread';
