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
      const running = kind === 'subscribe' && (passage.kind === 'silent' || passage.kind === 'serve');
      if (passage.kind === 'refuse') return failStream(call, passage.refusal);
      if (passage.kind === 'half-close') return void call.end();
      if (passage.kind === 'serve' && !node.rights.mayRead(passage.caller, stream)) return failStream(call, refusal.accessDenied());
      if (running) return subscribe(node, call, options, { twice: passage.kind === 'serve' && passage.twice });
      if (passage.kind === 'serve') {
        if (options.hasAll()) readAll(node, call, options, passage.twice);
        else readStream(node, call, options, stream, passage.twice);
      }
    });
  };
}

function readAll(node: NodeContext, call: Call, options: ReadReq.Options, twice: boolean): void {
  const { events } = node.log;
  const all = options.getAll();
  const position = Number(all?.getPosition()?.getCommitPosition());
  if (all?.hasPosition() && !node.log.isReadable(position)) return failStream(call, refusal.readFailed('ReadAllResult'));
  const count = Math.min(Number(options.getCount()), events.length);
  if (options.getReadDirection() === ReadReq.Options.ReadDirection.FORWARDS) {
    const first = all?.hasPosition() ? node.log.indexAfter(position - 1) : all?.hasEnd() ? events.length : 0;
    return send(call, events.slice(first, first + count), twice);
  }
  const end = all?.hasPosition() ? node.log.indexAfter(position - 1) : all?.hasStart() ? 0 : events.length;
  send(call, events.slice(Math.max(0, end - count), end).reverse(), twice);
}

function readStream(node: NodeContext, call: Call, options: ReadReq.Options, name: string, twice: boolean): void {
  const state = node.log.stream(name);
  if (state?.tombstoned) return failStream(call, refusal.streamDeleted(name));
  if (!state || state.last < 0 || state.softDeleted) {
    call.write(new ReadResp().setStreamNotFound(new ReadResp.StreamNotFound().setStreamIdentifier(streamIdentifier(name))));
    call.end();
    return;
  }
  const shown = state.events.filter(({ revision }) => revision >= state.firstVisible);
  const count = Number(options.getCount());
  const from = options.getStream();
  const revision = Number(from?.getRevision());
  if (options.getReadDirection() === ReadReq.Options.ReadDirection.FORWARDS) {
    const rest = from?.hasEnd() ? [] : from?.hasRevision() ? shown.filter((event) => event.revision >= revision) : shown;
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
