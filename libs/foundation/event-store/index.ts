export * from './port';
export * from './journal';
export * from './tokens';
export * from './catalogue';
export * from './golden-samples';
export * from './folder-lock';
export {
  type AppendGroup,
  LOG_FILE,
  type OpenOptions,
  SqliteEventStore,
  type Truncation,
} from './sqlite/sqlite-event-store';
export { EventStoreDbEventStore, type EventStoreDbOptions } from './eventstoredb/eventstoredb-event-store';
export { type Connection, parseConnection, WrongConnection } from './eventstoredb/connection';
export { LogReplaced } from './eventstoredb/feed';
export { AnotherLog, IDENTITY_STREAM, IDENTITY_TYPE } from './eventstoredb/identity';
export { type Patience } from './eventstoredb/calls';
export { copyDatabase } from './sqlite/copy';
export { checkLog, type Damage, DamagedLog, type LogCheck } from './sqlite/log-check';
export { NewerLog } from './sqlite/schema';
export * from './event-opener';
export * from './log-journal';
export * from './command-runner';
export * from './fingerprint';
