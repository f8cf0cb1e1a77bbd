import type { CommandRunner, EventStore, Journal } from '@foundation/event-store';
import type { Clock, DomainEvent, ImportId } from '@foundation/kernel';
import { type Applied, Applier, type ImportContext } from './applier';
import type { ImportCounts } from './events';
import type { Finding, Outcome } from './findings';
import { importRecordDecider, importStream } from './import-record';
import { OnRecord } from './on-record';
import { Pace } from './pace';
import { readRoster, type Roster } from './roster';
import { RosterIds } from './roster-ids';
import type { SourceFile } from './source-file';
import { type Place, type Step, Steps } from './steps';

export interface ImportRequest extends ImportContext {
  readonly files: readonly SourceFile[];
  /** Somebody looked at what stopped the import before, and it is meant. */
  readonly confirm?: boolean;
}

/** How an import ended. Its findings went, one by one, to whoever started it. */
export interface ImportReport {
  readonly import: ImportId;
  readonly dryRun: boolean;
  /** `stopped`: nothing was recorded, it waits for a confirmation. */
  readonly status: 'finished' | 'stopped';
  readonly version: '1.1' | '1.2';
  readonly counts: ImportCounts;
  /** What waits for a confirmation, or was confirmed. */
  readonly doubts: number;
}

export interface ImportProgress {
  /** Bytes are read; streams are checked and recorded. */
  readonly phase: 'reading' | 'checking' | 'recording';
  readonly done: number;
  readonly total: number;
}

export interface ImportWatcher {
  readonly progress?: (progress: ImportProgress) => void;
  readonly finding?: (finding: Finding) => void;
}

/** Runs one import. */
export interface Importer {
  /** @throws StoreUnavailable when the log cannot be written: what is recorded by then stays, and the same files again do the rest. */
  run(request: ImportRequest, watcher?: ImportWatcher): Promise<ImportReport>;
}

export interface ImporterParts {
  readonly store: EventStore;
  readonly journal: Journal;
  readonly runner: CommandRunner;
  readonly clock: Clock;
  readonly zone: string;
  /** Streams in flight at once; few where the thread serves requests too. */
  readonly inFlight?: number;
}

/** Appends of streams in flight share a flush to disk, and a turn of the loop stays short. */
const IN_FLIGHT = 16;

/**
 * Imports a OneRoster set: every row that can be taken becomes events of its own stream, every other one a finding. People whom a bulk file
 * no longer names are marked as having left; nothing is erased. What only a person can judge stops it before it records anything.
 */
export class RosterImporter implements Importer {
  constructor(private readonly parts: ImporterParts) {}

  /** @throws StoreUnavailable when the log cannot be written: what is recorded by then stays, and the same files again do the rest. */
  async run(request: ImportRequest, watcher: ImportWatcher = {}): Promise<ImportReport> {
    const { store, journal, clock, zone, inFlight = IN_FLIGHT } = this.parts;
    const applier = new Applier(journal, clock, zone, request);
    const ids = new RosterIds(store.logId);
    const record = await OnRecord.read(store, ids);
    const total = request.files.reduce((sum, file) => sum + file.bytes, 0);
    const roster = await readRoster(request.files, record, (done) => watcher.progress?.({ phase: 'reading', done, total }));
    const run = new ImportRun(applier, await Steps.of(roster, record, ids), request, watcher);
    for (const finding of roster.findings) run.tell(finding);
    await run.check();
    const { dryRun } = request;
    const status = run.stopped ? 'stopped' : 'finished';
    if (!dryRun && !run.stopped) {
      await this.started(request, roster, run.doubts, applier);
      await run.record(inFlight);
      await this.finished(request, run.counts, applier);
    }
    return { import: request.import, dryRun, status, version: roster.version, counts: run.counts, doubts: run.doubts };
  }

  private async started(request: ImportRequest, roster: Roster, doubts: number, applier: Applier): Promise<void> {
    const stream = importStream(request.import);
    const started = {
      import: request.import,
      by: request.by,
      version: roster.version,
      files: roster.files.map(({ name, ...facts }) => ({ ...facts, name: name.slice(0, 120) })),
      ...(doubts > 0 && { confirmed: true }),
    };
    await this.parts.runner.handle(importRecordDecider, { stream }, { kind: 'start', started }, applier.contextOf(`${stream}/start`));
  }

  private async finished(request: ImportRequest, counts: ImportCounts, applier: Applier): Promise<void> {
    const stream = importStream(request.import);
    const command = { kind: 'finish', import: request.import, counts } as const;
    await this.parts.runner.handle(importRecordDecider, { stream }, command, applier.contextOf(`${stream}/finish`));
  }
}

/** One pass over one roster. */
class ImportRun {
  private readonly tally: Record<Outcome, number> = { stopped: 0, refused: 0, warning: 0, left: 0, changed: 0, created: 0 };
  private unchanged = 0;
  /** Streams that the check has settled: nothing to append. */
  private readonly settled = new Set<string>();
  doubts = 0;

  constructor(
    private readonly applier: Applier,
    private readonly steps: Steps,
    private readonly request: Pick<ImportRequest, 'dryRun' | 'confirm'>,
    private readonly watcher: ImportWatcher,
  ) {}

  get stopped(): boolean {
    return this.doubts > 0 && !this.request.confirm && !this.request.dryRun;
  }

  get counts(): ImportCounts {
    const { created, changed, left, refused, warning } = this.tally;
    return { created, changed, unchanged: this.unchanged, left, refused, warnings: warning };
  }

  tell(finding: Finding): void {
    this.tally[finding.outcome] += 1;
    this.watcher.finding?.(finding);
  }

  /** Everything that is decided without appending: a dry run whole; else what is on the record, so that a doubt comes before the first append. */
  async check(): Promise<void> {
    const pace = new Pace();
    for (const doubt of this.steps.doubts) this.doubt(doubt);
    let index = 0;
    for (const step of this.request.dryRun ? this.steps.all() : this.steps.recorded()) {
      if (step.onRecord || this.request.dryRun) {
        const { doubt, ...decided } = await step.examine(this.applier);
        if (doubt) this.doubt(doubt);
        const settled = decided.events.length === 0;
        if (settled) this.settled.add(step.stream);
        if (settled || this.request.dryRun) this.report(step, decided);
      }
      this.progress('checking', ++index);
      await pace.breathe();
    }
    for (const finding of this.steps.findings) this.tell(finding);
  }

  async record(inFlight: number): Promise<void> {
    const steps = this.steps.all();
    const pace = new Pace();
    let index = 0;
    const lane = async (): Promise<void> => {
      for (let next = steps.next(); !next.done; next = steps.next()) {
        const step = next.value;
        if (!this.settled.has(step.stream)) this.report(step, await step.apply(this.applier));
        this.progress('recording', ++index);
        await pace.breathe();
      }
    };
    const ended = await Promise.allSettled(Array.from({ length: inFlight }, lane));
    const failed = ended.find((one) => one.status === 'rejected');
    if (failed) throw failed.reason;
  }

  private doubt(doubt: Finding): void {
    this.doubts += 1;
    this.tell(this.request.confirm ? { ...doubt, outcome: 'warning' } : doubt);
  }

  private progress(phase: ImportProgress['phase'], done: number): void {
    const total = Math.max(this.steps.size, done);
    this.watcher.progress?.({ phase, done, total });
  }

  private report({ what, place, places }: Step, { events, fresh, refusal }: Applied): void {
    if (refusal) return this.tell({ outcome: 'refused', what, why: `${refusal.title}. ${refusal.detail}`, ...at(place) });
    if (events.length === 0) this.unchanged += 1;
    for (const event of events) {
      const outcome = event.type.endsWith('left-roster') ? 'left' : fresh ? 'created' : 'changed';
      const parts = partsOf(event);
      if (!parts) this.tell({ outcome, what, ...at(place) });
      for (const part of parts ?? [])
        this.tell({ outcome: part.ends ? 'left' : 'created', what: part.what, ...at(places?.get(part.id) ?? place) });
    }
  }
}

const at = ({ file, line }: Place): Pick<Finding, 'file' | 'line'> => (line === undefined ? { file } : { file, line });

interface Part {
  readonly what: string;
  readonly id: string;
  readonly ends: boolean;
}

/** Enrolments and guardians have rows of their own though their events stand in another's stream, and one event may hold many. */
function partsOf({ type, data }: DomainEvent): readonly Part[] | undefined {
  switch (type) {
    case 'students.enrolled':
    case 'students.unenrolled': {
      const { enrolments } = data as { readonly enrolments: readonly { readonly enrolment: string }[] };
      return enrolments.map(({ enrolment }) => ({ what: 'enrolment', id: enrolment, ends: type === 'students.unenrolled' }));
    }
    case 'people.class-assigned':
    case 'people.class-unassigned': {
      const { enrolment } = data as { readonly enrolment: string };
      return [{ what: 'enrolment', id: enrolment, ends: type === 'people.class-unassigned' }];
    }
    case 'students.guardian-linked':
    case 'students.guardian-unlinked': {
      const { guardian } = data as { readonly guardian: string };
      return [{ what: 'guardian', id: guardian, ends: type === 'students.guardian-unlinked' }];
    }
    default:
      return undefined;
  }
}
