import { join } from 'node:path';
import Sqlite from 'better-sqlite3';

/** What the machine can do with the same rows and no service around: the most that could be reached. */

type Row = [
  position: number,
  stream: string,
  revision: number,
  id: string,
  type: string,
  version: number,
  student: string | null,
  data: string,
  meta: string,
];

const COLUMNS = 'position, stream, revision, id, type, version, student, data, meta';

/** Rows of observations out of a filled log. */
export function observationRows(folder: string, count: number): Row[] {
  const db = new Sqlite(join(folder, 'log.sqlite'), { readonly: true });
  try {
    return db
      .prepare<[number], Row>(`SELECT ${COLUMNS} FROM events WHERE type = 'observations.observation-recorded' ORDER BY position LIMIT ?`)
      .raw()
      .all(count);
  } finally {
    db.close();
  }
}

/** How many events the log of a data folder holds. */
export function eventsIn(folder: string): number {
  const db = new Sqlite(join(folder, 'log.sqlite'), { readonly: true });
  try {
    return db.prepare<[], number>('SELECT count(*) FROM events').pluck().get() ?? 0;
  } finally {
    db.close();
  }
}

/** Appends rows to an empty log of the service's own schema and settings, `batch` rows to a flush; answers rows per second. */
export function appendRaw(from: string, file: string, rows: readonly Row[], batch: number): number {
  const template = new Sqlite(join(from, 'log.sqlite'), { readonly: true });
  const ddl = template
    .prepare<[], string>("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'")
    .pluck()
    .all();
  template.close();
  const db = new Sqlite(file);
  for (const pragma of ['journal_mode = WAL', 'synchronous = FULL', 'secure_delete = ON', 'wal_autocheckpoint = 2000']) db.pragma(pragma);
  for (const statement of ddl) db.exec(statement);
  const insert = db.prepare(
    'INSERT INTO events (stream, revision, id, type, version, student, data, meta) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const append = db.transaction((some: readonly Row[]) => {
    for (const [, ...values] of some) insert.run(...values);
  });
  const started = performance.now();
  for (let first = 0; first < rows.length; first += batch) append.immediate(rows.slice(first, first + batch));
  const seconds = (performance.now() - started) / 1000;
  db.close();
  return rows.length / seconds;
}

/** Reads the log in pages of 1000, parses each event, one upsert each, one transaction per page; answers events per second. */
export function loopRaw(folder: string, file: string): number {
  const log = new Sqlite(join(folder, 'log.sqlite'), { readonly: true });
  const db = new Sqlite(file);
  for (const pragma of [
    'journal_mode = WAL',
    'synchronous = NORMAL',
    'secure_delete = ON',
    'cache_size = -65536',
    'wal_autocheckpoint = 16000',
  ]) {
    db.pragma(pragma);
  }
  db.exec('CREATE TABLE seen (stream TEXT PRIMARY KEY, revision INTEGER NOT NULL, at TEXT NOT NULL, data TEXT NOT NULL)');
  const page = log.prepare<[number], Row>(`SELECT ${COLUMNS} FROM events WHERE position > ? ORDER BY position LIMIT 1000`).raw();
  const upsert = db.prepare(
    `INSERT INTO seen VALUES (?, ?, ?, ?)
     ON CONFLICT (stream) DO UPDATE SET revision = excluded.revision, at = excluded.at, data = excluded.data`,
  );
  const apply = db.transaction((rows: readonly Row[]) => {
    for (const [, stream, revision, , , , , data, meta] of rows) {
      const parsed = JSON.parse(data) as object;
      const { recordedAt } = JSON.parse(meta) as { recordedAt: string };
      upsert.run(stream, revision, recordedAt, JSON.stringify(parsed));
    }
  });
  let after = 0;
  let events = 0;
  const started = performance.now();
  for (;;) {
    const rows = page.all(after);
    if (rows.length === 0) break;
    apply(rows);
    events += rows.length;
    after = rows.at(-1)?.[0] ?? after;
  }
  const seconds = (performance.now() - started) / 1000;
  log.close();
  db.close();
  return events / seconds;
}
