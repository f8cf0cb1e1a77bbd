import { type JobQueue, reasonOf, type RunningJob } from '@foundation/jobs';
import type { Clock, NodeId } from '@foundation/kernel';
import { type OnStep, type ViewsOutcome, type ViewsWork, WorkCutShort } from '@foundation/view-store';
import type { ViewJobBook } from './job-book';
import { isEnded, resultOf, type ViewJob, type ViewJobId, viewJobOn } from './view-job';

export interface ViewJobWorkerParts {
  readonly book: ViewJobBook;
  readonly node: NodeId;
  /** Of this node: one that was made with `viewJobOn(node)`. */
  readonly queue: JobQueue;
  readonly clock: Clock;
  /** Carries the work out, beside the views that serve. @throws when it was stopped or the machine failed */
  readonly work: (work: ViewsWork, onStep: OnStep, signal: AbortSignal) => Promise<ViewsOutcome>;
  /** Resolves once readers are on the file; rejects when that takes too long. */
  readonly switchedTo: (file: string) => Promise<void>;
}

/** Between two words of a running job. */
const TELL_MS = 100;
const NOT_YET = 'It is built, and readers have not gone over to it yet: they do when the projecting thread runs.';

/** Does what a node is asked for, one after another, and keeps the book of it. */
export class ViewJobWorker {
  constructor(private readonly parts: ViewJobWorkerParts) {}

  /** Before the queue is started. */
  register(): void {
    const { queue, node } = this.parts;
    queue.handle(viewJobOn(node), (job) => this.run(job));
  }

  private async run({ payload, attempt, signal, progress }: RunningJob<{ readonly job: ViewJobId }>): Promise<void> {
    const { book, clock, node } = this.parts;
    const asked = await book.read(payload.job);
    // It came twice, or was dropped.
    if (!asked || isEnded(asked)) return;
    const begun: ViewJob = { ...asked, status: 'running', startedAt: clock.now(), done: 0, total: 0, events: 0 };
    await book.write(begun);
    const diary = this.diary(begun);
    let ended: Partial<ViewJob>;
    try {
      const outcome = await this.parts.work(asked.work, (step) => diary.note(step, () => progress(step)), signal);
      ended = resultOf(outcome);
      if (outcome.kind === 'rebuilt' && !(await this.switched(outcome.rebuilt.file, diary))) ended = { note: NOT_YET, ...ended };
    } catch (error) {
      // Tried again: here in a while, or at the next start.
      if (signal.aborted || attempt < viewJobOn(node).attempts) throw error;
      ended = { status: 'failed', note: failureOf(error) };
    } finally {
      await diary.closed();
    }
    const { phase: _, ...last } = diary.job;
    await book.write({ ...last, ...ended, endedAt: clock.now() });
  }

  private async switched(file: string, diary: Diary): Promise<boolean> {
    diary.note({ phase: 'switching' });
    return this.parts.switchedTo(file).then(
      () => true,
      () => false,
    );
  }

  /** Tells a few times a second how a job goes; what cannot be told is let go. */
  private diary(job: ViewJob): Diary {
    let telling: Promise<unknown> = Promise.resolve();
    let toldAt = -Infinity;
    const diary = {
      job,
      note: (change: Partial<ViewJob>, told?: () => void): void => {
        const turned = change.phase !== diary.job.phase;
        diary.job = { ...diary.job, ...change };
        if (!turned && performance.now() - toldAt < TELL_MS) return;
        toldAt = performance.now();
        const { job: now } = diary;
        telling = telling.then(() => this.parts.book.write(now)).catch(() => undefined);
        told?.();
      },
      closed: async (): Promise<void> => void (await telling),
    };
    return diary;
  }
}

interface Diary {
  readonly job: ViewJob;
  readonly note: (change: Partial<ViewJob>, told?: () => void) => void;
  readonly closed: () => Promise<void>;
}

/** The class of what went wrong: a message may quote a record. */
const failureOf = (error: unknown): string =>
  `Every try failed (${error instanceof WorkCutShort ? error.message : reasonOf(error)}). The views that served serve on: look at disk, memory ` +
  'and the log of the process, then ask again.';
