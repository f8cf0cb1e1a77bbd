import { randomUUID } from 'node:crypto';
import type { ServerWritableStream } from '@grpc/grpc-js';
import { type ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb';
import { failStream, type Refusal, refusal } from './answers';
import type { NodeContext } from './context';
import { Checkpoints, filterOf } from './filter';
import { eventMessage } from './messages';
import { type LoggedEvent, sizeOf } from './records';

type Call = ServerWritableStream<ReadReq, ReadResp>;

/** Sends what `$all` holds after a position and then what is committed, until the caller or a fault ends it. */
export function subscribe(node: NodeContext, call: Call, options: ReadReq.Options, { twice }: { readonly twice: boolean }): void {
  const start = options.getAll();
  const from = Number(start?.getPosition()?.getCommitPosition());
  if (start?.hasPosition() && !node.log.isReadable(from)) return failStream(call, refusal.subscriptionFailed());
  const after = start?.hasEnd() ? node.log.head : start?.hasPosition() ? Math.min(from, node.log.head) : -1;
  new Subscription(node, call, options, after, twice).run();
}

class Subscription {
  private readonly wanted: (event: LoggedEvent) => boolean;
  private readonly checkpoints: Checkpoints;
  private readonly release: (() => void)[];
  private confirmed = false;
  private caughtUp = false;
  private full = false;

  constructor(
    private readonly node: NodeContext,
    private readonly call: Call,
    options: ReadReq.Options,
    private position: number,
    private readonly twice: boolean,
  ) {
    const last = node.log.events[node.log.indexAfter(position) - 1];
    this.wanted = filterOf(options.getFilter());
    this.checkpoints = new Checkpoints(options.getFilter(), last ? last.position + sizeOf(last.stream, last) : 0);
    const wake = soon(() => this.run());
    this.release = [node.log.onCommit(wake), node.faults.onChange(wake), node.onSubscriptionsEnd((why) => this.end(why))];
    call.on('close', () => this.stop()).on('cancelled', () => this.stop());
  }

  /** Sends until the end of the log, or until the caller takes no more for now. */
  run(): void {
    const { call, node } = this;
    if (call.destroyed || call.cancelled || this.full) return;
    if (node.faults.isOn('half-close', 'subscribe')) return this.end();
    if (node.faults.isOn('silent', 'subscribe')) return;
    if (!this.confirmed) this.confirm();
    const { events } = node.log;
    for (let next = node.log.indexAfter(this.position); next < events.length; next++) {
      if (!this.send(events[next]!)) return this.wait();
    }
    if (!this.caughtUp) call.write(new ReadResp().setCaughtUp(new ReadResp.CaughtUp()));
    this.caughtUp = true;
  }

  private confirm(): void {
    this.confirmed = true;
    this.call.write(new ReadResp().setConfirmation(new ReadResp.SubscriptionConfirmation().setSubscriptionId(randomUUID())));
  }

  /** Whether the caller takes more. */
  private send(event: LoggedEvent): boolean {
    this.position = event.position;
    const wanted = this.wanted(event);
    const message = wanted ? eventMessage(event) : undefined;
    if (message && this.twice) this.call.write(message);
    const ready = message ? this.call.write(message) : true;
    const due = this.caughtUp ? this.checkpoints.live(event) : this.checkpoints.past(event, wanted);
    return due === undefined ? ready : this.call.write(checkpoint(due));
  }

  private wait(): void {
    this.full = true;
    this.call.once('drain', () => {
      this.full = false;
      this.run();
    });
  }

  private end(why?: Refusal): void {
    this.stop();
    if (why) failStream(this.call, why);
    else this.call.end();
  }

  private stop(): void {
    for (const stop of this.release) stop();
  }
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
