import { createHash } from 'node:crypto';
import { parse } from 'csv-parse';
import type { Finding } from './findings';
import { Pace } from './pace';
import type { SourceFile } from './source-file';
import { Utf8Pages } from './utf8';

/** Columns that hold secrets: never read, whatever the file says. */
const FORBIDDEN = new Set(['password']);
/** Columns that districts and their systems add: kept as they are. */
const EXTENSION = /^(metadata\.|ext:)/i;
/** Longer than any row of a roster: a quotation mark that is never closed must not swallow the file. */
const MAX_ROW_BYTES = 1_000_000;

/** What a file's columns are: found by name, wherever they stand. */
class Columns {
  private readonly places = new Map<string, number>();
  readonly extensions: readonly string[];
  private readonly readable: ReadonlyMap<string, number>;

  constructor(header: readonly string[]) {
    header.forEach((column, index) => {
      if (column && !this.places.has(column)) this.places.set(column, index);
    });
    this.readable = new Map([...this.places].filter(([column]) => !FORBIDDEN.has(column)));
    this.extensions = this.names.filter((column) => EXTENSION.test(column));
  }
  get names(): readonly string[] {
    return [...this.places.keys()];
  }
  has(column: string): boolean {
    return this.places.has(column);
  }
  placeOf(column: string): number | undefined {
    return this.readable.get(column);
  }
}

/** A row with its values found by column name; absent and blank read alike as undefined. */
export class Row {
  constructor(
    private readonly columns: Columns,
    private readonly cells: readonly string[],
    /** As an editor counts: the header is line 1; of a row over several lines, the first. */
    readonly line: number,
  ) {}

  value(column: string): string | undefined {
    const place = this.columns.placeOf(column);
    return place === undefined ? undefined : this.cells[place] || undefined;
  }

  /** A comma-separated list, each entry trimmed. */
  list(column: string): readonly string[] {
    const value = this.value(column);
    return value === undefined ? [] : listOf(value);
  }

  /** Names of the `metadata.` and `ext:` columns of the file. */
  get extensions(): readonly string[] {
    return this.columns.extensions;
  }
}

function listOf(value: string): readonly string[] {
  if (!value.includes(',')) return [value];
  return value
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

export interface FileRead {
  /** False when the file as a whole was refused: what it would have named is not known. */
  readonly taken: boolean;
  readonly rows: number;
  readonly sha256: string;
}

/**
 * Reads OneRoster CSV: RFC 4180 quoting, BOM, CRLF or LF, columns in any order and found by name. Each row is handed on as it is read, so
 * that no file is ever whole in memory. Cells beyond the header are reported; a missing required column, broken quoting, or what is not
 * UTF-8 (OneRoster CSV is) refuses the file: rows handed on before must then be forgotten.
 */
export async function readCsv(
  file: SourceFile,
  required: readonly string[],
  optional: readonly string[],
  findings: Finding[],
  take: (row: Row) => void,
): Promise<FileRead> {
  const { name } = file;
  const hash = createHash('sha256');
  let columns: Columns | undefined;
  let width = 0;
  let rows = 0;
  let missing: readonly string[] = [];
  let line = 1;
  const onRecord = (cells: string[]): void => {
    const first = line;
    line += 1 + breaksIn(cells);
    if (cells.every((cell) => cell === '')) return;
    if (!columns) {
      columns = new Columns(cells);
      width = cells.length;
      missing = required.filter((column) => !columns?.has(column));
      if (missing.length === 0) reportUnknown(name, columns, [...required, ...optional], findings);
      return;
    }
    if (missing.length > 0) return;
    if (cells.length > width && cells.slice(width).some((cell) => cell !== '')) {
      const why = 'The row has more cells than the header; the extra ones were not read.';
      findings.push({ file: name, line: first, outcome: 'warning', what: 'file', why });
    }
    rows += 1;
    take(new Row(columns, cells, first));
  };
  // Lines are counted here: the parser's own way to tell them keeps every row until the next great collection.
  const parser = parse({ bom: true, relax_column_count: true, trim: true, max_record_size: MAX_ROW_BYTES });
  parser.on('data', onRecord);
  parser.on('error', () => undefined);
  let broken: Broken | undefined;
  const pace = new Pace();
  const lineEnds = new LineEnds();
  const utf8 = new Utf8Pages();
  for await (const page of file.open()) {
    hash.update(page);
    if (!broken) {
      const mended = lineEnds.mended(page);
      const bad = utf8.take(mended);
      broken = bad === undefined ? await written(parser, mended) : { line: line + bad, why: NOT_UTF8 };
    }
    await pace.breathe();
  }
  broken ??= utf8.ends() ? await ended(parser) : { line, why: NOT_UTF8 };
  const sha256 = hash.digest('hex');
  // What the header says comes first: with other marks between the cells, quotation marks stand where they may not.
  if (missing.length > 0) reportMissing(name, columns?.names ?? [], missing, findings);
  else if (broken) findings.push({ file: name, ...broken, outcome: 'refused', what: 'file' });
  return { taken: missing.length === 0 && !broken, rows, sha256 };
}

/** SHA-256 of a file that is not read for its rows. */
export async function digestOf(file: SourceFile): Promise<string> {
  const hash = createHash('sha256');
  const pace = new Pace();
  for await (const page of file.open()) {
    hash.update(page);
    await pace.breathe();
  }
  return hash.digest('hex');
}

/** Once each, not once per row. */
function reportUnknown(file: string, columns: Columns, known: readonly string[], findings: Finding[]): void {
  for (const column of columns.names) {
    if (known.includes(column) || FORBIDDEN.has(column) || EXTENSION.test(column)) continue;
    const why = 'This column is not one that OneRoster names here; it was not read.';
    findings.push({ file, line: 1, column: column.slice(0, 120), outcome: 'warning', what: 'file', why });
  }
}

/** A spreadsheet of many countries writes semicolons and calls it CSV: then no column is missing. */
function reportMissing(file: string, names: readonly string[], missing: readonly string[], findings: Finding[]): void {
  const refused = { file, line: 1, outcome: 'refused', what: 'file' } as const;
  const [only = ''] = names;
  const separator = names.length === 1 ? [';', '\t', '|'].find((mark) => only.includes(mark)) : undefined;
  if (separator !== undefined) {
    const called = { ';': 'semicolons', '\t': 'tabs', '|': 'bars' }[separator];
    findings.push({
      ...refused,
      why: `Its columns are divided by ${called}: save the file with commas between them. No row of it was taken.`,
    });
    return;
  }
  for (const column of missing)
    findings.push({ ...refused, column, why: 'This required column is missing, so no row of the file was taken.' });
}

/** Lines that a row takes beyond its first. */
function breaksIn(cells: readonly string[]): number {
  let breaks = 0;
  for (const cell of cells) for (let at = cell.indexOf('\n'); at !== -1; at = cell.indexOf('\n', at + 1)) breaks += 1;
  return breaks;
}

type Parser = ReturnType<typeof parse>;

/** What refuses a file as a whole, and where. */
type Broken = Pick<Finding, 'line' | 'why'>;

const NOT_UTF8 = 'A letter of this line is not UTF-8, and would be lost: save the file as “CSV UTF-8”. Nothing of it was taken.';
const quoting = (error: Error & { readonly lines?: number }): Broken => ({
  line: error.lines ?? 1,
  why: 'The file is not valid CSV here: check the quotation marks. Nothing of it was taken.',
});

/** Undefined once the page is parsed; else what is wrong with it. */
const written = (parser: Parser, page: Buffer): Promise<Broken | undefined> =>
  new Promise((resolve) => parser.write(page, (error) => resolve(error ? quoting(error) : undefined)));

const ended = (parser: Parser): Promise<Broken | undefined> =>
  new Promise((resolve) => {
    parser.once('error', (error) => resolve(quoting(error))).once('end', () => resolve(undefined));
    parser.end();
  });

const CR = 13;
const LF = 10;

/** Turns CRLF and lone CR into LF, across pages: the parser takes one kind of line end per file, and cells come out the same. */
class LineEnds {
  private afterReturn = false;

  mended(page: Buffer): Buffer {
    let at = this.afterReturn && page[0] === LF ? 1 : 0;
    if (page.length > 0) this.afterReturn = page[page.length - 1] === CR;
    const mended = Buffer.allocUnsafe(page.length);
    let length = 0;
    for (let end = page.indexOf(CR, at); end !== -1; end = page.indexOf(CR, at)) {
      length += page.copy(mended, length, at, end);
      mended[length++] = LF;
      at = page[end + 1] === LF ? end + 2 : end + 1;
    }
    length += page.copy(mended, length, at);
    return mended.subarray(0, length);
  }
}
