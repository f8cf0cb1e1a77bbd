import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommandRunner } from '@foundation/event-store';
import { type ImportId, isUuid } from '@foundation/kernel';
import { importRecordDecider, importStream } from './import-record';
import type { ImportReport, ImportRequest, RosterImporter } from './roster-importer';

export interface ImportStatus {
  readonly import: ImportId;
  readonly status: 'running' | 'finished' | 'failed' | 'interrupted';
  readonly done: number;
  readonly total: number;
  readonly report?: ImportReport;
}

/** Runs imports one after another and remembers how each went: while it runs in memory, afterwards as a report beside the log. */
export class RosterImports {
  private readonly running = new Map<ImportId, ImportStatus>();
  private queue: Promise<void> = Promise.resolve();

  constructor(
    private readonly importer: RosterImporter,
    private readonly runner: CommandRunner,
    /** Folder of the reports; they name files, lines and columns, never a person. */
    private readonly folder: string,
    private readonly failed: (id: ImportId, error: unknown) => void,
  ) {}

  /** Starts an import, or answers how the one with this id stands. */
  async start(request: ImportRequest): Promise<ImportStatus> {
    const known = await this.status(request.import);
    if (known && known.status !== 'interrupted') return known;
    const begun: ImportStatus = { import: request.import, status: 'running', done: 0, total: 0 };
    this.running.set(request.import, begun);
    this.queue = this.queue.then(() => this.run(request));
    return begun;
  }

  async status(id: ImportId): Promise<ImportStatus | undefined> {
    const running = this.running.get(id);
    if (running) return running;
    const report = await this.readReport(id);
    if (report) return { import: id, status: 'finished', done: 1, total: 1, report };
    const { state } = await this.runner.load(importRecordDecider, importStream(id));
    return state.status === 'started' ? { import: id, status: 'interrupted', done: 0, total: 0 } : undefined;
  }

  /** Imports begun and not finished. */
  get unfinished(): number {
    return [...this.running.values()].filter(({ status }) => status === 'running').length;
  }

  /** Resolves when nothing is running. */
  async idle(): Promise<void> {
    await this.queue;
  }

  private async run(request: ImportRequest): Promise<void> {
    const id = request.import;
    try {
      const report = await this.importer.run(request, (done, total) =>
        this.running.set(id, { import: id, status: 'running', done, total }),
      );
      await this.writeReport(report);
      this.running.delete(id);
    } catch (error) {
      this.failed(id, error);
      this.running.set(id, { import: id, status: 'failed', done: 0, total: 0 });
    }
  }

  private path(id: ImportId): string {
    return join(this.folder, `${id}.json`);
  }

  private async writeReport(report: ImportReport): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const path = this.path(report.import);
    await writeFile(`${path}.new`, JSON.stringify(report));
    await rename(`${path}.new`, path);
  }

  private async readReport(id: ImportId): Promise<ImportReport | undefined> {
    if (!isUuid(id)) return undefined;
    try {
      return JSON.parse(await readFile(this.path(id), 'utf8')) as ImportReport;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }
}
