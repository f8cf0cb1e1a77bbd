import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import Sqlite, { type Database } from 'better-sqlite3';
import { Mendable, type Position, START } from '@foundation/kernel';
import { sqliteCode } from './error-code';
import { hasSums, identify } from './schema';
import { sumOf } from './sum';

/** Something that a sound log never has, in words for an operator: ids and places, never content. */
export interface Damage {
  /** Of the event, when one can be named. */
  readonly position?: Position;
  readonly what: string;
}

export interface LogCheck {
  /** Empty when the file cannot be read at all. */
  readonly logId: string;
  /** Position of the last event. */
  readonly head: Position;
  readonly events: number;
  /** SHA-256 over all events in order of position: equal digests, equal logs. */
  readonly digest: string;
  /** `recordedAt` of the newest event: the clock stood there once. */
  readonly newest: string;
  /** False for a log that an older version wrote and this one has not yet opened for writing. */
  readonly sums: boolean;
  readonly damage: readonly Damage[];
}

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
  sum: number | null,
];

/** Events of one query: small enough that a page that cannot be read hides few neighbours. */
const PAGE = 500;
/** A torn file may have thousands of faults: the first ones say enough. */
const NAMED = 20;
const STRUCTURE_NAMED = 5;
/** Events at the end that a start looks at: some milliseconds. */
const LAST = 1000;

/** The log is damaged at its end; writing on would make it worse. */
export class DamagedLog extends Mendable {
  constructor(file: string, what: string) {
    super(
      `The log ${file} is damaged at its end: ${what}. Nothing was changed. Run npm run doctor for the whole picture, keep this folder as ` +
        'it is, and restore the newest backup into another one (npm run restore).',
    );
  }
}

/** A look at the end of a log before it is written on, where a torn write shows. @throws DamagedLog */
export function checkEnd(db: Database): void {
  const pages = Number(db.pragma('page_count', { simple: true })) * Number(db.pragma('page_size', { simple: true }));
  const wal = statSync(`${db.name}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  // While pages wait in the WAL the file itself may be shorter.
  if (wal === 0 && statSync(db.name).size < pages) throw new DamagedLog(db.name, 'its last page is torn');
  let rows: Row[];
  try {
    rows = db.prepare<[], Row>(`SELECT ${COLUMNS}, sum FROM events ORDER BY position DESC LIMIT ${LAST}`).raw().all();
  } catch (error) {
    if (!isDamage(error)) throw error;
    throw new DamagedLog(db.name, sqliteCode(error));
  }
  const altered = rows.find((row) => !isWhole(row));
  if (altered) throw new DamagedLog(db.name, `event ${altered[0]} is not what was written`);
  if (lastPosition(db) !== (rows[0]?.[0] ?? 0)) throw new DamagedLog(db.name, `event ${lastPosition(db)} is missing`);
}

const COLUMNS = 'position, stream, revision, id, type, version, student, data, meta';

function isWhole([, stream, revision, id, type, version, student, data, meta, sum]: Row): boolean {
  return sum === sumOf(stream, revision, id, type, version, student, data, meta);
}

/**
 * Reads the whole log, as it stands at one instant and beside a writer, and holds it against all that is known of it: SQLite's own
 * structure, every event's checksum, revisions without gaps, no lost tail. What cannot be read is named and stepped over.
 */
export function checkLog(file: string, onProgress: (done: number, total: number) => void = () => undefined): LogCheck {
  const damage: Damage[] = [];
  const nothing = { logId: '', head: START, events: 0, digest: '', newest: '', sums: false };
  let db: Database | undefined;
  try {
    db = new Sqlite(file, { readonly: true, fileMustExist: true, timeout: 5000 });
    db.pragma('temp_store = MEMORY');
    db.exec('BEGIN');
    damage.push(...structureOf(db));
    const read = readEvents(db, damage, onProgress);
    damage.push(...gapsOf(db, read.head));
    return { ...read, damage };
  } catch (error) {
    if (!isDamage(error)) throw error;
    return { ...nothing, damage: [...damage, { what: `the log cannot be read (${sqliteCode(error)})` }] };
  } finally {
    db?.close();
  }
}

function isDamage(error: unknown): boolean {
  return /^SQLITE_(CORRUPT|NOTADB|IOERR_SHORT_READ|ERROR)/.test(sqliteCode(error));
}

function structureOf(db: Database): Damage[] {
  const said = db.prepare<[], string>(`PRAGMA integrity_check(${STRUCTURE_NAMED})`).pluck().all();
  return said.filter((line) => line !== 'ok').map((line) => ({ what: line.trim().replaceAll(/\s*\n\s*/g, '; ') }));
}

function readEvents(db: Database, damage: Damage[], onProgress: (done: number, total: number) => void): Omit<LogCheck, 'damage'> {
  const sums = hasSums(db);
  const columns = `${COLUMNS}, ${sums ? 'sum' : 'NULL'}`;
  const page = db.prepare<[number, number], Row>(`SELECT ${columns} FROM events WHERE position > ? ORDER BY position LIMIT ?`).raw();
  const one = db.prepare<[number], Row>(`SELECT ${columns} FROM events WHERE position = ?`).raw();
  const last = lastPosition(db);
  const hash = createHash('sha256');
  let events = 0;
  let newest = '';
  let named = 0;
  const found = (position: number, what: string): void => {
    if (++named <= NAMED) damage.push({ position: BigInt(position), what });
  };
  const take = (row: Row): void => {
    const [position, stream, revision, , , , , , meta] = row;
    events++;
    hash.update(JSON.stringify(row.slice(0, -1))).update('\n');
    if (sums && !isWhole(row))
      found(position, `event ${position} (${stream}, revision ${revision}) is not what was written: its checksum differs`);
    const at = /"recordedAt":"([^"]{20,30})"/.exec(meta)?.[1] ?? '';
    if (at > newest) newest = at;
  };
  for (let after = 0; after < last;) {
    let rows: Row[];
    try {
      rows = page.all(after, PAGE);
    } catch (error) {
      if (!isDamage(error)) throw error;
      rows = readable(one, after, Math.min(after + PAGE, last), found);
      rows.forEach(take);
      after += PAGE;
      continue;
    }
    rows.forEach(take);
    after = rows.length < PAGE ? last : (rows.at(-1)?.[0] ?? last);
    onProgress(after, last);
  }
  if (named > NAMED) damage.push({ what: `${named - NAMED} more events are damaged` });
  return { logId: identify(db), head: BigInt(last), events, digest: hash.digest('hex'), newest, sums };
}

/** One by one, where a whole page cannot be read. */
function readable(
  one: Sqlite.Statement<[number], Row>,
  after: number,
  until: number,
  found: (position: number, what: string) => void,
): Row[] {
  const rows: Row[] = [];
  for (let position = after + 1; position <= until; position++) {
    try {
      const row = one.get(position);
      if (row) rows.push(row);
    } catch (error) {
      if (!isDamage(error)) throw error;
      found(position, `event ${position} cannot be read (${sqliteCode(error)})`);
    }
  }
  return rows;
}

/** What was ever given out, though the last pages may be gone. */
function lastPosition(db: Database): number {
  const given = db.prepare<[], number>("SELECT seq FROM sqlite_sequence WHERE name = 'events'").pluck().get() ?? 0;
  try {
    return Math.max(given, db.prepare<[], number>('SELECT coalesce(max(position), 0) FROM events').pluck().get() ?? 0);
  } catch (error) {
    if (!isDamage(error)) throw error;
    return given;
  }
}

/** Only key streams lose their beginning; no stream has a hole; the last event that was ever given a position is there. */
function gapsOf(db: Database, head: Position): Damage[] {
  try {
    return countedGaps(db, head);
  } catch (error) {
    if (!isDamage(error)) throw error;
    return [{ what: `the events of each stream cannot be counted (${sqliteCode(error)})` }];
  }
}

function countedGaps(db: Database, head: Position): Damage[] {
  const streams = db
    .prepare<[number], { stream: string; missing: number }>(
      `SELECT stream, max(revision) + 1 - count(*) AS missing FROM events GROUP BY stream
       HAVING max(revision) - min(revision) + 1 <> count(*) OR (min(revision) > 0 AND substr(stream, 1, 4) <> 'key-') LIMIT ?`,
    )
    .all(NAMED);
  const there = db.prepare<[number], number>('SELECT 1 FROM events WHERE position = ?').pluck().get(Number(head));
  return [
    ...streams.map(({ stream, missing }) => ({ what: `${stream} lacks ${missing} of its events` })),
    ...(head > START && there === undefined ? [{ what: `the log ends before its last event, ${head}` }] : []),
  ];
}
