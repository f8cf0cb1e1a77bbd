import { ReadReq } from '@eventstore/db-client/generated/streams_pb';
import { type LoggedEvent, sizeOf } from './records';

type FilterOptions = ReadReq.Options.FilterOptions;

const DEFAULT_SEARCH_WINDOW = 32;

export function filterOf(filter: FilterOptions | undefined): (event: LoggedEvent) => boolean {
  const byType = filter?.getEventType();
  const expression = byType ?? filter?.getStreamIdentifier();
  if (!expression) return () => true;
  const subject = byType ? (event: LoggedEvent) => event.type : (event: LoggedEvent) => event.stream;
  const prefixes = expression.getPrefixList();
  if (prefixes.length > 0) return (event) => prefixes.some((prefix) => subject(event).startsWith(prefix));
  const pattern = new RegExp(expression.getRegex());
  return (event) => pattern.test(subject(event));
}

/** When a filtered subscription is told how far the server has looked: it looks in pages, so a checkpoint lags by up to one. */
export class Checkpoints {
  private readonly window: number;
  private readonly interval: number;
  private counted = 0;
  private page = 0;
  private lastSent: number | undefined;

  constructor(
    filter: FilterOptions | undefined,
    private pageStart: number,
  ) {
    this.window = filter?.hasMax() ? filter.getMax() : DEFAULT_SEARCH_WINDOW;
    this.interval = filter ? this.window * filter.getCheckpointintervalmultiplier() : Infinity;
  }

  /** The position of the checkpoint that is due after this event of the past. */
  past(event: LoggedEvent, sent: boolean): number | undefined {
    this.counted++;
    if (sent) this.lastSent = event.position;
    if (++this.page < this.window) return undefined;
    const due = this.lastSent ?? this.pageStart;
    this.page = 0;
    this.pageStart = event.position + sizeOf(event.stream, event);
    this.lastSent = undefined;
    return this.reached() ? due : undefined;
  }

  /** The same after an event that was committed while the subscription was caught up. */
  live(event: LoggedEvent): number | undefined {
    this.counted++;
    return this.reached() ? event.position : undefined;
  }

  private reached(): boolean {
    if (this.counted < this.interval) return false;
    this.counted %= this.interval;
    return true;
  }
}
