import type { handleServerStreamingCall, ServerWritableStream } from '@grpc/grpc-js';
import { ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb';
import { failStream, refusal } from './answers';
import type { NodeContext } from './context';
import { pass } from './gate';
import { eventMessage, streamIdentifier, streamName } from './messages';
import type { LoggedEvent } from './records';
import { subscribe } from './subscribe';

type Call = ServerWritableStream<ReadReq, ReadResp>;

/** One call serves reads of a stream, reads of `$all` and subscriptions to `$all`. */
export function read(node: NodeContext): handleServerStreamingCall<ReadReq, ReadResp> {
  return (call) => {
    call.on('error', () => undefined);
    const options = call.request.getOptions() ?? new ReadReq.Options();
    const stream = options.hasAll() ? '$all' : streamName(options.getStream()?.getStreamIdentifier());
    const kind = options.hasSubscription() ? 'subscribe' : 'read';
    pass(node, kind, call.metadata, stream, (passage) => {
      switch (passage.kind) {
        case 'refuse':
          return failStream(call, passage.refusal);
        case 'half-close':
          return void call.end();
        case 'silent':
          // A silence without a count is only as long as the fault.
          if (kind === 'subscribe' && node.faults.isOn('silent', 'subscribe')) subscribe(node, call, options, { twice: false });
          return;
        case 'serve':
          if (!node.rights.mayRead(passage.caller, stream)) return failStream(call, refusal.accessDenied());
          if (kind === 'subscribe') return subscribe(node, call, options, passage);
          if (options.hasAll()) return readAll(node, call, options, passage.twice);
          return readStream(node, call, options, stream, passage.twice);
      }
    });
  };
}

function readAll(node: NodeContext, call: Call, options: ReadReq.Options, twice: boolean): void {
  const { events } = node.log;
  const all = options.getAll();
  const position = Number(all?.getPosition()?.getCommitPosition());
  const forwards = options.getReadDirection() === ReadReq.Options.ReadDirection.FORWARDS;
  const readable = forwards ? node.log.isReadable(position) : node.log.isReadableBackwards(position);
  if (all?.hasPosition() && !readable) return failStream(call, refusal.readFailed('ReadAllResult'));
  const count = Math.min(Number(options.getCount()), events.length);
  if (forwards) {
    const first = all?.hasPosition() ? node.log.indexAfter(position - 1) : all?.hasEnd() ? events.length : 0;
    return send(call, events.slice(first, first + count), twice);
  }
  const end = all?.hasPosition() ? node.log.indexAfter(position - 1) : all?.hasStart() ? 0 : events.length;
  send(call, events.slice(Math.max(0, end - count), end).reverse(), twice);
}

function readStream(node: NodeContext, call: Call, options: ReadReq.Options, name: string, twice: boolean): void {
  const state = node.log.stream(name);
  const forwards = options.getReadDirection() === ReadReq.Options.ReadDirection.FORWARDS;
  if (Number(options.getCount()) === 0 || (forwards && options.getStream()?.hasEnd())) {
    return failStream(call, refusal.readFailed('ReadStreamResult'));
  }
  if (node.log.isTombstoned(name)) return failStream(call, refusal.streamDeleted(name));
  if (!state || state.last < 0 || state.softDeleted) {
    call.write(new ReadResp().setStreamNotFound(new ReadResp.StreamNotFound().setStreamIdentifier(streamIdentifier(name))));
    call.end();
    return;
  }
  const shown = state.events.filter(({ revision }) => revision >= state.firstVisible);
  const count = Number(options.getCount());
  const from = options.getStream();
  const revision = Number(from?.getRevision());
  if (forwards) {
    const rest = from?.hasRevision() ? shown.filter((event) => event.revision >= revision) : shown;
    return send(call, rest.slice(0, count), twice);
  }
  const before = from?.hasStart() ? shown.slice(0, 1) : from?.hasRevision() ? shown.filter((event) => event.revision <= revision) : shown;
  send(call, before.slice(-count).reverse(), twice);
}

/** Writes as fast as the caller takes it, then ends. */
function send(call: Call, events: readonly LoggedEvent[], twice: boolean): void {
  let next = 0;
  const more = () => {
    while (next < events.length && !call.cancelled) {
      const message = eventMessage(events[next++]!);
      if (twice) call.write(message);
      if (!call.write(message)) return void call.once('drain', more);
    }
    call.end();
  };
  more();
}
