import { createSecretKey, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { peopleEvents } from '@case/people/events';
import { schoolsEvents } from '@case/schools/events';
import { studentsEvents } from '@case/students/events';
import { EventCatalogue, JournalCommandRunner, LogJournal, SqliteEventStore } from '@foundation/event-store';
import { type ImportId, newId, type RecordedEvent, START } from '@foundation/kernel';
import { KeyRing, MasterKey, privacyEvents } from '@foundation/privacy';
import { fixedClock } from '@foundation/testing';
import { rosteringEvents } from './events';
import type { Finding } from './findings';
import { type ImportReport, type ImportRequest, RosterImporter } from './roster-importer';
import { RosterIds } from './roster-ids';
import { textFile } from './source-file';

/** CSV by file name without `.csv`; rows as cells, the first is the header. */
export type Csv = Readonly<Record<string, readonly string[]>>;

export interface Imported {
  readonly report: ImportReport;
  readonly findings: readonly Finding[];
  /** `created student users.csv:3`, `left class classes.csv`. */
  readonly lines: readonly string[];
}

/** A district's log for tests of importing: real rules, real sealing, a folder of its own. */
export class TestDistrict {
  private readonly folder = mkdtempSync(join(tmpdir(), 'throughline-roster-'));
  private readonly master = new MasterKey(createSecretKey(randomBytes(32)));
  private readonly clock = fixedClock();
  readonly store = SqliteEventStore.open(this.folder, { mode: 'write' });
  private readonly keys = new KeyRing(this.store, this.master, this.clock);
  readonly journal = new LogJournal(
    this.store,
    new EventCatalogue([...privacyEvents, ...schoolsEvents, ...peopleEvents, ...studentsEvents, ...rosteringEvents]),
    this.keys,
  );
  readonly runner = new JournalCommandRunner(this.journal, this.keys);
  readonly ids = new RosterIds(this.store.logId);
  readonly importer = new RosterImporter({
    store: this.store,
    journal: this.journal,
    runner: this.runner,
    clock: this.clock,
    zone: 'America/New_York',
  });

  async import(csv: Csv, options: Partial<Pick<ImportRequest, 'import' | 'dryRun' | 'confirm'>> = {}): Promise<Imported> {
    const files = Object.entries(csv).map(([name, rows]) => textFile(`${name}.csv`, `${rows.join('\n')}\n`));
    const findings: Finding[] = [];
    const id = newId<ImportId>();
    const request: ImportRequest = { import: id, by: 'system', correlationId: 'test', dryRun: false, files, ...options };
    const report = await this.importer.run(request, { finding: (finding) => findings.push(finding) });
    const lines = findings.map(({ outcome, what, file, line }) => `${outcome} ${what} ${file}${line === undefined ? '' : `:${line}`}`);
    return { report, findings, lines };
  }

  /** The last event of each type in a stream, in clear. */
  async events(stream: string): Promise<readonly RecordedEvent[]> {
    return this.journal.read(stream);
  }

  /** Every stream but keys and imports: types and data, with ids of this log written as what they were derived from. */
  async streams(sourcedIds: readonly string[]): Promise<Readonly<Record<string, readonly unknown[]>>> {
    const names = new Map(
      sourcedIds.flatMap((one) => [
        [this.ids.school(one), `org ${one}`],
        [this.ids.term(one), `term ${one}`],
        [this.ids.class(one), `class ${one}`],
        [this.ids.person(one), `user ${one}`],
        [this.ids.enrolment(one), `enrolment ${one}`],
      ]) as [string, string][],
    );
    const named = (text: string): string => text.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, (id) => names.get(id) ?? id);
    const streams: Record<string, unknown[]> = {};
    for (let after = START; ;) {
      const page = await this.store.readAll({ after, limit: 500 });
      for (const event of await this.journal.open(page)) {
        if (/^(key|rosterImport)-/.test(event.stream)) continue;
        (streams[named(event.stream)] ??= []).push(JSON.parse(named(JSON.stringify({ type: event.type, data: event.data }))));
      }
      const last = page.at(-1);
      if (!last) return streams;
      after = last.position;
    }
  }

  /** The log as it lies on disk: what is sealed cannot be read in it. */
  async stored(): Promise<string> {
    const page = await this.store.readAll({ after: START, limit: 10_000 });
    return JSON.stringify(page.map(({ data }) => data));
  }

  async close(): Promise<void> {
    await this.store.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
