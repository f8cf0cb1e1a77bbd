import { randomUUID } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import { Mendable } from '@foundation/kernel';
import { sumOf } from './sum';

/** Raised by a change of the tables below, together with the steps that bring an older file up to it. */
export const SCHEMA_VERSION = 2;

/** The file was written by a newer Throughline. */
export class NewerLog extends Mendable {
  constructor(version: number) {
    super(`The log has schema ${version}, this Throughline knows ${SCHEMA_VERSION}. Start the newer version that wrote it.`);
  }
}

/** A row id ends every index, so both read in order of position. */
const TABLES = `
CREATE TABLE log (id TEXT NOT NULL, schema_version INTEGER NOT NULL) STRICT;
CREATE TABLE events (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  stream TEXT NOT NULL,
  revision INTEGER NOT NULL,
  id TEXT NOT NULL,
  type TEXT NOT NULL,
  version INTEGER NOT NULL,
  student TEXT,
  data TEXT NOT NULL,
  meta TEXT NOT NULL,
  sum INTEGER,
  UNIQUE (stream, revision)
) STRICT;
CREATE INDEX events_by_student ON events (student) WHERE student IS NOT NULL;
CREATE INDEX events_by_type ON events (type);
`;

/** Makes the tables of a new log and brings an older one up to this schema; leaves a newer one as it is. */
export function createLog(db: Database, logId: string = randomUUID()): void {
  db.transaction(() => {
    if (!db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'log'").get()) {
      db.exec(TABLES);
      db.prepare('INSERT INTO log VALUES (?, ?)').run(logId, SCHEMA_VERSION);
    } else if (!hasSums(db)) addSums(db);
  }).immediate();
}

export function hasSums(db: Database): boolean {
  return db.prepare("SELECT 1 FROM pragma_table_info('events') WHERE name = 'sum'").get() !== undefined;
}

/** Schema 2: each event carries a checksum. From here on it vouches for what the older log holds now. */
function addSums(db: Database): void {
  db.function('throughline_sum', { deterministic: true, varargs: true }, (...row) => sumOf(...(row as Parameters<typeof sumOf>)));
  db.exec(`ALTER TABLE events ADD COLUMN sum INTEGER;
    UPDATE events SET sum = throughline_sum(stream, revision, id, type, version, student, data, meta);
    UPDATE log SET schema_version = 2`);
}

/** The log's own id. @throws NewerLog */
export function identify(db: Database): string {
  const log = db.prepare<[], { id: string; schema_version: number }>('SELECT id, schema_version FROM log').get();
  if (!log) throw new Error(`${db.name} is not an event log`);
  if (log.schema_version > SCHEMA_VERSION) throw new NewerLog(log.schema_version);
  return log.id;
}
