import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { DELETED, EMPTY, jsonOf, type LoggedEvent, type ProposedEvent, sizeOf, type StreamMetadata } from './records';
import { StreamState } from './stream-state';

export type Expected = number | 'no_stream' | 'any' | 'stream_exists';

/** `revision` -1: the stream has no event. A repetition of events that are no longer shown has no position. */
export type AppendOutcome =
  | { readonly kind: 'success'; readonly revision: number; readonly position?: number; readonly repeated: boolean }
  | { readonly kind: 'conflict'; readonly current: number }
  | { readonly kind: 'deleted' };

/** What changes the log; a journal keeps it and plays it again. */
export type LogEntry =
  | { readonly do: 'write'; readonly events: readonly LoggedEvent[]; readonly end: number }
  | { readonly do: 'restore'; readonly position: number }
  | { readonly do: 'scavenge' };

type Check = { readonly decision: 'ok' } | { readonly decision: 'repeated'; readonly revision: number } | AppendOutcome;

/** The log of a whole cluster: every node of it serves the same one. Judges appends as EventStoreDB's index writer does. */
export class StandInLog {
  /** In the order of `$all`. */
  events: LoggedEvent[] = [];
  /** What was asked for and done since the beginning, for tests to count. */
  readonly counts = { appends: 0, events: 0, repeated: 0, conflicts: 0 };
  /** Where the next record goes. */
  private next = 0;
  private lastRecord = -1;
  private positions = new Set<number>();
  private streams = new Map<string, StreamState>();
  private recent = new Map<string, LoggedEvent>();
  private readonly committed = new EventEmitter().setMaxListeners(0);

  constructor(private readonly keep: (entry: LogEntry) => void = () => undefined) {}

  /** Position of the last event; -1 when there is none. */
  get head(): number {
    return this.events.at(-1)?.position ?? -1;
  }

  stream(name: string): StreamState | undefined {
    return this.streams.get(name);
  }

  /** A tombstone ends the metadata of its stream too. */
  isTombstoned(stream: string): boolean {
    return this.streams.get(stream.replace(/^\$\$/, ''))?.tombstoned ?? false;
  }

  /** Whether a reader may start here: at a record, or anywhere after the beginning of the last one. */
  isReadable(position: number): boolean {
    return position > this.lastRecord || this.positions.has(position);
  }

  /** Whether a reader may go backwards from here: from a record, or from the very end. */
  isReadableBackwards(position: number): boolean {
    return position === this.next || this.positions.has(position);
  }

  /** Index in `events` of the first one after this position. */
  indexAfter(position: number): number {
    let low = 0;
    let high = this.events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.events[middle]!.position <= position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Calls back after every commit until the returned function is called. */
  onCommit(listener: () => void): () => void {
    this.committed.on('commit', listener);
    return () => void this.committed.off('commit', listener);
  }

  append(stream: string, expected: Expected, proposed: readonly ProposedEvent[]): AppendOutcome {
    const check = this.check(stream, expected, proposed);
    if ('kind' in check) {
      if (check.kind === 'conflict') this.counts.conflicts++;
      return check;
    }
    const state = this.streams.get(stream);
    if (check.decision === 'repeated') {
      this.counts.repeated++;
      const shown = state && !state.softDeleted && check.revision >= state.firstVisible ? state.at(check.revision) : undefined;
      return { kind: 'success', revision: check.revision, repeated: true, ...(shown && { position: shown.position }) };
    }
    const first = (state?.last ?? -1) + 1;
    const softDeleted = state?.softDeleted ?? false;
    const written = this.write(
      stream,
      proposed.map((event, n) => ({ event, revision: first + n })),
    );
    this.counts.appends++;
    this.counts.events += proposed.length;
    if (softDeleted) this.writeMetadata(stream, JSON.stringify({ ...state?.metadata, $tb: first }));
    this.committed.emit('commit');
    return { kind: 'success', revision: first + proposed.length - 1, position: written, repeated: false };
  }

  /** Hides the events of a stream until something is appended to it. */
  softDelete(stream: string, expected: Expected): AppendOutcome {
    const current = this.stream(stream)?.last ?? -1;
    if (current < 0 && !this.isTombstoned(stream)) return { kind: 'conflict', current };
    return this.delete(stream, expected, () => this.writeMetadata(stream, `{"$tb":${DELETED}}`));
  }

  /** Ends a stream for ever. */
  tombstone(stream: string, expected: Expected): AppendOutcome {
    const event = { id: randomUUID(), type: '$streamDeleted', contentType: 'application/octet-stream', data: EMPTY, metadata: EMPTY };
    return this.delete(stream, expected, () => this.write(stream, [{ event, revision: Infinity }]));
  }

  /** What the server itself writes when a leader is elected: others' events in `$all`. */
  writeEpoch(leader: string): void {
    this.write('$epoch-information', [
      { event: jsonEvent('$epoch-information', JSON.stringify({ leader })), revision: (this.stream('$epoch-information')?.last ?? -1) + 1 },
    ]);
    this.committed.emit('commit');
  }

  /** Takes truncated, deleted and superseded events out of `$all` for good. */
  scavenge(): void {
    this.apply({ do: 'scavenge' });
    this.keep({ do: 'scavenge' });
  }

  /** The log as a backup taken right after this position had it. */
  restoreTo(position: number): void {
    this.apply({ do: 'restore', position });
    this.keep({ do: 'restore', position });
  }

  /** A restarted server no longer knows recent ids: only exact revisions are still idempotent. */
  forgetRecent(): void {
    this.recent.clear();
  }

  apply(entry: LogEntry): void {
    switch (entry.do) {
      case 'write':
        this.index(entry.events);
        this.lastRecord = entry.events.at(-1)?.position ?? this.next;
        this.positions.add(this.lastRecord);
        this.next = entry.end;
        return;
      case 'scavenge':
        this.rebuild(this.events.filter((event) => this.streams.get(event.stream)?.survivesScavenge(event)));
        return;
      case 'restore': {
        const rest = this.events.filter((event) => event.position <= entry.position);
        const last = rest.at(-1);
        this.lastRecord = last?.position ?? -1;
        this.next = last ? last.position + sizeOf(last.stream, last) : 0;
        for (const known of this.positions) if (known >= this.next) this.positions.delete(known);
        this.recent.clear();
        this.rebuild(rest);
        return;
      }
    }
  }

  private delete(stream: string, expected: Expected, write: () => number): AppendOutcome {
    const check = this.check(stream, expected, [jsonEvent('$deletion', '{}')]);
    if ('kind' in check) return check;
    const position = write();
    this.committed.emit('commit');
    return { kind: 'success', revision: this.stream(stream)?.last ?? -1, position, repeated: false };
  }

  private check(stream: string, expected: Expected, proposed: readonly ProposedEvent[]): Check {
    const state = this.streams.get(stream);
    const current = state?.last ?? -1;
    if (this.isTombstoned(stream)) return { kind: 'deleted' };
    if (expected === 'stream_exists') {
      if (state?.softDeleted) return { kind: 'deleted' };
      if (current < 0 && !this.streams.has(`$$${stream}`)) return { kind: 'conflict', current };
    }
    if (expected === 'any' || expected === 'stream_exists') return this.checkRecent(stream, current, proposed);
    const after = expected === 'no_stream' ? -1 : expected;
    if (after > current) return { kind: 'conflict', current };
    if (after === current) return { decision: 'ok' };
    const differs = proposed.findIndex((event, n) => state?.at(after + 1 + n)?.id !== event.id);
    if (differs === 0 && after === -1 && state?.softDeleted) return { decision: 'ok' };
    if (differs >= 0 || proposed.length === 0) return { kind: 'conflict', current };
    return { decision: 'repeated', revision: after + proposed.length };
  }

  private checkRecent(stream: string, current: number, proposed: readonly ProposedEvent[]): Check {
    const known = proposed.map(({ id }) => this.recent.get(id)).map((event) => (event?.stream === stream ? event : undefined));
    if (known[0] === undefined) return { decision: 'ok' };
    const last = known.includes(undefined) ? undefined : known.at(-1);
    return last ? { decision: 'repeated', revision: last.revision } : { kind: 'conflict', current };
  }

  private writeMetadata(stream: string, metadata: string): number {
    const name = `$$${stream}`;
    return this.write(name, [{ event: jsonEvent('$metadata', metadata), revision: (this.stream(name)?.last ?? -1) + 1 }]);
  }

  /** Writes one transaction, or an empty record when there is no event, and answers the position of its last record. */
  private write(stream: string, proposed: readonly { readonly event: ProposedEvent; readonly revision: number }[]): number {
    let end = this.next;
    let last = end;
    const created = Date.now();
    const events = proposed.map(({ event, revision }): LoggedEvent => {
      last = end;
      end += sizeOf(stream, event);
      return { ...event, stream, revision, created, position: last };
    });
    if (events.length === 0) end += sizeOf(stream);
    const entry: LogEntry = { do: 'write', events, end };
    this.apply(entry);
    this.keep(entry);
    return last;
  }

  private index(events: readonly LoggedEvent[]): void {
    for (const event of events) {
      this.positions.add(event.position);
      this.events.push(event);
      this.recent.set(event.id, event);
      const state = this.stateOf(event.stream);
      if (event.revision === Infinity) state.tombstoned = true;
      else state.events.push(event);
      if (event.stream.startsWith('$$')) {
        this.stateOf(event.stream.slice(2)).metadata = (jsonOf(event.data) as StreamMetadata | undefined) ?? {};
      }
    }
  }

  private stateOf(stream: string): StreamState {
    let state = this.streams.get(stream);
    if (!state) this.streams.set(stream, (state = new StreamState(stream)));
    return state;
  }

  private rebuild(events: readonly LoggedEvent[]): void {
    const recent = this.recent;
    this.events = [];
    this.streams = new Map();
    this.recent = new Map();
    this.index(events);
    this.recent = recent;
  }
}

function jsonEvent(type: string, json: string): ProposedEvent {
  return { id: randomUUID(), type, contentType: 'application/json', data: Buffer.from(json), metadata: EMPTY };
}
