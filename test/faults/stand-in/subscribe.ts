import { randomUUID } from 'node:crypto';
import type { ServerWritableStream } from '@grpc/grpc-js';
import { type ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb';
import { failStream, type Refusal, refusal } from './answers';
import type { NodeContext } from './context';
import { eventMessage } from './messages';
import type { LoggedEvent } from './records';

type Call = ServerWritableStream<ReadReq, ReadResp>;

const DEFAULT_SEARCH_WINDOW = 32;

/** Sends what `$all` holds after a position and then what is committed, until the caller or a fault ends it. */
export function subscribe(node: NodeContext, call: Call, options: ReadReq.Options, { twice }: { readonly twice: boolean }): void {
  const start = options.getAll();
  const from = Number(start?.getPosition()?.getCommitPosition());
  if (start?.hasPosition() && !node.log.isReadable(from)) {
    const why = refusal.readFailed(options.hasFilter() ? 'FilteredReadAllResult' : 'ReadAllResult');
    return failStream(call, why);
  }
  const wanted = filterOf(options.getFilter());
  const interval = checkpointInterval(options.getFilter());
  let position = start?.hasEnd() ? node.log.head : start?.hasPosition() ? from : -1;
  let considered = 0;
  let confirmed = false;
  let caughtUp = false;
  let waiting = false;

  const write = (message: ReadResp): boolean => {
    if (twice) call.write(message);
    return call.write(message);
  };
  const pause = () => {
    waiting = true;
    call.once('drain', () => {
      waiting = false;
      pump();
    });
  };
  const step = (event: LoggedEvent): boolean => {
    position = event.position;
    const ready = wanted(event) ? write(eventMessage(event)) : true;
    if (++considered % interval !== 0) return ready;
    return call.write(checkpoint(position));
  };
  const pump = () => {
    if (call.destroyed || call.cancelled || waiting) return;
    if (node.faults.isOn('half-close', 'subscribe')) return end();
    if (node.faults.isOn('silent', 'subscribe')) return;
    if (!confirmed) {
      confirmed = true;
      call.write(new ReadResp().setConfirmation(new ReadResp.SubscriptionConfirmation().setSubscriptionId(randomUUID())));
    }
    const { events } = node.log;
    for (let next = node.log.indexAfter(position); next < events.length; next++) if (!step(events[next]!)) return pause();
    if (!caughtUp) {
      caughtUp = true;
      call.write(new ReadResp().setCaughtUp(new ReadResp.CaughtUp()));
    }
  };
  const end = (why?: Refusal) => {
    release.forEach((stop) => stop());
    if (why) failStream(call, why);
    else call.end();
  };
  const release = [node.log.onCommit(soon(pump)), node.faults.onChange(soon(pump)), node.onSubscriptionsEnd(end)];
  call.on('close', () => release.forEach((stop) => stop()));
  call.on('cancelled', () => release.forEach((stop) => stop()));
  pump();
}

/** Many commits of one turn wake a subscription once. */
function soon(work: () => void): () => void {
  let planned = false;
  return () => {
    if (planned) return;
    planned = true;
    setImmediate(() => {
      planned = false;
      work();
    });
  };
}

function checkpoint(position: number): ReadResp {
  const text = String(position);
  return new ReadResp().setCheckpoint(new ReadResp.Checkpoint().setCommitPosition(text).setPreparePosition(text));
}

function checkpointInterval(filter: ReadReq.Options.FilterOptions | undefined): number {
  if (!filter) return Infinity;
  const window = filter.hasMax() ? filter.getMax() : DEFAULT_SEARCH_WINDOW;
  return window * filter.getCheckpointintervalmultiplier();
}

function filterOf(filter: ReadReq.Options.FilterOptions | undefined): (event: LoggedEvent) => boolean {
  const byType = filter?.getEventType();
  const expression = byType ?? filter?.getStreamIdentifier();
  if (!expression) return () => true;
  const subject = byType ? (event: LoggedEvent) => event.type : (event: LoggedEvent) => event.stream;
  const prefixes = expression.getPrefixList();
  if (prefixes.length > 0) return (event) => prefixes.some((prefix) => subject(event).startsWith(prefix));
  const pattern = new RegExp(expression.getRegex());
  return (event) => pattern.test(subject(event));
}
