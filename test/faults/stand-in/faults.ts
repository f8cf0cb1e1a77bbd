export const CALLS = ['append', 'batch-append', 'read', 'subscribe', 'delete', 'tombstone', 'features', 'gossip'] as const;
export type CallKind = (typeof CALLS)[number];

/** What goes wrong. All but `delay`, `twice` and `lose-answer` happen before anything is committed. */
export type Fault =
  | { readonly kind: 'delay'; readonly ms: number }
  /** Answers Unavailable. */
  | { readonly kind: 'unavailable' }
  | { readonly kind: 'not-ready' }
  | { readonly kind: 'not-leader' }
  /** Reads and subscriptions of `$all` only. */
  | { readonly kind: 'deny-all' }
  | { readonly kind: 'unauthenticated' }
  /** Accepts and never answers; a running subscription stands still until the fault is cleared. */
  | { readonly kind: 'silent' }
  /** Ends the stream of answers as if all were well; a running subscription at once. */
  | { readonly kind: 'half-close' }
  /** Every message of a stream of answers comes twice. */
  | { readonly kind: 'twice' }
  /** Commits, and then: the connection is cut, the call is answered Unavailable, nothing comes, or the stream is ended normally. */
  | { readonly kind: 'lose-answer'; readonly by: 'cut' | 'unavailable' | 'silence' | 'half-close' };

export interface Scope {
  /** Default: all that the fault can happen to. */
  readonly calls?: readonly CallKind[];
  /** The next so many calls; default: until cleared. */
  readonly times?: number;
  /** Lets so many calls pass first. */
  readonly after?: number;
}

const STREAMED: readonly CallKind[] = ['batch-append', 'read', 'subscribe'];
const WRITES: readonly CallKind[] = ['append', 'batch-append', 'delete', 'tombstone'];

interface Active {
  readonly fault: Fault;
  readonly calls: ReadonlySet<CallKind>;
  after: number;
  times: number;
}

/** The faults of one node, which may be set and cleared at any time. */
export class Faults {
  private active: Active[] = [];
  private readonly counted = new Map<Fault['kind'], number>();
  private readonly listeners = new Set<() => void>();

  /** Returns the function that clears this fault again. */
  set(fault: Fault, { calls, times = Infinity, after = 0 }: Scope = {}): () => void {
    const possible = callsOf(fault);
    const impossible = calls?.find((call) => !possible.includes(call));
    if (impossible) throw new Error(`${fault.kind} cannot happen to ${impossible}`);
    const active = { fault, calls: new Set(calls ?? possible), after, times };
    this.active.push(active);
    this.tell();
    return () => this.drop(active);
  }

  clear(): void {
    this.active = [];
    this.tell();
  }

  /** The faults that this call meets, each of them counted. */
  meet(call: CallKind): Fault[] {
    return this.active
      .filter((active) => active.calls.has(call))
      .filter((active) => {
        if (active.after-- > 0) return false;
        if (--active.times <= 0) this.drop(active);
        this.counted.set(active.fault.kind, this.timesMet(active.fault.kind) + 1);
        return true;
      })
      .map(({ fault }) => fault);
  }

  /** How many calls have met a fault of this kind since the node was made. */
  timesMet(kind: Fault['kind']): number {
    return this.counted.get(kind) ?? 0;
  }

  /** Whether a fault without a count is on for this kind of call: what a running subscription asks before each event. */
  isOn(kind: Fault['kind'], call: CallKind): boolean {
    return this.active.some((active) => active.fault.kind === kind && active.times === Infinity && active.calls.has(call));
  }

  /** Calls back whenever a fault is set or cleared. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  private drop(active: Active): void {
    this.active = this.active.filter((other) => other !== active);
    this.tell();
  }

  private tell(): void {
    for (const listener of [...this.listeners]) listener();
  }
}

function callsOf(fault: Fault): readonly CallKind[] {
  switch (fault.kind) {
    case 'half-close':
    case 'twice':
      return STREAMED;
    case 'deny-all':
      return ['read', 'subscribe'];
    case 'lose-answer':
      return fault.by === 'half-close' ? ['batch-append'] : WRITES;
    case 'delay':
    case 'unavailable':
    case 'not-ready':
    case 'not-leader':
    case 'unauthenticated':
    case 'silent':
      return CALLS;
  }
}
