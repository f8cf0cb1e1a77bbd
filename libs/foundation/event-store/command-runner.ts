import { DESTROYED, type KeyRing, SubjectErased } from '@foundation/privacy';
import {
  type CommandId,
  type Decider,
  type DomainEvent,
  eventIdOf,
  type EventMeta,
  type Happened,
  isRefusal,
  type NewEvent,
  type Position,
  type RecordedEvent,
  RefusalError,
  refusalsOf,
  START,
} from '@foundation/kernel';
import { LRUCache } from 'lru-cache';
import { fingerprintOf } from './fingerprint';
import {
  type CommandContext,
  type CommandOutcome,
  type CommandRunner,
  IdReused,
  type Journal,
  StaleRevision,
  type Target,
} from './journal';
import { type Appended, WrongExpectedRevision } from './port';

export const runnerRefusals = {
  'changed-meanwhile': { kind: 'conflict', title: 'Changed by others at the same time' },
} as const;
const refuse = refusalsOf(runnerRefusals);

const TRIES = 3;
const REMEMBERED = 20_000;

/** Where a command's events stand in their stream. */
interface Applied {
  readonly first: number;
  readonly last: number;
  readonly position: Position;
  readonly fingerprint: string | undefined;
}

/** A stream as one fold sees it, up to a revision. */
interface Fold<S> {
  readonly state: S;
  readonly revision: number;
  readonly position: Position;
  /** Every command of the stream. Shared by the folds that follow from each other: entries are only ever added. */
  readonly commands: Map<CommandId, Applied>;
}

type Folding<S, E extends DomainEvent> = Pick<Decider<unknown, S, E>, 'initial' | 'evolve'>;

/** Runs commands over a journal; remembers folded states and reads only what was appended since. */
export class JournalCommandRunner implements CommandRunner {
  private readonly folds: LRUCache<string, Fold<unknown>>;
  /** States are kept apart by their `evolve`. */
  private readonly evolveIds = new WeakMap<object, number>();
  private evolves = 0;
  /** Counts erasures: a state that was being folded during one is not remembered. */
  private erasures = 0;
  /** The last command under way on each stream: commands of one process on one stream take turns instead of conflicting. */
  private readonly turns = new Map<string, Promise<unknown>>();

  constructor(
    private readonly journal: Journal,
    private readonly keys: KeyRing,
    { remember = REMEMBERED }: { readonly remember?: number } = {},
  ) {
    this.folds = new LRUCache({ max: remember });
    keys.onDestroyed(() => {
      this.erasures++;
      this.folds.clear();
    });
  }

  async handle<C, S, E extends DomainEvent>(
    decider: Decider<C, S, E>,
    target: Target,
    command: C,
    context: CommandContext,
  ): Promise<CommandOutcome<E>> {
    return this.inTurn(target.stream, () => this.decideOnState(decider, target, command, context));
  }

  async record<C, S, E extends DomainEvent>(
    decider: Decider<C, S, E>,
    target: Target,
    command: C,
    context: CommandContext,
  ): Promise<CommandOutcome<E>> {
    await this.refuseErased(target);
    const decided = decider.decide(command, decider.initial);
    if (isRefusal(decided)) {
      // What was accepted once stays accepted, though the plan it was for has ended since.
      const first = await this.recordedBefore<E>(target, context);
      if (first) return first;
      throw new RefusalError(decided);
    }
    if (decided.length === 0) return { stream: target.stream, revision: -1, position: START, repeated: false, events: [] };
    const events = await this.dress(decided, target, context);
    try {
      const appended = await this.journal.append(target.stream, 'no-stream', events);
      if (!appended.repeated) return await this.outcome(target.stream, events, appended);
    } catch (error) {
      if (!(error instanceof WrongExpectedRevision)) throw error;
    }
    // The store compares ids, not content: the fingerprint tells a repeat from another record under the same id.
    const first = await this.recordedBefore<E>(target, context);
    if (first) return first;
    throw new IdReused(target.stream);
  }

  async load<C, S, E extends DomainEvent>(
    decider: Pick<Decider<C, S, E>, 'initial' | 'evolve'>,
    stream: string,
  ): Promise<{ readonly state: S; readonly revision: number }> {
    const { state, revision } = this.remembered<S>(decider, stream) ?? (await this.fold(decider, stream));
    return { state, revision };
  }

  async loadCurrent<C, S, E extends DomainEvent>(
    decider: Pick<Decider<C, S, E>, 'initial' | 'evolve'>,
    stream: string,
  ): Promise<{ readonly state: S; readonly revision: number }> {
    if (!this.journal.lags) return this.load(decider, stream);
    const { state, revision } = await this.fold(decider, stream, true);
    return { state, revision };
  }

  private async decideOnState<C, S, E extends DomainEvent>(
    decider: Decider<C, S, E>,
    target: Target,
    command: C,
    context: CommandContext,
  ): Promise<CommandOutcome<E>> {
    const { stream } = target;
    await this.refuseErased(target);
    // Decided from what this node has; the exact revision proves that it was current. Nothing is refused, or found done, on that ground alone.
    let current = !this.journal.lags;
    for (let attempt = 1; attempt <= TRIES; attempt++) {
      const { state, revision, position, commands } = this.remembered<S>(decider, stream) ?? (await this.fold(decider, stream, current));
      const applied = commands.get(context.commandId);
      if (applied) return this.firstAnswer(target, applied, context);
      const stale = context.ifRevision !== undefined && context.ifRevision !== revision;
      const decided = stale ? [] : decider.decide(command, state);
      if (!current && (isRefusal(decided) || decided.length === 0)) {
        current = true;
        attempt--;
        continue;
      }
      if (stale) throw new StaleRevision(stream, context.ifRevision, revision);
      if (isRefusal(decided)) throw new RefusalError(decided);
      if (decided.length === 0) return { stream, revision, position, repeated: false, events: [] };
      const events = await this.dress(decided, target, context);
      try {
        const appended = await this.journal.append(stream, revision === -1 ? 'no-stream' : revision, events);
        // Repeated: this very command came in by another node; the next turn finds it applied.
        if (!appended.repeated) return await this.outcome(stream, events, appended);
      } catch (error) {
        if (!(error instanceof WrongExpectedRevision)) throw error;
      }
      current = true;
    }
    throw new RefusalError(refuse('changed-meanwhile', 'Others are changing this record at the same time. Send the request again.'));
  }

  /** The state up to the stream's end, from what is remembered and what was appended since: here, or by anybody when it must be `current`. */
  private async fold<S, E extends DomainEvent>(folding: Folding<S, E>, stream: string, current = false): Promise<Fold<S>> {
    const key = this.foldKey(folding, stream);
    const erasures = this.erasures;
    const known = (this.folds.get(key) as Fold<S> | undefined) ?? {
      state: folding.initial,
      revision: -1,
      position: START,
      commands: new Map<CommandId, Applied>(),
    };
    const from = known.revision + 1;
    const events = current ? await this.journal.readCurrent(stream, from) : await this.journal.read(stream, from);
    const last = events.at(-1);
    if (!last) return known;
    const { commands } = known;
    let { state } = known;
    for (const event of events) {
      state = folding.evolve(state, event as Happened as Happened<E>);
      const { commandId, fingerprint } = event.meta;
      const first = commands.get(commandId)?.first ?? event.revision;
      commands.set(commandId, { first, last: event.revision, position: event.position, fingerprint });
    }
    const fold = { state, revision: last.revision, position: last.position, commands };
    if (erasures === this.erasures) this.folds.set(key, fold);
    return fold;
  }

  /** The remembered state, when nothing can have been appended to it since. */
  private remembered<S>(folding: object, stream: string): Fold<S> | undefined {
    const known = this.folds.get(this.foldKey(folding, stream)) as Fold<S> | undefined;
    return known && this.journal.endsBefore(stream, known.revision + 1) ? known : undefined;
  }

  private foldKey(folding: object, stream: string): string {
    return `${this.evolveId(folding)}|${stream}`;
  }

  private evolveId(folding: object): number {
    const { evolve } = folding as { readonly evolve: object };
    const known = this.evolveIds.get(evolve);
    if (known !== undefined) return known;
    this.evolveIds.set(evolve, ++this.evolves);
    return this.evolves;
  }

  private async firstAnswer<E extends DomainEvent>(target: Target, applied: Applied, context: CommandContext): Promise<CommandOutcome<E>> {
    const { stream } = target;
    if ((await this.fingerprint(target, context)) !== applied.fingerprint) throw new IdReused(stream);
    const events = ownEvents<E>(await this.journal.readCurrent(stream, applied.first), context.commandId);
    return { stream, revision: applied.last, position: applied.position, repeated: true, events };
  }

  /** The first answer to a record that is in the log; undefined when its stream is empty. @throws IdReused */
  private async recordedBefore<E extends DomainEvent>(target: Target, context: CommandContext): Promise<CommandOutcome<E> | undefined> {
    const { stream, student } = target;
    const events = await this.journal.readCurrent(stream);
    const [first] = events;
    if (!first) return undefined;
    const { meta } = first;
    const same =
      meta.commandId === context.commandId && meta.student === student && meta.fingerprint === (await this.fingerprint(target, context));
    const own = ownEvents<E>(events, context.commandId);
    const last = own.at(-1);
    if (!same || !last) throw new IdReused(stream);
    return { stream, revision: last.revision, position: last.position, repeated: true, events: own };
  }

  /** Gives decided events their ids and who, when and why. */
  private async dress<E extends DomainEvent>(decided: readonly E[], target: Target, context: CommandContext): Promise<NewEvent<E>[]> {
    const meta = metaOf(target, context, await this.fingerprint(target, context));
    return decided.map(({ type, version, data }, index) => ({ id: eventIdOf(context.commandId, index), type, version, data, meta }));
  }

  private async outcome<E extends DomainEvent>(
    stream: string,
    events: readonly NewEvent<E>[],
    { revision, position }: Appended,
  ): Promise<CommandOutcome<E>> {
    const [only] = events;
    if (events.length === 1 && only) {
      const { id, type, version, data, meta } = only;
      const event = placed<E>({ id, type, version, data, meta, stream, revision, position });
      return { stream, revision, position, repeated: false, events: [event] };
    }
    // The store tells the last position only: the others are in the log.
    const appended = await this.journal.readCurrent(stream, revision - events.length + 1);
    return { stream, revision, position, repeated: false, events: appended.slice(0, events.length).map((event) => placed<E>(event)) };
  }

  /** Undefined without a request: then the command comes from within and its id is derived from what it does. */
  private async fingerprint({ student }: Target, { request }: CommandContext): Promise<string | undefined> {
    if (request === undefined) return undefined;
    if (student === undefined) return fingerprintOf(request, await this.keys.fingerprintKey());
    return fingerprintOf(request, this.keys.peek(student) ?? (await this.keys.keyFor(student, 'student')));
  }

  private async refuseErased({ student }: Target): Promise<void> {
    if (student === undefined || this.keys.peek(student)) return;
    if ((await this.keys.find(student)) === DESTROYED) throw new SubjectErased('student', student);
  }

  private async inTurn<T>(stream: string, work: () => Promise<T>): Promise<T> {
    const before = this.turns.get(stream);
    const answer = before ? before.then(work) : work();
    const turn = answer.catch(() => undefined);
    this.turns.set(stream, turn);
    try {
      return await answer;
    } finally {
      if (this.turns.get(stream) === turn) this.turns.delete(stream);
    }
  }
}

/** Without fields that are undefined; assigned one by one, for every record passes here. */
function metaOf({ student }: Target, context: CommandContext, fingerprint: string | undefined): EventMeta {
  const { actor, role, onBehalfOf, occurredAt, recordedAt, commandId, correlationId, causationId, device } = context;
  const meta: { -readonly [K in keyof EventMeta]: EventMeta[K] } = { actor, occurredAt, recordedAt, commandId, correlationId };
  if (student !== undefined) meta.student = student;
  if (role !== undefined) meta.role = role;
  if (onBehalfOf !== undefined) meta.onBehalfOf = onBehalfOf;
  if (causationId !== undefined) meta.causationId = causationId;
  if (device !== undefined) meta.device = device;
  if (fingerprint !== undefined) meta.fingerprint = fingerprint;
  return meta;
}

function ownEvents<E extends DomainEvent>(events: readonly RecordedEvent[], command: CommandId): RecordedEvent<E>[] {
  return events.filter((event) => event.meta.commandId === command).map((event) => placed<E>(event));
}

/** A stream's own events are of its decider's types. */
function placed<E extends DomainEvent>(event: unknown): RecordedEvent<E> {
  return event as RecordedEvent<E>;
}
