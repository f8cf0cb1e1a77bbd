import { randomUUID } from 'node:crypto';
import {
  AccessDeniedError,
  MaxAppendSizeExceededError,
  StreamDeletedError,
  UnavailableError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import { MaximumAppendSizeExceeded, StreamIdentifier, UUID, WrongExpectedVersion } from '@eventstore/db-client/generated/shared_pb';
import type { Status } from '@eventstore/db-client/generated/status_pb';
import { BatchAppendReq, type BatchAppendResp } from '@eventstore/db-client/generated/streams_pb';
import { Empty } from 'google-protobuf/google/protobuf/empty_pb';
import type { ExpectedRevision } from '../port';
import { known, LineLost, NoAnswer } from './failures';
import { hangUp } from './log-client';
import { textOf } from './uuid';

/** An event as it goes over the wire: made before it is sent, so that nothing but the line can fail an append. */
export interface WireEvent {
  readonly id: string;
  readonly type: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}
export interface WireAppend {
  readonly stream: string;
  readonly expected: ExpectedRevision;
  readonly events: readonly WireEvent[];
}
export interface WireAnswer {
  readonly revision: number;
  /** Commit position; missing when the server says "success" of what it neither wrote nor holds. */
  readonly position: bigint | undefined;
}

interface Waiting {
  readonly stream: string;
  /** How many were sent on the line before it. */
  readonly order: number;
  /** Until when it may wait. */
  readonly until: number;
  /** When it was sent, in ms of this process. */
  readonly since: number;
  timer: NodeJS.Timeout;
  readonly resolve: (answer: WireAnswer) => void;
  readonly reject: (error: Error) => void;
}

/** What is used of a line of the call, and of the client that opens it. */
export interface AppendLine {
  readonly writable: boolean;
  on(event: 'data', listener: (answer: BatchAppendResp) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'end' | 'close', listener: () => void): unknown;
  write(request: BatchAppendReq): unknown;
  cancel(): void;
  destroy(): unknown;
}
export interface LineOpener {
  /** Aborted when the client is closed or replaced. */
  readonly ended: AbortSignal;
  openBatchLine(): Promise<AppendLine>;
}

/** In milliseconds. */
export interface BatchPatience {
  readonly answerMs: number;
  readonly wholeMs: number;
}

/**
 * The server's batch call: appends of one client share one two-way line, each answered on its own. Spoken by ourselves, for the client's
 * own version keeps all pending appends of a process in one map, with no deadline: an error of any line fails the appends of all, a line
 * that ends leaves them pending for ever, and an answer that comes late or twice takes the process down.
 */
export class BatchCall {
  private line: Line | undefined;

  constructor(private readonly client: LineOpener) {}

  /**
   * Rejects with what the server refused, with NoAnswer when the line says nothing for `answerMs`, with LineLost or the line's own error when
   * it broke. A server that still answers what was sent before is waited for, at most for `wholeMs`.
   */
  append(append: WireAppend, patience: BatchPatience): Promise<WireAnswer> {
    if (!this.line?.open) this.line = new Line(this.client);
    return this.line.append(append, patience);
  }

  close(): void {
    this.line?.fail(new LineLost('the client was closed'));
  }
}

class Line {
  open = true;
  private readonly waiting = new Map<string, Waiting>();
  private readonly call: Promise<AppendLine>;
  private heard = -Infinity;
  private sent = 0;
  /** The last of what was sent that has been answered. */
  private reached = -1;
  private readonly replaced = () => this.fail(new LineLost('the client was replaced'));

  constructor(private readonly client: LineOpener) {
    this.call = client.openBatchLine();
    this.call.then(
      (call) => {
        call.on('data', (answer: BatchAppendResp) => this.answered(answer));
        call.on('error', (error: Error) => this.fail(known(error)));
        call.on('end', () => this.fail(new LineLost('the server ended the line')));
        call.on('close', () => this.fail(new LineLost('the line was closed')));
        if (!this.open) hangUp(call);
      },
      (error: Error) => this.fail(error),
    );
    client.ended.addEventListener('abort', this.replaced);
  }

  append(append: WireAppend, { answerMs, wholeMs }: BatchPatience): Promise<WireAnswer> {
    return new Promise((resolve, reject) => {
      const correlation = randomUUID();
      const timer = setTimeout(() => this.lookAfter(correlation, answerMs), answerMs);
      const since = performance.now();
      this.waiting.set(correlation, {
        stream: append.stream,
        order: this.sent++,
        until: since + wholeMs,
        since,
        timer,
        resolve,
        reject,
      });
      this.call.then(
        (call) => {
          // Expired or failed while the line was being opened: not sent at all.
          if (this.waiting.has(correlation) && call.writable) call.write(requestOf(correlation, append));
        },
        () => undefined,
      );
    });
  }

  /** Ends the line: whether what was sent on it has been written is unknown. */
  fail(error: Error): void {
    if (!this.open) return;
    this.open = false;
    this.client.ended.removeEventListener('abort', this.replaced);
    const left = [...this.waiting.values()];
    this.waiting.clear();
    for (const { timer, reject } of left) {
      clearTimeout(timer);
      reject(error);
    }
    this.call.then(hangUp, () => undefined);
  }

  /** One append was not answered in time. A line on which nothing came since it was sent is given up. */
  private lookAfter(correlation: string, answerMs: number): void {
    const waiting = this.waiting.get(correlation);
    if (!waiting) return;
    const now = performance.now();
    const due = Math.min(this.heard + answerMs, waiting.until);
    // The server was busy with what was sent before until it was last heard. Sent again, this one would only make its queue longer.
    if (this.reached < waiting.order && this.heard >= waiting.since && now < due) {
      waiting.timer = setTimeout(() => this.lookAfter(correlation, answerMs), due - now);
      return;
    }
    this.waiting.delete(correlation);
    if (this.heard >= waiting.since) return waiting.reject(new LineLost('the server answered others, not this append'));
    const silence = new NoAnswer('an append', answerMs);
    waiting.reject(silence);
    this.fail(silence);
  }

  /** An answer to nothing that waits came late, or a second time: its append has been told already. */
  private answered(answer: BatchAppendResp): void {
    this.heard = performance.now();
    const correlation = textOf(answer.getCorrelationId());
    const waiting = this.waiting.get(correlation);
    if (!waiting) return;
    this.waiting.delete(correlation);
    clearTimeout(waiting.timer);
    this.reached = Math.max(this.reached, waiting.order);
    const success = answer.getSuccess();
    if (!success) return waiting.reject(errorOf(answer.getError(), waiting.stream));
    const commit = success.getPosition()?.getCommitPosition();
    waiting.resolve({
      revision: success.hasCurrentRevision() ? Number(success.getCurrentRevision()) : -1,
      position: commit === undefined ? undefined : BigInt(commit),
    });
  }
}

function requestOf(correlation: string, { stream, expected, events }: WireAppend): BatchAppendReq {
  const options = new BatchAppendReq.Options();
  options.setStreamIdentifier(new StreamIdentifier().setStreamName(Buffer.from(stream, 'utf8')));
  // No deadline for the server: it would be an instant, and a server whose clock is ahead of ours would refuse every append.
  if (expected === 'no-stream') options.setNoStream(new Empty());
  else options.setStreamPosition(String(expected));
  const request = new BatchAppendReq();
  request.setCorrelationId(new UUID().setString(correlation));
  request.setOptions(options);
  request.setIsFinal(true);
  for (const { id, type, data, metadata } of events) {
    const message = new BatchAppendReq.ProposedMessage();
    message.setId(new UUID().setString(id));
    message.getMetadataMap().set('type', type).set('content-type', 'application/json');
    message.setData(data);
    message.setCustomMetadata(metadata);
    request.addProposedMessages(message);
  }
  return request;
}

/** What the server refused, as the client has it; LineLost for what leaves the outcome open. */
function errorOf(status: Status | undefined, streamName: string): Error {
  const details = status?.getDetails();
  const kind = details?.getTypeName().replace('event_store.client.', '') ?? '';
  if (details && kind === 'WrongExpectedVersion') {
    const place = details.unpack((bytes) => WrongExpectedVersion.deserializeBinary(bytes), details.getTypeName());
    if (place) return WrongExpectedVersionError.fromWrongExpectedVersion(place, streamName);
  }
  if (details && kind === 'MaximumAppendSizeExceeded') {
    const size = details.unpack((bytes) => MaximumAppendSizeExceeded.deserializeBinary(bytes), details.getTypeName());
    return MaxAppendSizeExceededError.fromMaxAppendSize(size?.getMaxappendsize() ?? 0);
  }
  if (kind === 'AccessDenied') return new AccessDeniedError();
  if (kind === 'StreamDeleted') return StreamDeletedError.fromStreamName(streamName);
  if (kind === 'Timeout') return new LineLost('the server gave up waiting for its own write');
  return status ? new LineLost(`the server answered: ${status.getMessage() || 'nothing'}`) : new UnavailableError();
}
