import { type FileHandle, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ImportId, isUuid } from '@foundation/kernel';
import type { Finding, Outcome } from './findings';
import type { ImportReport } from './roster-importer';

export interface FindingsPage {
  readonly findings: readonly Finding[];
  /** Where the next page begins; absent at the end. */
  readonly next?: string;
}

const BUFFERED = 64 * 1024;

/** Reports beside the log: a summary, and the findings one per line. They name files, lines and columns, never a person. */
export class ImportReports {
  constructor(private readonly folder: string) {}

  /** Takes the findings of one import as they come, so that the longest report never lies in memory. */
  async writer(id: ImportId): Promise<ReportWriter> {
    await mkdir(this.folder, { recursive: true });
    await rm(this.path(id, 'json'), { force: true });
    return new ReportWriter(await open(this.path(id, 'jsonl'), 'w'), this.path(id, 'json'));
  }

  /** It begins again: how it ended before does not count any more. */
  async forget(id: ImportId): Promise<void> {
    if (isUuid(id)) await rm(this.path(id, 'json'), { force: true });
  }

  /** Undefined until the import has ended. */
  async summary(id: ImportId): Promise<ImportReport | undefined> {
    if (!isUuid(id)) return undefined;
    try {
      return JSON.parse(await readFile(this.path(id, 'json'), 'utf8')) as ImportReport;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  /** The findings from a cursor of the page before on; `outcome` leaves the others out. An unknown cursor is an empty page. */
  async page(id: ImportId, { cursor = '0', limit, outcome }: { cursor?: string; limit: number; outcome?: Outcome }): Promise<FindingsPage> {
    const start = /^\d{1,15}$/.test(cursor) ? Number(cursor) : Infinity;
    if (start === Infinity) return { findings: [] };
    let file: FileHandle;
    try {
      file = await open(this.path(id, 'jsonl'), 'r');
    } catch (error) {
      if (isMissing(error)) return { findings: [] };
      throw error;
    }
    try {
      return await pageOf(file, start, limit, outcome);
    } finally {
      await file.close();
    }
  }

  private path(id: ImportId, kind: 'json' | 'jsonl'): string {
    return join(this.folder, `${id}.${kind}`);
  }
}

async function pageOf(file: FileHandle, start: number, limit: number, outcome: Outcome | undefined): Promise<FindingsPage> {
  const findings: Finding[] = [];
  const buffer = Buffer.alloc(BUFFERED);
  for (let at = start; ;) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
    const end = buffer.lastIndexOf(10, bytesRead - 1);
    if (bytesRead === 0 || end === -1) return { findings };
    let from = 0;
    while (from <= end) {
      const to = buffer.indexOf(10, from);
      const finding = JSON.parse(buffer.toString('utf8', from, to)) as Finding;
      if (outcome === undefined || finding.outcome === outcome) {
        if (findings.length === limit) return { findings, next: String(at + from) };
        findings.push(finding);
      }
      from = to + 1;
    }
    at += from;
  }
}

export class ReportWriter {
  private lines = '';
  private writing: Promise<unknown> = Promise.resolve();
  private failure?: Error;

  constructor(
    private readonly file: FileHandle,
    private readonly summaryPath: string,
  ) {}

  add(finding: Finding): void {
    this.lines += `${JSON.stringify(finding)}\n`;
    if (this.lines.length >= BUFFERED) this.flush();
  }

  /** The report is whole. @throws the file system's error that kept a finding out of it. */
  async end(report: ImportReport): Promise<void> {
    await this.close();
    if (this.failure) throw this.failure;
    await writeFile(`${this.summaryPath}.new`, JSON.stringify(report));
    await rename(`${this.summaryPath}.new`, this.summaryPath);
  }

  /** Writes what waits; the report stays without its summary. */
  async close(): Promise<void> {
    this.flush();
    await this.writing;
    await this.file.close();
  }

  private flush(): void {
    const lines = this.lines;
    this.lines = '';
    this.writing = this.writing
      .then(() => this.file.write(lines))
      .catch((error: unknown) => {
        this.failure ??= error instanceof Error ? error : new Error(String(error));
      });
  }
}

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';
