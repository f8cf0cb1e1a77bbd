export * from './events';
export { exportDecider, exportsRefusals, exportStream, INSPECTION_DAYS } from './export';
export { produceExport } from './jobs';
export { type BuildArchive, buildArchive } from './archive';
export { buildInThread } from './build-in-thread';
export { type ExportStanding, type ExportStatus, type ExportsParts, KEPT_DAYS, RecordExports } from './record-exports';
