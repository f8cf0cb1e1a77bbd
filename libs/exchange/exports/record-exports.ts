import { createHash } from 'node:crypto';
import { addDays, inZone, localDateOf } from '@foundation/calendar';
import type { CommandContext, CommandOutcome, CommandRunner, Journal } from '@foundation/event-store';
import { Hopeless, type JobQueue, type Policy, type Progress, type RunningJob } from '@foundation/jobs';
import {
  type ActorId,
  type Clock,
  type CommandId,
  derivedId,
  type ExportId,
  type Instant,
  type LocalDate,
  type RecordedEvent,
  RefusalError,
  type StaffId,
  type StudentId,
} from '@foundation/kernel';
import { DESTROYED, type DataKey, type KeyRing, SubjectErased } from '@foundation/privacy';
import type { ViewReader } from '@foundation/view-store';
import { DirectoryQuery } from '@views/directory';
import { PlanQuery } from '@views/plan';
import { type TimelineLine, TimelineQuery } from '@views/timeline';
import { type ArchiveInput, type BuildArchive, buildArchive } from './archive';
import { type ExportsEvent, exportsEvents } from './events';
import { exportDecider, type ExportState, exportStream, refuse } from './export';
import { ExportFiles, type KeptFile } from './export-files';
import { exportJobId, produceExport, producingExports } from './jobs';

export interface ExportsParts {
  readonly runner: CommandRunner;
  readonly journal: Journal;
  readonly views: ViewReader;
  readonly keys: Pick<KeyRing, 'find' | 'onDestroyed'>;
  readonly queue: JobQueue;
  readonly clock: Clock;
  /** The district's IANA zone. */
  readonly zone: string;
  /** Folder of the archives. */
  readonly folder: string;
  /** How an archive is laid out: here, or in a thread of its own. */
  readonly build?: BuildArchive;
}

/** `waiting` and `running` come from the queue; `failed` waits for somebody to look at the dead jobs; `dropped` was kept for its days. */
export type ExportStanding = 'waiting' | 'running' | 'ready' | 'failed' | 'dropped';

export interface ExportStatus {
  readonly export: ExportId;
  readonly student: StudentId;
  readonly requestedBy: ActorId;
  readonly requestedAt: Instant;
  readonly askedOn: LocalDate;
  /** The day by which the family must have it. */
  readonly dueOn: LocalDate;
  readonly status: ExportStanding;
  readonly progress: Progress;
  readonly producedAt?: Instant;
  readonly keptUntil?: LocalDate;
  readonly bytes?: number;
  readonly sha256?: string;
}

/** How long an archive lies ready. */
export const KEPT_DAYS = 30;
/** An archive that no event names is the work of a job that came twice, or is about to be named. */
const UNNAMED_MS = 24 * 3_600_000;
const VIEWS_MS = 60_000;
const PAGE = 200;
const NOTHING: Progress = { done: 0, total: 0 };

/** Copies of a child's whole record: asked for, produced by a job, handed out for some days. */
export class RecordExports {
  private readonly files: ExportFiles;
  private readonly directory: DirectoryQuery;
  private readonly plans: PlanQuery;
  private readonly timeline: TimelineQuery;

  constructor(private readonly parts: ExportsParts) {
    const { views, journal, folder, keys } = parts;
    this.files = new ExportFiles(folder);
    this.directory = new DirectoryQuery(views);
    this.plans = new PlanQuery(views, journal);
    this.timeline = new TimelineQuery(views, this.directory, this.plans);
    keys.onDestroyed((subject) => this.files.dropAll(subject));
  }

  /** Registers the job. Answers the policy that asks for it. */
  work(): Policy {
    this.parts.queue.handle(produceExport, (job) => this.produce(job));
    return producingExports(this.parts.queue, async (student) => (await this.parts.keys.find(student)) === DESTROYED);
  }

  request(
    { export: id, student, askedOn }: { readonly export: ExportId; readonly student: StudentId; readonly askedOn?: LocalDate },
    context: CommandContext,
  ): Promise<CommandOutcome> {
    const today = localDateOf(context.occurredAt);
    const command = { kind: 'request', export: id, student, askedOn: askedOn ?? today, today } as const;
    return this.parts.runner.handle(exportDecider, { stream: exportStream(id), student }, command, context);
  }

  /** Undefined when the child has no such export. */
  async status(student: StudentId, id: ExportId): Promise<ExportStatus | undefined> {
    const state = await this.stateOf(student, id);
    return state && this.shown(state);
  }

  /** Every copy that was ever asked for, newest first. */
  async list(student: StudentId): Promise<readonly ExportStatus[]> {
    const events = await this.parts.journal.readStudent(student, { types: exportsEvents.map(({ type }) => type) });
    const states = new Map<string, ExportState>();
    for (const event of events as readonly RecordedEvent<ExportsEvent>[]) {
      states.set(event.stream, exportDecider.evolve(states.get(event.stream), event));
    }
    return Promise.all([...states.values()].reverse().flatMap((state) => (state ? [this.shown(state)] : [])));
  }

  /** The archive in clear. Undefined when the child has no such export. @throws RefusalError while it is not ready, and once it is gone */
  async content(student: StudentId, id: ExportId): Promise<Buffer | undefined> {
    const state = await this.stateOf(student, id);
    if (!state) return undefined;
    if (!state.produced) throw new RefusalError(refuse('export-not-ready', 'Ask how it stands, and fetch it when it is ready.'));
    const key = await this.parts.keys.find(student);
    if (key === undefined || key === DESTROYED) return undefined;
    const archive = this.isOver(state.produced) ? undefined : await this.files.read(state.produced, key);
    if (!archive) throw new RefusalError(refuse('export-dropped', 'Ask for another copy.'));
    return archive;
  }

  /** Drops archives whose days are over, whose child was erased, or that no event names. Safe to run at any time, and twice. */
  async sweep(): Promise<number> {
    let dropped = 0;
    for (const file of await this.files.list()) {
      if (await this.isWanted(file)) continue;
      await this.files.drop(file);
      dropped++;
    }
    return dropped;
  }

  private async stateOf(student: StudentId, id: ExportId): Promise<ExportState> {
    const { state } = await this.parts.runner.load(exportDecider, exportStream(id));
    return state?.student === student ? state : undefined;
  }

  private async shown(state: NonNullable<ExportState>): Promise<ExportStatus> {
    const { export: id, student, by: requestedBy, at: requestedAt, askedOn, dueOn, produced } = state;
    const asked = { export: id, student, requestedBy, requestedAt, askedOn, dueOn };
    if (produced) {
      const { at: producedAt, keptUntil, bytes, sha256 } = produced;
      const status = this.isOver(produced) ? 'dropped' : 'ready';
      return { ...asked, status, progress: { done: 1, total: 1 }, producedAt, keptUntil, bytes, sha256 };
    }
    // What the queue says helps to wait; that it is owed stands in the log, whatever became of the queue.
    const job = await this.parts.queue.status(produceExport, exportJobId(id)).catch(() => undefined);
    const status = job?.state === 'dead' ? 'failed' : job?.state === 'running' ? 'running' : 'waiting';
    return { ...asked, status, progress: job?.progress ?? NOTHING };
  }

  private async produce({ payload, progress, signal }: RunningJob<{ export: ExportId; student: StudentId }>): Promise<void> {
    const { export: id, student } = payload;
    const state = await this.stateOf(student, id);
    // A node's own log may not have the request yet: the next try will.
    if (!state) throw new NotYetHere();
    if (state.produced) return;
    const key = await this.keyOf(student);
    const input = await this.gather(student);
    const { build = buildArchive, clock, zone, runner } = this.parts;
    const archive = await build(input, (done, total) => progress({ done, total }), signal);
    const sha256 = createHash('sha256').update(archive).digest('hex');
    const file = { student, export: id, sha256 };
    await this.files.write(file, archive, key);
    const recordedAt = clock.now();
    const occurredAt = inZone(recordedAt, zone);
    const keptUntil = addDays(localDateOf(occurredAt), KEPT_DAYS);
    const produced = { kind: 'produced', ...file, bytes: archive.length, events: input.events.length, keptUntil } as const;
    // Derived from the export: produced by two jobs at once, it is recorded once.
    const commandId = derivedId<CommandId>(id, 'produced');
    const context: CommandContext = { commandId, correlationId: id, actor: 'system', occurredAt, recordedAt };
    try {
      await runner.handle(exportDecider, { stream: exportStream(id), student }, produced, context);
    } catch (error) {
      if (!(error instanceof SubjectErased)) throw error;
      this.files.dropAll(student);
      throw new Hopeless();
    }
  }

  private async gather(student: StudentId): Promise<ArchiveInput> {
    const { journal, views, clock, zone } = this.parts;
    await views.waitFor(await journal.head(), VIEWS_MS);
    const events = await journal.readStudent(student);
    const lines = this.lines(student);
    const entry = this.directory.student(student);
    if (!entry || 'erasedAt' in entry) throw new Hopeless();
    const now = clock.now();
    const cover = {
      name: [entry.givenName, entry.middleName, entry.familyName].filter(Boolean).join(' '),
      producedOn: localDateOf(inZone(now, zone)),
      zone,
    };
    const actors = new Set([...events.map(({ meta }) => meta.actor), ...lines.map(({ author }) => author)]);
    return { cover, events, lines, plans: this.plans.ofStudent(student), names: this.namesOf(actors), at: now };
  }

  private lines(student: StudentId): readonly TimelineLine[] {
    const lines: TimelineLine[] = [];
    const scope = { records: 'all', sessionNotes: true, staff: 'system' as string as StaffId } as const;
    for (let cursor: string | undefined; ;) {
      const page = this.timeline.timeline(student, { cursor, limit: PAGE }, scope);
      lines.push(...page.items);
      if (page.next === undefined) return lines;
      cursor = page.next;
    }
  }

  private namesOf(actors: ReadonlySet<ActorId>): Record<string, string> {
    const named = [...actors].map((actor) => {
      if (actor === 'system') return [actor, 'the service'] as const;
      const { givenName, familyName } = this.directory.staffMember(actor) ?? {};
      return [actor, [givenName, familyName].filter(Boolean).join(' ') || actor] as const;
    });
    return Object.fromEntries(named);
  }

  /** @throws Hopeless when the child was erased */
  private async keyOf(student: StudentId): Promise<DataKey> {
    const key = await this.parts.keys.find(student);
    if (key === undefined || key === DESTROYED) throw new Hopeless();
    return key;
  }

  private isOver({ keptUntil }: { readonly keptUntil: LocalDate }): boolean {
    const { clock, zone } = this.parts;
    return localDateOf(inZone(clock.now(), zone)) > keptUntil;
  }

  private async isWanted(file: KeptFile): Promise<boolean> {
    if ((await this.parts.keys.find(file.student)) === DESTROYED) return false;
    const state = await this.stateOf(file.student, file.export);
    if (state?.produced?.sha256 === file.sha256) return !this.isOver(state.produced);
    return Date.parse(this.parts.clock.now()) - file.writtenAt.getTime() < UNNAMED_MS;
  }
}

class NotYetHere extends Error {}
