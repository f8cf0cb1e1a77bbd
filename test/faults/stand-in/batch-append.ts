import type { handleBidiStreamingCall, ServerDuplexStream } from '@grpc/grpc-js';
import { Any } from 'google-protobuf/google/protobuf/any_pb';
import { Empty } from 'google-protobuf/google/protobuf/empty_pb';
import type { Message } from 'google-protobuf';
import { Code } from '@eventstore/db-client/generated/code_pb';
import {
  AccessDenied,
  AllStreamPosition,
  MaximumAppendSizeExceeded,
  StreamDeleted,
  StreamIdentifier,
  type UUID,
  WrongExpectedVersion,
} from '@eventstore/db-client/generated/shared_pb';
import { Status } from '@eventstore/db-client/generated/status_pb';
import { BatchAppendReq, BatchAppendResp } from '@eventstore/db-client/generated/streams_pb';
import { failStream, refusal } from './answers';
import { MAX_APPEND_SIZE } from './append';
import type { NodeContext } from './context';
import { type Passage, pass } from './gate';
import type { AppendOutcome, Expected } from './log';
import { countedSize, proposedEvent, streamName } from './messages';
import type { ProposedEvent } from './records';

type Call = ServerDuplexStream<BatchAppendReq, BatchAppendResp>;

interface Batch {
  readonly correlation: UUID;
  readonly identifier: StreamIdentifier;
  readonly expected: Expected;
  readonly events: ProposedEvent[];
}

/** The batch call: appends of many callers over one stream of messages, answered one by one by correlation id. */
export function batchAppend(node: NodeContext): handleBidiStreamingCall<BatchAppendReq, BatchAppendResp> {
  return (call) => {
    const pending = new Map<string, Batch>();
    let working = 0;
    let ended = false;
    const done = () => {
      working--;
      if (ended && working === 0) call.end();
    };
    call.on('data', (message: BatchAppendReq) => {
      const batch = gather(pending, message);
      if (!batch) return;
      working++;
      const stream = streamName(batch.identifier);
      pass(node, 'batch-append', call.metadata, stream, (passage) => {
        serve(node, call, batch, stream, passage);
        done();
      });
    });
    call.on('end', () => {
      ended = true;
      if (working === 0) call.end();
    });
    call.on('error', () => undefined);
  };
}

/** The batch that this message completes. */
function gather(pending: Map<string, Batch>, message: BatchAppendReq): Batch | undefined {
  const correlation = message.getCorrelationId()!;
  const options = message.getOptions();
  if (options) {
    const identifier = options.getStreamIdentifier() ?? new StreamIdentifier();
    pending.set(correlation.getString(), { correlation, identifier, expected: expectedOf(options), events: [] });
  }
  const batch = pending.get(correlation.getString());
  batch?.events.push(...message.getProposedMessagesList().map(proposedEvent));
  if (!batch || !message.getIsFinal()) return undefined;
  pending.delete(correlation.getString());
  return batch;
}

function serve(node: NodeContext, call: Call, batch: Batch, stream: string, passage: Passage): void {
  const respond = (response: BatchAppendResp) =>
    call.write(response.setCorrelationId(batch.correlation).setStreamIdentifier(batch.identifier));
  switch (passage.kind) {
    case 'silent':
      return;
    case 'half-close':
      return void call.end();
    case 'refuse':
      if (passage.refusal.details === 'Server Is Not Ready') {
        return void respond(failed(Code.UNAVAILABLE, new Empty(), 'google.protobuf.Empty', passage.refusal.details));
      }
      return failStream(call, passage.refusal);
    case 'serve': {
      const response = responseTo(node, batch, stream, passage.caller);
      switch (passage.lose) {
        case 'cut':
          return node.cut(call.getPeer());
        case 'unavailable':
          return failStream(call, refusal.unavailable());
        case 'half-close':
          return void call.end();
        case 'silence':
          return;
        case undefined:
          respond(response);
          if (passage.twice) respond(response);
      }
    }
  }
}

function responseTo(node: NodeContext, batch: Batch, stream: string, caller: Parameters<NodeContext['rights']['mayWrite']>[0]) {
  if (!node.rights.mayWrite(caller, stream)) {
    return failed(Code.PERMISSION_DENIED, new AccessDenied(), 'event_store.client.AccessDenied');
  }
  if (countedSize(batch.events) > MAX_APPEND_SIZE) {
    const details = new MaximumAppendSizeExceeded().setMaxappendsize(MAX_APPEND_SIZE);
    return failed(Code.INVALID_ARGUMENT, details, 'event_store.client.MaximumAppendSizeExceeded');
  }
  return responseOf(batch, node.log.append(stream, batch.expected, batch.events));
}

function responseOf({ identifier, expected }: Batch, outcome: AppendOutcome): BatchAppendResp {
  switch (outcome.kind) {
    case 'deleted':
      return failed(Code.FAILED_PRECONDITION, new StreamDeleted().setStreamIdentifier(identifier), 'event_store.client.StreamDeleted');
    case 'conflict':
      return failed(Code.FAILED_PRECONDITION, conflict(expected, outcome.current), 'event_store.client.WrongExpectedVersion');
    case 'success': {
      const success = new BatchAppendResp.Success();
      if (outcome.revision < 0) success.setNoStream(new Empty());
      else success.setCurrentRevision(String(outcome.revision));
      if (outcome.position === undefined) success.setNoPosition(new Empty());
      else {
        const position = String(outcome.position);
        success.setPosition(new AllStreamPosition().setCommitPosition(position).setPreparePosition(position));
      }
      return new BatchAppendResp().setSuccess(success);
    }
  }
}

function failed(code: Code, details: Message, name: string, message = name): BatchAppendResp {
  const any = new Any();
  any.pack(details.serializeBinary(), name);
  return new BatchAppendResp().setError(new Status().setCode(code).setMessage(message).setDetails(any));
}

function expectedOf(options: BatchAppendReq.Options): Expected {
  if (options.hasNoStream()) return 'no_stream';
  if (options.hasStreamExists()) return 'stream_exists';
  return options.hasStreamPosition() ? Number(options.getStreamPosition()) : 'any';
}

function conflict(expected: Expected, current: number): WrongExpectedVersion {
  const details = new WrongExpectedVersion();
  if (current < 0) details.setCurrentNoStream(new Empty());
  else details.setCurrentStreamRevision(String(current));
  if (typeof expected === 'number') return details.setExpectedStreamPosition(String(expected));
  if (expected === 'no_stream') return details.setExpectedNoStream(new Empty());
  return expected === 'any' ? details.setExpectedAny(new Empty()) : details.setExpectedStreamExists(new Empty());
}
