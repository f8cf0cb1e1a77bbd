import { LRUCache } from 'lru-cache';
import type { CommandRunner, EventStore } from '@foundation/event-store';
import type { ImportId } from '@foundation/kernel';
import type { Outcome } from './findings';
import { type Comparison, compareImports, type PastImport, pastImports } from './import-history';
import { importRecordDecider, importStream } from './import-record';
import type { FindingsPage, ImportReports } from './import-reports';
import type { ImportRuns } from './import-runs';
import type { ImportStatus } from './import-status';
import type { ImportRequest } from './roster-importer';

/** An import of the list: as the log has it, and how it stands. */
export interface ListedImport extends Omit<PastImport, 'status'> {
  readonly status: ImportStatus['status'];
}

export interface ImportsParts {
  readonly runs: ImportRuns;
  readonly reports: ImportReports;
  readonly runner: CommandRunner;
  readonly store: EventStore;
  /** Resolves once reads here show all that was recorded until now; rejects when that takes too long. */
  readonly shown: () => Promise<void>;
}

/** Begins imports and says how each stands or went: as it runs, by its report beside the log, by the log. */
export class RosterImports {
  /** Ended imports that this process was asked about. */
  private readonly seen = new LRUCache<ImportId, true>({ max: 100 });

  constructor(private readonly parts: ImportsParts) {}

  /** Starts an import, or answers how the one with this id stands; one that failed, was interrupted or is confirmed now begins (again). */
  async start(request: ImportRequest): Promise<ImportStatus> {
    const known = await this.status(request.import);
    if (known && (known.status === 'running' || known.status === 'finished')) return known;
    if (known?.status === 'needs-confirmation' && !request.confirm) return known;
    await this.parts.reports.forget(request.import);
    this.seen.delete(request.import);
    await this.parts.runs.begin(request);
    return { import: request.import, status: 'running', phase: 'waiting', done: 0, total: 0 };
  }

  async status(id: ImportId): Promise<ImportStatus | undefined> {
    const running = await this.parts.runs.standing(id);
    if (running) return running;
    const report = await this.parts.reports.summary(id);
    if (report) {
      await this.show(id);
      const status = report.status === 'stopped' ? 'needs-confirmation' : 'finished';
      return { import: id, status, done: 1, total: 1, report };
    }
    const { state } = await this.parts.runner.load(importRecordDecider, importStream(id));
    // Its report is lost, or was made by a command line on another folder: what the log says stands.
    if (state.status === 'finished') return { import: id, status: 'finished', done: 1, total: 1 };
    return state.status === 'started' ? { import: id, status: 'interrupted', done: 0, total: 0 } : undefined;
  }

  findings(id: ImportId, options: { readonly cursor?: string; readonly limit: number; readonly outcome?: Outcome }): Promise<FindingsPage> {
    return this.parts.reports.page(id, options);
  }

  /** Every import that recorded something, newest first. */
  async list(): Promise<readonly ListedImport[]> {
    const past = await pastImports(this.parts.store);
    return Promise.all(past.map(async (one) => ({ ...one, status: await this.standing(one) })).reverse());
  }

  /** An import beside an earlier one, the one before it when none is named. Undefined when one of them is not on the record. */
  async compare(id: ImportId, earlier?: ImportId): Promise<Comparison | undefined> {
    const past = await pastImports(this.parts.store);
    const index = past.findIndex((one) => one.import === id);
    const now = past[index];
    const before = earlier === undefined ? past[index - 1] : past.find((one) => one.import === earlier);
    return now && before && compareImports(before, now);
  }

  /** Whoever is told that it has finished looks at what came of it; what a halted view does not show is told by the view. */
  private async show(id: ImportId): Promise<void> {
    if (this.seen.has(id)) return;
    await this.parts.shown().catch(() => undefined);
    this.seen.set(id, true);
  }

  private async standing({ import: id, status }: PastImport): Promise<ImportStatus['status']> {
    // Its report may be here before this node's copy of the log says so.
    if (status === 'finished' || (await this.parts.reports.summary(id))?.status === 'finished') return 'finished';
    return (await this.parts.runs.standing(id))?.status ?? 'interrupted';
  }
}
