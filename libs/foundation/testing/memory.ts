import type { CommandContext, CommandOutcome, CommandRunner, Journal, Target } from '@foundation/event-store';
import {
  type CommandId,
  derivedId,
  type Decider,
  type DomainEvent,
  type Happened,
  isRefusal,
  newId,
  type Position,
  type RecordedEvent,
  RefusalError,
} from '@foundation/kernel';
import { sampleMeta } from './events';

export interface MemoryLog {
  readonly runner: CommandRunner;
  readonly journal: Pick<Journal, 'readStudent'>;
  /** Puts events in the log without asking a rule. */
  happened(target: Target, ...events: readonly DomainEvent[]): void;
  /** Everything recorded so far, in order. */
  readonly events: readonly RecordedEvent[];
}

/** Commands of a test: a new id each, made at `sampleMeta`'s time by its actor. */
export const sampleContext = (replaced: Partial<CommandContext> = {}): CommandContext => ({
  commandId: newId<CommandId>(),
  correlationId: 'sample',
  actor: sampleMeta.actor,
  occurredAt: sampleMeta.occurredAt,
  recordedAt: sampleMeta.recordedAt,
  ...replaced,
});

/** A log in an array, for specs of handlers: it decides and folds, but neither validates, seals nor recognises repeats. */
export function memoryLog(): MemoryLog {
  const events: RecordedEvent[] = [];
  const of = (stream: string) => events.filter((event) => event.stream === stream);

  function append(target: Target, news: readonly DomainEvent[], context: CommandContext): readonly RecordedEvent[] {
    const first = of(target.stream).length;
    const recorded = news.map((event, index): RecordedEvent => ({
      ...event,
      id: derivedId(context.commandId, index),
      stream: target.stream,
      revision: first + index,
      position: BigInt(events.length + index + 1),
      meta: { ...context, student: target.student },
    }));
    events.push(...recorded);
    return recorded;
  }

  function stateOf<C, S, E extends DomainEvent>(decider: Pick<Decider<C, S, E>, 'initial' | 'evolve'>, stream: string): S {
    return of(stream).reduce((state: S, event: unknown) => decider.evolve(state, event as Happened<E>), decider.initial);
  }

  async function handle<C, S, E extends DomainEvent>(decider: Decider<C, S, E>, target: Target, command: C, context: CommandContext) {
    const decided = decider.decide(command, stateOf(decider, target.stream));
    if (isRefusal(decided)) throw new RefusalError(decided);
    const recorded = append(target, decided, context) as CommandOutcome<E>['events'];
    const position: Position = BigInt(events.length);
    return { stream: target.stream, revision: of(target.stream).length - 1, position, repeated: false, events: recorded };
  }

  const load: CommandRunner['load'] = async (decider, stream) => ({ state: stateOf(decider, stream), revision: of(stream).length - 1 });

  return {
    runner: { handle, record: handle, load, loadCurrent: load },
    journal: {
      readStudent: async (student, { types } = {}) =>
        events.filter((event) => event.meta.student === student && (types === undefined || types.includes(event.type))),
    },
    happened: (target, ...news) => void append(target, news, sampleContext()),
    events,
  };
}
