import { setPriority } from 'node:os';
import { isMainThread, type MessagePort } from 'node:worker_threads';
import type { AppendAnswer, PreparedAppend } from '@foundation/event-store';
import type { Finding } from './findings';
import type { ImportProgress, ImportReport, ImportRequest, ImportWatcher } from './roster-importer';
import type { SourceFile } from './source-file';
import { carried, type FromImport, type ImportSetup, type ToImport, uncarried } from './thread-messages';

/** What the thread's own part of the service needs of the thread that started it. */
export interface ImportThreadLinks {
  /** Has appends written by whoever holds the folder. */
  readonly forward: (appends: readonly PreparedAppend[]) => Promise<readonly AppendAnswer[]>;
  /** Calls the listener for every key that is destroyed meanwhile. */
  readonly onDestroyed: (listener: (subject: string) => void) => void;
}

/** An importer on this thread, and how it is closed. */
export interface ThreadImporter {
  run(request: ImportRequest, watcher: ImportWatcher): Promise<ImportReport>;
  close(): Promise<void>;
}

/** Findings that are told together, and how long the first of them may wait, in ms. */
const TOLD_TOGETHER = 500;
const TOLD_AFTER_MS = 50;

/**
 * One import on a thread of its own, which ends with it: reading, comparing and sealing take no turn from requests, and give back what
 * memory they took.
 */
export async function serveImport(
  port: MessagePort,
  setup: ImportSetup,
  open: (links: ImportThreadLinks) => ThreadImporter,
): Promise<void> {
  yieldToRequests();
  const link = new Link(port);
  const teller = new Teller(link);
  let importer: ThreadImporter | undefined;
  try {
    importer = open(link);
    const files = setup.files.map((file, index): SourceFile => ({ ...file, open: () => link.pagesOf(index) }));
    const report = await importer.run({ ...setup.request, files }, teller);
    teller.flush();
    await importer.close();
    link.send({ kind: 'ended', report });
  } catch (error) {
    await importer?.close().catch(() => undefined);
    link.send({ kind: 'failed', error: carried(error) });
  } finally {
    port.close();
  }
}

/** On Linux a thread has a priority of its own, and 0 is the one that asks; elsewhere it would be the whole process that steps back. */
function yieldToRequests(): void {
  if (process.platform === 'linux' && !isMainThread) setPriority(0, 5);
}

type Answer = Exclude<ToImport, { kind: 'destroyed' }>;

/** The thread's end of the line: questions and their answers, by number. */
class Link implements ImportThreadLinks {
  private readonly asked = new Map<string, (answer: Answer) => void>();
  private readonly listeners = new Set<(subject: string) => void>();
  private batches = 0;
  private readings = 0;

  constructor(private readonly port: MessagePort) {
    port.on('message', (message: ToImport) => {
      if (message.kind === 'destroyed') for (const listener of this.listeners) listener(message.subject);
      else this.answered(message);
    });
  }

  send(message: FromImport): void {
    this.port.postMessage(message);
  }

  onDestroyed = (listener: (subject: string) => void): void => void this.listeners.add(listener);

  forward = async (appends: readonly PreparedAppend[]): Promise<readonly AppendAnswer[]> => {
    const batch = ++this.batches;
    const answer = await this.ask(`appended ${batch}`, { kind: 'append', batch, appends });
    return answer.kind === 'appended' ? answer.answers : [];
  };

  /** While one page is being read here, the next is on its way. */
  async *pagesOf(file: number): AsyncGenerator<Buffer> {
    const reading = ++this.readings;
    const next = (begin?: number): Promise<Answer> =>
      this.ask(`page ${reading}`, { kind: 'page', reading, ...(begin !== undefined && { begin }) });
    for (let coming = next(file); ;) {
      const answer = await coming;
      if (answer.kind !== 'page') return;
      if (answer.error) throw uncarried(answer.error);
      if (!answer.bytes) return;
      coming = next();
      yield Buffer.from(answer.bytes.buffer, answer.bytes.byteOffset, answer.bytes.byteLength);
    }
  }

  private ask(name: string, message: FromImport): Promise<Answer> {
    return new Promise((resolve) => {
      this.asked.set(name, resolve);
      this.send(message);
    });
  }

  private answered(answer: Answer): void {
    const name = answer.kind === 'page' ? `page ${answer.reading}` : `appended ${answer.batch}`;
    this.asked.get(name)?.(answer);
    this.asked.delete(name);
  }
}

/** Tells of the import in few messages: one for hundreds of rows. */
class Teller implements ImportWatcher {
  private findings: Finding[] = [];
  private latest: ImportProgress | undefined;
  private toldAt = 0;

  constructor(private readonly link: Link) {}

  finding = (finding: Finding): void => {
    this.findings.push(finding);
    if (this.findings.length >= TOLD_TOGETHER) this.flush();
  };

  progress = (progress: ImportProgress): void => {
    this.latest = progress;
    if (performance.now() - this.toldAt > TOLD_AFTER_MS) this.flush();
  };

  flush(): void {
    const { findings, latest } = this;
    this.findings = [];
    this.toldAt = performance.now();
    this.link.send({ kind: 'told', findings, ...(latest && { progress: latest }) });
  }
}
