import type { ImportId } from '@foundation/kernel';
import type { ImportReports } from './import-reports';
import type { ImportStatus } from './import-status';
import type { Importer, ImportProgress, ImportReport, ImportRequest } from './roster-importer';

/** Where imports are run. */
export interface ImportRuns {
  /** Begun, and goes on without the caller. */
  begin(request: ImportRequest): Promise<void>;
  /** How a begun import goes, until its report stands; undefined for one that nobody runs. */
  standing(id: ImportId): Promise<ImportStatus | undefined>;
}

/** Runs an import with its report. */
export async function runWithReport(
  importer: Importer,
  reports: ImportReports,
  request: ImportRequest,
  progress: (progress: ImportProgress) => void,
): Promise<ImportReport> {
  const writer = await reports.writer(request.import);
  try {
    const report = await importer.run(request, { progress, finding: (finding) => writer.add(finding) });
    await writer.end(report);
    return report;
  } catch (error) {
    await writer.close().catch(() => undefined);
    throw error;
  }
}

/** In this process, one after another; what runs is remembered in memory. */
export class InProcessImports implements ImportRuns {
  private readonly known = new Map<ImportId, ImportStatus>();
  private queue: Promise<void> = Promise.resolve();

  constructor(
    private readonly importer: Importer,
    private readonly reports: ImportReports,
    private readonly failed: (id: ImportId, error: unknown) => void,
  ) {}

  async begin(request: ImportRequest): Promise<void> {
    this.known.set(request.import, { import: request.import, status: 'running', phase: 'waiting', done: 0, total: 0 });
    this.queue = this.queue.then(() => this.run(request));
  }

  async standing(id: ImportId): Promise<ImportStatus | undefined> {
    return this.known.get(id);
  }

  /** Imports begun and not finished. */
  get unfinished(): number {
    return [...this.known.values()].filter(({ status }) => status === 'running').length;
  }

  /** Resolves when nothing is running. */
  async idle(): Promise<void> {
    await this.queue;
  }

  private async run(request: ImportRequest): Promise<void> {
    const id = request.import;
    try {
      await runWithReport(this.importer, this.reports, request, (progress) =>
        this.known.set(id, { import: id, status: 'running', ...progress }),
      );
      this.known.delete(id);
    } catch (error) {
      this.failed(id, error);
      this.known.set(id, { import: id, status: 'failed', done: 0, total: 0 });
    }
  }
}
