import type { Position } from '@foundation/kernel';
import {
  type Appended,
  type Delivery,
  type EventStore,
  type ExpectedRevision,
  type ReadAllOptions,
  type SealedEvent,
  type StoredEvent,
  StoreUnavailable,
  type Subscription,
  WrongExpectedRevision,
} from '../port';
import { type PreparedAppend, prepareAppend } from './prepared';
import type { SqliteEventStore } from './sqlite-event-store';

/** How a forwarded append went, as it can be told to another thread. */
export type AppendAnswer =
  | { readonly kind: 'appended'; readonly appended: Appended }
  | { readonly kind: 'conflict'; readonly actual: ExpectedRevision }
  | { readonly kind: 'unavailable'; readonly why: string }
  | { readonly kind: 'failed'; readonly why: string };

interface Waiting {
  readonly append: PreparedAppend;
  readonly resolve: (appended: Appended) => void;
  readonly reject: (error: Error) => void;
}

/** Appends that go together: one message, one group, one flush, for which whoever records meanwhile waits (decision 0005). */
const TOGETHER = 32;

/**
 * The log on a thread that must not write it: reads the file itself and has its appends, made ready here, written by the thread that holds the
 * folder. They go in batches; while one is being written the next is made.
 */
export class ForwardingStore implements EventStore {
  private waiting: Waiting[] = [];
  private underway = 0;

  /** @param forward rejects when the other side is gone */
  constructor(
    private readonly reader: SqliteEventStore,
    private readonly forward: (appends: readonly PreparedAppend[]) => Promise<readonly AppendAnswer[]>,
    private readonly together = TOGETHER,
  ) {}

  get logId(): string {
    return this.reader.logId;
  }

  async append(stream: string, expected: ExpectedRevision, events: readonly SealedEvent[]): Promise<Appended> {
    const append = prepareAppend(stream, expected, events);
    return new Promise((resolve, reject) => {
      this.waiting.push({ append, resolve, reject });
      if (this.waiting.length >= this.together) void this.send();
      else if (this.waiting.length === 1) setImmediate(() => this.sendRest());
    });
  }

  readStream(stream: string, from?: number): Promise<readonly StoredEvent[]> {
    return this.reader.readStream(stream, from);
  }

  /** What is appended is in the file that is read. */
  readonly lags = false;

  readCurrent(stream: string, from?: number): Promise<readonly StoredEvent[]> {
    return this.readStream(stream, from);
  }

  readAll(options: ReadAllOptions): Promise<readonly StoredEvent[]> {
    return this.reader.readAll(options);
  }

  head(): Promise<Position> {
    return this.reader.head();
  }

  subscribe(after: Position, handler: (delivery: Delivery) => void | Promise<void>): Subscription {
    return this.reader.subscribe(after, handler);
  }

  /** @throws StoreUnavailable always: that is for the thread that holds the folder */
  truncateBefore(stream: string, revision: number): Promise<void> {
    return this.reader.truncateBefore(stream, revision);
  }

  close(): Promise<void> {
    return this.reader.close();
  }

  /** What does not fill a batch goes when nothing else is on its way. */
  private sendRest(): void {
    if (this.underway === 0 && this.waiting.length > 0) void this.send();
  }

  private async send(): Promise<void> {
    const batch = this.waiting;
    this.waiting = [];
    this.underway += 1;
    try {
      const answers = await this.forward(batch.map(({ append }) => append));
      batch.forEach((waiting, index) => settle(waiting, answers[index]));
    } catch (error) {
      const reason = error instanceof Error ? error : new Error(String(error));
      for (const { reject } of batch) reject(reason);
    }
    this.underway -= 1;
    // After those who were answered have had their turn.
    setImmediate(() => this.sendRest());
  }
}

function settle({ append, resolve, reject }: Waiting, answer: AppendAnswer | undefined): void {
  if (answer?.kind === 'appended') resolve(answer.appended);
  else if (answer?.kind === 'conflict') reject(new WrongExpectedRevision(append.stream, append.expected, answer.actual));
  else if (answer?.kind === 'unavailable') reject(new StoreUnavailable(answer.why));
  else reject(new Error(answer?.why ?? 'Unanswered'));
}

/** The other side: writes what was forwarded and says of each append how it went. */
export function answerForwarded(store: SqliteEventStore, appends: readonly PreparedAppend[]): Promise<readonly AppendAnswer[]> {
  return Promise.all(appends.map((append) => store.appendPrepared(append).then(appendedAnswer, refusedAnswer)));
}

const appendedAnswer = (appended: Appended): AppendAnswer => ({ kind: 'appended', appended });

function refusedAnswer(error: unknown): AppendAnswer {
  if (error instanceof WrongExpectedRevision) return { kind: 'conflict', actual: error.actual };
  const why = error instanceof Error ? error.message : String(error);
  return { kind: error instanceof StoreUnavailable ? 'unavailable' : 'failed', why };
}
