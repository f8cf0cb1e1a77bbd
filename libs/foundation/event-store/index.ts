export * from './port';
export * from './journal';
export * from './tokens';
export * from './catalogue';
export * from './golden-samples';
export * from './folder-lock';
export {
  type AppendGroup,
  LOG_FILE,
  MAX_APPEND_BYTES,
  type OpenOptions,
  SqliteEventStore,
  type Truncation,
} from './sqlite/sqlite-event-store';
export { copyDatabase } from './sqlite/copy';
export { checkLog, type Damage, DamagedLog, type LogCheck } from './sqlite/log-check';
export { NewerLog } from './sqlite/schema';
export * from './event-opener';
export * from './log-journal';
export * from './command-runner';
export * from './fingerprint';
