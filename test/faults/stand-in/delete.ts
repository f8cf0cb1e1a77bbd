import type { handleUnaryCall } from '@grpc/grpc-js';
import { DeleteReq, DeleteResp, TombstoneReq, TombstoneResp } from '@eventstore/db-client/generated/streams_pb';
import { refusal } from './answers';
import type { NodeContext } from './context';
import type { AppendOutcome, Expected } from './log';
import { streamName } from './messages';
import type { Caller } from './rights';
import { answerOnce, type Answer } from './unary';

export function softDelete(node: NodeContext): handleUnaryCall<DeleteReq, DeleteResp> {
  return (call, answer) => {
    const options = call.request.getOptions() ?? new DeleteReq.Options();
    const stream = streamName(options.getStreamIdentifier());
    answerOnce(node, 'delete', call, stream, answer, (caller) =>
      deleted(
        node,
        caller,
        stream,
        options,
        (expected) => node.log.softDelete(stream, expected),
        (position) => new DeleteResp().setPosition(new DeleteResp.Position().setCommitPosition(position).setPreparePosition(position)),
      ),
    );
  };
}

export function tombstone(node: NodeContext): handleUnaryCall<TombstoneReq, TombstoneResp> {
  return (call, answer) => {
    const options = call.request.getOptions() ?? new TombstoneReq.Options();
    const stream = streamName(options.getStreamIdentifier());
    answerOnce(node, 'tombstone', call, stream, answer, (caller) =>
      deleted(
        node,
        caller,
        stream,
        options,
        (expected) => node.log.tombstone(stream, expected),
        (position) =>
          new TombstoneResp().setPosition(new TombstoneResp.Position().setCommitPosition(position).setPreparePosition(position)),
      ),
    );
  };
}

function deleted<T>(
  node: NodeContext,
  caller: Caller,
  stream: string,
  options: DeleteReq.Options | TombstoneReq.Options,
  write: (expected: Expected) => AppendOutcome,
  answer: (position: string) => T,
): Answer<T> {
  if (!node.rights.mayDelete(caller, stream)) return { refusal: refusal.accessDenied() };
  const expected = expectedOf(options);
  const outcome = write(expected);
  switch (outcome.kind) {
    case 'success':
      return { value: answer(String(outcome.position)) };
    case 'deleted':
      return { refusal: refusal.streamDeleted(stream) };
    case 'conflict':
      return { refusal: refusal.wrongExpectedVersion('Delete', stream, numberOf(expected), outcome.current) };
  }
}

function expectedOf(options: DeleteReq.Options | TombstoneReq.Options): Expected {
  if (options.hasNoStream()) return 'no_stream';
  if (options.hasStreamExists()) return 'stream_exists';
  return options.hasRevision() ? Number(options.getRevision()) : 'any';
}

/** As the server's protocol numbers them. */
function numberOf(expected: Expected): number {
  if (typeof expected === 'number') return expected;
  return { no_stream: -1, any: -2, stream_exists: -4 }[expected];
}
