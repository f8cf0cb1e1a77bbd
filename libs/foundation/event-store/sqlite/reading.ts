import type { Database, Statement } from 'better-sqlite3';
import type { EventId, EventMeta } from '@foundation/kernel';
import type { ReadAllOptions, StoredEvent } from '../port';

const COLUMNS = 'position, stream, revision, id, type, version, data, meta';
type Row = [position: number, stream: string, revision: number, id: string, type: string, version: number, data: string, meta: string];

function stored([position, stream, revision, id, type, version, data, meta]: Row): StoredEvent {
  return {
    id: id as EventId,
    type,
    version,
    data: JSON.parse(data) as unknown,
    meta: JSON.parse(meta) as EventMeta,
    stream,
    revision,
    position: BigInt(position),
  };
}

/** The questions one asks of a log, each prepared once. */
export class LogReader {
  private readonly byStream: Statement<unknown[], Row>;
  private readonly byPosition: Statement<unknown[], Row>;
  private readonly byStudent: Statement<unknown[], Row>;
  private readonly byStudentAndType: Statement<unknown[], Row>;
  /** By how many types are asked for. */
  private readonly byTypes = new Map<number, Statement<unknown[], Row>>();
  private readonly last: Statement<[], number>;
  private readonly types: Statement<[], string>;

  constructor(private readonly db: Database) {
    this.byStream = this.rows('WHERE stream = ? AND revision >= ? ORDER BY revision');
    this.byPosition = this.rows('WHERE position > ? ORDER BY position LIMIT ?');
    this.byStudent = this.rows('WHERE student = ? AND position > ? ORDER BY position LIMIT ?');
    // The plus keeps the type index out: a child has fewer events than a type.
    this.byStudentAndType = this.rows(
      'WHERE student = ? AND +type IN (SELECT value FROM json_each(?)) AND position > ? ORDER BY position LIMIT ?',
    );
    this.last = db.prepare<[], number>('SELECT coalesce(max(position), 0) FROM events').pluck();
    this.types = db
      .prepare<[], string>(
        `WITH RECURSIVE found (type) AS (
          SELECT min(type) FROM events
          UNION ALL SELECT (SELECT min(type) FROM events WHERE type > found.type) FROM found WHERE type IS NOT NULL
        ) SELECT type FROM found WHERE type IS NOT NULL`,
      )
      .pluck();
  }

  stream(stream: string, from: number): StoredEvent[] {
    return this.byStream.all(stream, from).map(stored);
  }

  all({ after, limit, student, types }: ReadAllOptions): StoredEvent[] {
    if (types && types.length === 0) return [];
    const rows =
      student === undefined
        ? types
          ? this.ofTypes([...new Set(types)], after, limit)
          : this.byPosition.all(after, limit)
        : types
          ? this.byStudentAndType.all(student, JSON.stringify(types), after, limit)
          : this.byStudent.all(student, after, limit);
    return rows.map(stored);
  }

  head(): bigint {
    return BigInt(this.last.get() ?? 0);
  }

  distinctTypes(): string[] {
    return this.types.all();
  }

  private rows(clauses: string): Statement<unknown[], Row> {
    return this.db.prepare<unknown[], Row>(`SELECT ${COLUMNS} FROM events ${clauses}`).raw();
  }

  /** SQLite merges one walk of the type index per type, so a page costs a page, however rare or common the types are. */
  private ofTypes(types: readonly string[], after: bigint, limit: number): Row[] {
    let statement = this.byTypes.get(types.length);
    if (!statement) {
      const walks = types.map(() => 'WHERE type = ? AND position > ?').join(` UNION ALL SELECT ${COLUMNS} FROM events `);
      statement = this.rows(`${walks} ORDER BY position LIMIT ?`);
      this.byTypes.set(types.length, statement);
    }
    return statement.all(...types.flatMap((type) => [type, after]), limit);
  }
}
