export { type Backup, takeBackup, type Taken } from './backup';
export { type Restore, restoreBackup, type Restored } from './restore';
export { keysStatus, type KeysStatus, type Rotate, rotateMasterKey, type Rotated } from './rotate';
export { DATA, refuseUnfinishedRestore, RestoreUnfinished } from './folder';
export { type OnProgress, OperationRefused } from './progress';
export { type Manifest, MANIFEST, readManifest } from './manifest';
export { type Examine, examine, type Finding } from './doctor';
