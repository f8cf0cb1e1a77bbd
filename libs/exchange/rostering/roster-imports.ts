import type { CommandRunner, EventStore } from '@foundation/event-store';
import type { ImportId } from '@foundation/kernel';
import type { Outcome } from './findings';
import { type Comparison, compareImports, type PastImport, pastImports } from './import-history';
import { importRecordDecider, importStream } from './import-record';
import { type FindingsPage, ImportReports } from './import-reports';
import type { Importer, ImportProgress, ImportReport, ImportRequest } from './roster-importer';

export interface ImportStatus {
  readonly import: ImportId;
  /** `needs-confirmation`: nothing was recorded; `interrupted`: the service ended before it did, and the same files again do the rest. */
  readonly status: 'running' | 'finished' | 'needs-confirmation' | 'failed' | 'interrupted';
  /** Of a running import. */
  readonly phase?: 'waiting' | ImportProgress['phase'];
  readonly done: number;
  readonly total: number;
  readonly report?: ImportReport;
}

/** An import of the list: as the log has it, and how it stands. */
export interface ListedImport extends Omit<PastImport, 'status'> {
  readonly status: ImportStatus['status'];
}

export interface ImportsParts {
  readonly importer: Importer;
  readonly runner: CommandRunner;
  readonly store: EventStore;
  /** Folder of the reports. */
  readonly folder: string;
  readonly failed: (id: ImportId, error: unknown) => void;
  /** Resolves once reads show all that was recorded until now; rejects when that takes too long. */
  readonly shown: () => Promise<void>;
}

/** Runs imports one after another and remembers how each went: while it runs in memory, afterwards as a report beside the log. */
export class RosterImports {
  private readonly running = new Map<ImportId, ImportStatus>();
  private readonly reports: ImportReports;
  private queue: Promise<void> = Promise.resolve();

  constructor(private readonly parts: ImportsParts) {
    this.reports = new ImportReports(parts.folder);
  }

  /** Starts an import, or answers how the one with this id stands; one that failed, was interrupted or is confirmed now begins (again). */
  async start(request: ImportRequest): Promise<ImportStatus> {
    const known = await this.status(request.import);
    if (known && (known.status === 'running' || known.status === 'finished')) return known;
    if (known?.status === 'needs-confirmation' && !request.confirm) return known;
    const begun: ImportStatus = { import: request.import, status: 'running', phase: 'waiting', done: 0, total: 0 };
    this.running.set(request.import, begun);
    this.queue = this.queue.then(() => this.run(request));
    return begun;
  }

  async status(id: ImportId): Promise<ImportStatus | undefined> {
    const running = this.running.get(id);
    if (running) return running;
    const report = await this.reports.summary(id);
    if (report) {
      const status = report.status === 'stopped' ? 'needs-confirmation' : 'finished';
      return { import: id, status, done: 1, total: 1, report };
    }
    const { state } = await this.parts.runner.load(importRecordDecider, importStream(id));
    // Its report is lost, or was made by a command line on another folder: what the log says stands.
    if (state.status === 'finished') return { import: id, status: 'finished', done: 1, total: 1 };
    return state.status === 'started' ? { import: id, status: 'interrupted', done: 0, total: 0 } : undefined;
  }

  /** Imports begun and not finished. */
  get unfinished(): number {
    return [...this.running.values()].filter(({ status }) => status === 'running').length;
  }

  findings(id: ImportId, options: { readonly cursor?: string; readonly limit: number; readonly outcome?: Outcome }): Promise<FindingsPage> {
    return this.reports.page(id, options);
  }

  /** Every import that recorded something, newest first. */
  async list(): Promise<readonly ListedImport[]> {
    const past = await pastImports(this.parts.store);
    return past.map((one) => ({ ...one, status: this.standing(one) })).reverse();
  }

  /** An import beside an earlier one, the one before it when none is named. Undefined when one of them is not on the record. */
  async compare(id: ImportId, earlier?: ImportId): Promise<Comparison | undefined> {
    const past = await pastImports(this.parts.store);
    const index = past.findIndex((one) => one.import === id);
    const now = past[index];
    const before = earlier === undefined ? past[index - 1] : past.find((one) => one.import === earlier);
    return now && before && compareImports(before, now);
  }

  /** Resolves when nothing is running. */
  async idle(): Promise<void> {
    await this.queue;
  }

  private standing({ import: id, status }: PastImport): ImportStatus['status'] {
    if (status === 'finished') return 'finished';
    return this.running.get(id)?.status ?? 'interrupted';
  }

  private async run(request: ImportRequest): Promise<void> {
    const id = request.import;
    try {
      const writer = await this.reports.writer(id);
      try {
        const report = await this.parts.importer.run(request, {
          progress: (progress) => this.running.set(id, { import: id, status: 'running', ...progress }),
          finding: (finding) => writer.add(finding),
        });
        await writer.end(report);
        // Whoever is told that it has finished looks at what came of it; what a halted view does not show is told by the view.
        await this.parts.shown().catch(() => undefined);
      } catch (error) {
        await writer.close().catch(() => undefined);
        throw error;
      }
      this.running.delete(id);
    } catch (error) {
      this.parts.failed(id, error);
      this.running.set(id, { import: id, status: 'failed', done: 0, total: 0 });
    }
  }
}
