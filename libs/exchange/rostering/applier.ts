import { inZone } from '@foundation/calendar';
import type { CommandContext, CommandRunner, Target } from '@foundation/event-store';
import {
  type ActorId,
  type Clock,
  type CommandId,
  type Decider,
  derivedId,
  type DomainEvent,
  type Happened,
  type ImportId,
  isRefusal,
  type Refusal,
} from '@foundation/kernel';

export interface ImportContext {
  readonly import: ImportId;
  readonly by: ActorId;
  readonly correlationId: string;
  readonly dryRun: boolean;
}

export interface Applied<E extends DomainEvent> {
  readonly events: readonly E[];
  /** The stream was empty before. */
  readonly fresh: boolean;
  readonly refusal?: Refusal;
}

/** Several commands of one stream as one: all of their events in one append, or the first refusal. */
export function inSequence<C, S, E extends DomainEvent>(decider: Decider<C, S, E>, meta: Happened['meta']): Decider<readonly C[], S, E> {
  return {
    initial: decider.initial,
    evolve: decider.evolve,
    decide(commands, state) {
      const events: E[] = [];
      let now = state;
      for (const command of commands) {
        const decided = decider.decide(command, now);
        if (isRefusal(decided)) return decided;
        for (const event of decided) {
          events.push(event);
          now = decider.evolve(now, { ...event, meta });
        }
      }
      return events;
    },
  };
}

/** Applies what the roster states to one stream; on a dry run it decides in the same way and appends nothing. */
export class Applier {
  constructor(
    private readonly runner: CommandRunner,
    private readonly clock: Clock,
    private readonly zone: string,
    private readonly context: ImportContext,
  ) {}

  async apply<C, S, E extends DomainEvent>(decider: Decider<C, S, E>, target: Target, commands: readonly C[]): Promise<Applied<E>> {
    const context = this.contextOf(target.stream);
    const sequence = inSequence(decider, metaOf(context));
    const { state, revision } = await this.runner.load(decider, target.stream);
    const decided = sequence.decide(commands, state);
    const fresh = revision < 0;
    if (isRefusal(decided)) return { events: [], fresh, refusal: decided };
    if (decided.length > 0 && !this.context.dryRun) await this.runner.handle(sequence, target, commands, context);
    return { events: decided, fresh };
  }

  /** One command id per stream and import: an import begun again adds nothing twice. */
  contextOf(stream: string): CommandContext {
    const recordedAt = this.clock.now();
    return {
      commandId: derivedId<CommandId>(this.context.import, stream),
      correlationId: this.context.correlationId,
      actor: this.context.by,
      occurredAt: inZone(recordedAt, this.zone),
      recordedAt,
    };
  }
}

function metaOf({ actor, commandId, correlationId, occurredAt, recordedAt }: CommandContext): Happened['meta'] {
  return { actor, commandId, correlationId, occurredAt, recordedAt };
}
