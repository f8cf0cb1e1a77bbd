import type { handleClientStreamingCall } from '@grpc/grpc-js';
import { Empty } from '@eventstore/db-client/generated/shared_pb';
import { AppendReq, AppendResp } from '@eventstore/db-client/generated/streams_pb';
import { refusal } from './answers';
import type { NodeContext } from './context';
import type { AppendOutcome, Expected } from './log';
import { countedSize, proposedEvent, streamName } from './messages';
import type { ProposedEvent } from './records';
import { answerOnce, type Answer } from './unary';

/** The largest append in bytes, as the server is configured by default. */
export const MAX_APPEND_SIZE = 1_048_576;

/** The classic call: one append, its events one message each. */
export function append(node: NodeContext): handleClientStreamingCall<AppendReq, AppendResp> {
  return (call, answer) => {
    let options = new AppendReq.Options();
    const events: ProposedEvent[] = [];
    call.on('data', (message: AppendReq) => {
      const proposed = message.getProposedMessage();
      if (proposed) events.push(proposedEvent(proposed));
      else options = message.getOptions() ?? options;
    });
    call.on('end', () => {
      const stream = streamName(options.getStreamIdentifier());
      answerOnce(node, 'append', call, stream, answer, (caller) => {
        if (!node.rights.mayWrite(caller, stream)) return { refusal: refusal.accessDenied() };
        if (countedSize(events) > MAX_APPEND_SIZE) {
          return { refusal: refusal.maxAppendSize(MAX_APPEND_SIZE) };
        }
        const expected = expectedOf(options);
        return answerOf(stream, expected, node.log.append(stream, expected, events));
      });
    });
  };
}

function expectedOf(options: AppendReq.Options): Expected {
  if (options.hasNoStream()) return 'no_stream';
  if (options.hasStreamExists()) return 'stream_exists';
  return options.hasRevision() ? Number(options.getRevision()) : 'any';
}

function answerOf(stream: string, expected: Expected, outcome: AppendOutcome): Answer<AppendResp> {
  switch (outcome.kind) {
    case 'deleted':
      return { refusal: refusal.streamDeleted(stream) };
    case 'conflict':
      return { value: new AppendResp().setWrongExpectedVersion(conflict(expected, outcome.current)) };
    case 'success': {
      const success = new AppendResp.Success();
      if (outcome.revision < 0) success.setNoStream(new Empty());
      else success.setCurrentRevision(String(outcome.revision));
      if (outcome.position === undefined) success.setNoPosition(new Empty());
      else {
        const position = String(outcome.position);
        success.setPosition(new AppendResp.Position().setCommitPosition(position).setPreparePosition(position));
      }
      return { value: new AppendResp().setSuccess(success) };
    }
  }
}

function conflict(expected: Expected, current: number): AppendResp.WrongExpectedVersion {
  const answer = new AppendResp.WrongExpectedVersion();
  if (current < 0) answer.setCurrentNoStream(new Empty());
  else answer.setCurrentRevision(String(current));
  if (typeof expected === 'number') return answer.setExpectedRevision(String(expected));
  if (expected === 'no_stream') return answer.setExpectedNoStream(new Empty());
  return expected === 'any' ? answer.setExpectedAny(new Empty()) : answer.setExpectedStreamExists(new Empty());
}
