import { inZone } from '@foundation/calendar';
import { type CommandContext, InvalidEvent, type Journal, type Target, WrongExpectedRevision } from '@foundation/event-store';
import {
  type ActorId,
  type Clock,
  type CommandId,
  type Decider,
  derivedId,
  type DomainEvent,
  eventIdOf,
  type EventMeta,
  type Happened,
  type ImportId,
  isRefusal,
  type NewEvent,
  type Refusal,
  RefusalError,
  refusalsOf,
} from '@foundation/kernel';

export interface ImportContext {
  readonly import: ImportId;
  readonly by: ActorId;
  readonly correlationId: string;
  readonly dryRun: boolean;
}

/** What one stream made of what the roster states. */
export interface Applied {
  readonly events: readonly DomainEvent[];
  /** The stream was empty before. */
  readonly fresh: boolean;
  readonly refusal?: Refusal;
}

/** What the roster states to one stream. Commands follow from the state where a delta says only a part. */
export interface Statement<C, S, E extends DomainEvent> {
  readonly decider: Decider<C, S, E>;
  readonly target: Target;
  /** False when earlier imports left nothing in the stream: it is not read, and the append proves that it was empty. */
  readonly onRecord: boolean;
  readonly commandsOf: (state: S) => readonly C[];
}

const refuse = refusalsOf({
  'changed-meanwhile': { kind: 'conflict', title: 'Changed by others at the same time' },
  'not-recordable': { kind: 'invalid', title: 'The record cannot hold this' },
});

const TRIES = 3;

/** Several commands of one stream as one: all of their events in one append, or the first refusal. */
export function decideInSequence<C, S, E extends DomainEvent>(
  decider: Decider<C, S, E>,
  commands: readonly C[],
  state: S,
  meta: Happened['meta'],
): readonly E[] | Refusal {
  const events: E[] = [];
  let now = state;
  for (const [index, command] of commands.entries()) {
    const decided = decider.decide(command, now);
    if (isRefusal(decided)) return decided;
    events.push(...decided);
    if (index < commands.length - 1) now = decided.reduce((folded: S, event) => decider.evolve(folded, { meta, ...event }), now);
  }
  return events;
}

/**
 * Applies what the roster states, one append per stream; a dry run decides in the same way and appends nothing. It goes to the journal
 * itself: tens of thousands of streams that are met once would drive out what the command runner remembers of the children of this day.
 */
export class Applier {
  private madeAt = -Infinity;
  private made?: Pick<CommandContext, 'occurredAt' | 'recordedAt'>;

  constructor(
    private readonly journal: Journal,
    private readonly clock: Clock,
    private readonly zone: string,
    private readonly context: ImportContext,
  ) {}

  /** What would be appended now. */
  async decide<C, S, E extends DomainEvent>(
    statement: Statement<C, S, E>,
  ): Promise<Applied & { readonly revision: number; readonly state: S; readonly meta: EventMeta }> {
    const { decider, target, onRecord } = statement;
    const meta = this.metaOf(target);
    const { commandId } = meta;
    const history = onRecord ? await this.journal.read(target.stream) : [];
    const state = history.reduce((folded: S, event: unknown) => decider.evolve(folded, event as Happened<E>), decider.initial);
    const revision = history.at(-1)?.revision ?? -1;
    const fresh = revision < 0;
    // This very import, begun before and cut short, has been here.
    if (history.some((event) => event.meta.commandId === commandId)) return { events: [], fresh, revision, state, meta };
    const decided = decideInSequence(decider, statement.commandsOf(state), state, meta);
    return isRefusal(decided)
      ? { events: [], fresh, revision, state, meta, refusal: decided }
      : { events: decided, fresh, revision, state, meta };
  }

  /** @throws StoreUnavailable */
  async apply<C, S, E extends DomainEvent>(statement: Statement<C, S, E>): Promise<Applied> {
    for (let attempt = 1; attempt <= TRIES; attempt++) {
      const decided = await this.decide(attempt === 1 ? statement : { ...statement, onRecord: true });
      const { events, fresh, revision, meta } = decided;
      if (events.length === 0) return decided;
      try {
        await this.append(statement.target.stream, revision, events, meta);
        return { events, fresh };
      } catch (error) {
        if (error instanceof RefusalError) return { events: [], fresh, refusal: error.refusal };
        if (error instanceof InvalidEvent) return { events: [], fresh, refusal: notRecordable(error) };
        if (!(error instanceof WrongExpectedRevision)) throw error;
      }
    }
    return { events: [], fresh: false, refusal: refuse('changed-meanwhile', 'Others were changing this record: import the files again.') };
  }

  /** One command id per stream and import: an import begun again adds nothing twice. */
  contextOf(stream: string): CommandContext {
    const { occurredAt, recordedAt } = this.now();
    const { by, correlationId } = this.context;
    return { commandId: derivedId<CommandId>(this.context.import, stream), correlationId, actor: by, occurredAt, recordedAt };
  }

  private async append(stream: string, revision: number, decided: readonly DomainEvent[], meta: EventMeta): Promise<void> {
    const events = decided.map(({ type, version, data }, index): NewEvent => ({
      id: eventIdOf(meta.commandId, index),
      type,
      version,
      data,
      meta,
    }));
    await this.journal.append(stream, revision < 0 ? 'no-stream' : revision, events);
  }

  private metaOf({ stream, student }: Target): EventMeta {
    const { actor, commandId, correlationId, occurredAt, recordedAt } = this.contextOf(stream);
    return { actor, occurredAt, recordedAt, commandId, correlationId, ...(student !== undefined && { student }) };
  }

  /** A zone's offset is dear to look up and the same for a while: one look serves what is recorded within 50 ms. */
  private now(): Pick<CommandContext, 'occurredAt' | 'recordedAt'> {
    const at = performance.now();
    if (!this.made || at - this.madeAt > 50) {
      const recordedAt = this.clock.now();
      this.made = { recordedAt, occurredAt: inZone(recordedAt, this.zone) };
      this.madeAt = at;
    }
    return this.made;
  }
}

/** A value that the reading let through and the event's schema does not: the row is refused, the import goes on. */
function notRecordable({ errors }: InvalidEvent): Refusal {
  const fields = [...new Set(errors.map(({ pointer }) => pointer.split('/')[1] ?? ''))].filter((field) => field !== '');
  return refuse('not-recordable', `Look at the length and form of ${fields.join(', ') || 'its values'}.`);
}
