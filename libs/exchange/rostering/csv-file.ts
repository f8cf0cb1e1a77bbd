import { parse } from 'csv-parse/sync';
import type { Finding } from './findings';

/** A row with its values found by column name; absent and blank read alike as undefined. */
export interface Row {
  readonly line: number;
  value(column: string): string | undefined;
  /** A comma-separated list, each entry trimmed. */
  list(column: string): readonly string[];
}

export interface CsvFile {
  readonly name: string;
  readonly rows: readonly Row[];
}

interface ParsedRecord {
  readonly record: readonly string[];
  /** The line on which it ends. */
  readonly lines: number;
}

function readRecords(text: string): readonly ParsedRecord[] {
  const records: ParsedRecord[] = [];
  parse(text.replace(/\r\n?/g, '\n'), {
    bom: true,
    relax_column_count: true,
    skip_empty_lines: true,
    trim: true,
    on_record: (record: string[], { lines }) => {
      records.push({ record, lines });
      return null;
    },
  });
  return records;
}

/** Columns that hold secrets: never read, whatever the file says. */
const FORBIDDEN = new Set(['password']);
const KNOWN_EXTRA = /^(metadata\.|ext:)/i;

/**
 * Reads OneRoster CSV text: RFC 4180 quoting, BOM, CRLF or LF, columns in any order and found by name. Cells beyond the header are
 * reported; a missing required column refuses the file.
 */
export function readCsv(
  name: string,
  text: string,
  required: readonly string[],
  optional: readonly string[],
  findings: Finding[],
): CsvFile {
  let records: readonly ParsedRecord[];
  try {
    records = readRecords(text);
  } catch (error) {
    const line = (error as { lines?: number }).lines ?? 1;
    findings.push({
      file: name,
      line,
      outcome: 'refused',
      what: 'file',
      why: 'The file is not valid CSV here: check the quotation marks. Nothing of it was taken.',
    });
    return { name, rows: [] };
  }
  const [header, ...body] = records;
  if (!header) return { name, rows: [] };
  const columns = new Map<string, number>();
  header.record.forEach((column, index) => {
    if (column && !columns.has(column)) columns.set(column, index);
  });
  const missing = required.filter((column) => !columns.has(column));
  if (missing.length > 0) {
    for (const column of missing) {
      findings.push({
        file: name,
        line: 1,
        column,
        outcome: 'refused',
        what: 'file',
        why: 'This required column is missing, so no row of the file was taken.',
      });
    }
    return { name, rows: [] };
  }
  const known = new Set([...required, ...optional, ...FORBIDDEN]);
  for (const column of columns.keys()) {
    if (!known.has(column) && !KNOWN_EXTRA.test(column)) {
      findings.push({
        file: name,
        line: 1,
        column,
        outcome: 'warning',
        what: 'file',
        why: 'This column is not one that OneRoster names here; it was not read.',
      });
    }
  }
  const rows = body.map(({ record, lines }): Row => {
    const line = lines - record.join('').split('\n').length + 1;
    if (record.length > header.record.length) {
      findings.push({
        file: name,
        line,
        outcome: 'warning',
        what: 'file',
        why: 'The row has more cells than the header; the extra ones were not read.',
      });
    }
    const value = (column: string): string | undefined => {
      if (FORBIDDEN.has(column)) return undefined;
      const index = columns.get(column);
      const text = index === undefined ? undefined : record[index];
      return text === undefined || text === '' ? undefined : text;
    };
    const list = (column: string) =>
      (value(column) ?? '')
        .split(',')
        .map((entry) => entry.trim())
        .filter((entry) => entry !== '');
    return { line, value, list };
  });
  return { name, rows };
}
