// A door of its own: it loads the servers' client, which a process on one machine never needs.
export { EventStoreDbEventStore, type EventStoreDbOptions } from './eventstoredb-event-store';
export { type Connection, parseConnection } from './connection';
export { diagnose, type Trouble } from './diagnosis';
export { IDENTITY_STREAM, IDENTITY_TYPE } from './identity';
export { type Patience } from './calls';
