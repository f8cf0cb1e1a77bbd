import { createHash } from 'node:crypto';
import type { Database } from 'better-sqlite3';

/** A table with the columns of its primary key, in their order, and all its columns. */
interface Table {
  readonly name: string;
  readonly key: readonly string[];
  readonly columns: readonly string[];
}

export interface Difference {
  readonly view: string;
  readonly table: string;
  /** Key of the first row that differs or is on one side only, as SQL literals. */
  readonly key: string;
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** The tables of a view, found by its name as prefix. @throws TypeError for a table without a primary key. */
export function tablesOf(db: Database, view: string): readonly Table[] {
  const prefix = `${view}_`;
  const names = db
    .prepare<[string, string, string], { name: string }>(
      `SELECT name FROM sqlite_schema WHERE type = 'table' AND (name = ? OR substr(name, 1, length(?)) = ?) ORDER BY name`,
    )
    .all(view, prefix, prefix);
  return names.map(({ name }) => {
    const columns = db.prepare<[string], { name: string; pk: number }>('SELECT name, pk FROM pragma_table_info(?) ORDER BY cid').all(name);
    const key = columns.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk);
    if (key.length === 0) throw new TypeError(`Table ${name} has no primary key`);
    return { name, key: key.map((column) => quoted(column.name)), columns: columns.map((column) => quoted(column.name)) };
  });
}

/** SQL literals tell types apart (1, 1.0, '1', NULL, X'31') and give doubles in full. */
const literal = (columns: readonly string[]): string => columns.map((column) => `quote(${column})`).join(` || ',' || `);

function rowsOf(db: Database, table: Table): IterableIterator<[string, string]> {
  const sql = `SELECT ${literal(table.key)}, ${literal(table.columns)} FROM ${quoted(table.name)} ORDER BY ${table.key.join(', ')}`;
  return db.prepare<[], [string, string]>(sql).raw().iterate();
}

/** SHA-256 over all rows of a view's tables in order of primary key: equal digests, equal rows. */
export function digestOf(db: Database, view: string): string {
  const hash = createHash('sha256');
  for (const table of tablesOf(db, view)) {
    hash.update(`${table.name}(${table.columns.join(',')})\n`);
    for (const [, row] of rowsOf(db, table)) hash.update(`${row}\n`);
  }
  return hash.digest('hex');
}

/** How many rows a view's tables hold. */
export function rowCountOf(db: Database, view: string): number {
  return tablesOf(db, view).reduce(
    (sum, { name }) =>
      sum +
      (db
        .prepare<[], number>(`SELECT count(*) FROM ${quoted(name)}`)
        .pluck()
        .get() ?? 0),
    0,
  );
}

/** The first difference of each table of the view between two files. */
export function differencesOf(left: Database, right: Database, view: string): Difference[] {
  const others = new Map(tablesOf(right, view).map((table) => [table.name, table]));
  return tablesOf(left, view).flatMap((table) => {
    const other = others.get(table.name);
    const key = other ? firstDifference(rowsOf(left, table), rowsOf(right, other)) : '*';
    return key === undefined ? [] : [{ view, table: table.name, key }];
  });
}

function firstDifference(left: IterableIterator<[string, string]>, right: IterableIterator<[string, string]>): string | undefined {
  try {
    for (;;) {
      const a = left.next();
      const b = right.next();
      if (a.done && b.done) return undefined;
      if (a.done || b.done || a.value[1] !== b.value[1]) return a.done ? (b.value as [string, string])[0] : a.value[0];
    }
  } finally {
    left.return?.();
    right.return?.();
  }
}
