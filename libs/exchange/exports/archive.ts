import { buffer } from 'node:stream/consumers';
import type { RecordedEvent } from '@foundation/kernel';
import type { PlanState } from '@views/plan';
import type { TimelineLine } from '@views/timeline';
import { ZipFile } from 'yazl';
import { tablesOf } from './tables';
import type { Cover } from './timeline-pdf';

/** A child's whole record as the archive is built of it; plain data, so that it travels to a thread. */
export interface ArchiveInput {
  readonly cover: Cover;
  /** Every event of the child in clear, in order of the log. */
  readonly events: readonly RecordedEvent[];
  /** Newest first. */
  readonly lines: readonly TimelineLine[];
  readonly plans: readonly PlanState[];
  /** Of everybody who wrote in it, by id. */
  readonly names: Readonly<Record<string, string>>;
  /** ISO instant, the date of every file in it. */
  readonly at: string;
}

export type BuildArchive = (input: ArchiveInput, progress: (done: number, total: number) => void, signal: AbortSignal) => Promise<Buffer>;

const README = `This is a copy of a child's whole record, made for the family.

events.json           everything that was ever recorded, in order, with who recorded it and when; nothing was ever overwritten,
                      so what was corrected stands before its correction
timeline-<year>.pdf   the child's days, to read or print
*.csv                 the same as tables: what was observed, which accommodations were logged, which sessions were held,
                      what the plans' goals were in each version, and what happened to the case
`;

/** A zip of JSON, tables and pages: one page of each year, so that a long record stays small enough to lay out. */
export const buildArchive: BuildArchive = async ({ cover, events, lines, plans, names, at }, progress, signal) => {
  const nameOf = (actor: string): string => names[actor] ?? actor;
  const years = [...new Set(lines.map(({ day }) => day.slice(0, 4)))].sort();
  const total = years.length + 2;
  const zip = new ZipFile();
  const add = (name: string, content: Buffer | string): void =>
    zip.addBuffer(Buffer.from(content), name, { mtime: new Date(at), mode: 0o600 });

  add('README.txt', README);
  add('events.json', `[\n${events.map(jsonOf).join(',\n')}\n]\n`);
  progress(1, total);
  for (const [name, table] of tablesOf(lines, plans, nameOf)) add(name, table);
  progress(2, total);
  // What lays out pages is heavy to load, and most processes never do.
  const { timelinePdf } = await import('./timeline-pdf');
  for (const [index, year] of (years.length > 0 ? years : [cover.producedOn.slice(0, 4)]).entries()) {
    signal.throwIfAborted();
    add(
      `timeline-${year}.pdf`,
      await timelinePdf(
        `Record of ${year}`,
        lines.filter(({ day }) => day.startsWith(year)),
        nameOf,
        cover,
      ),
    );
    progress(3 + index, total);
  }
  zip.end();
  return buffer(zip.outputStream);
};

/** An event as a reader outside understands it: its place in the log is text. */
function jsonOf({ position, meta: { fingerprint: _, ...meta }, ...event }: RecordedEvent): string {
  return JSON.stringify({ ...event, position: String(position), meta });
}
