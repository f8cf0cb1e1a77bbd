import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { COMMAND_RUNNER, type CommandContext, type CommandOutcome, type CommandRunner } from '@foundation/event-store';
import type { Disputant, ObservationId } from '@foundation/kernel';
import { observationDecider } from '../observation';
import { observationTarget } from './target';

/** A statement of disagreement that travels with the record. Refused: `record-not-found`, `reason-missing`. */
export class DisputeObservation extends Command<CommandOutcome> {
  constructor(
    readonly input: { readonly observation: ObservationId; readonly by: Disputant; readonly statement: string },
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(DisputeObservation)
export class DisputeObservationHandler implements ICommandHandler<DisputeObservation> {
  constructor(@Inject(COMMAND_RUNNER) private readonly runner: CommandRunner) {}

  async execute({ input: { observation, by, statement }, context }: DisputeObservation): Promise<CommandOutcome> {
    const target = await observationTarget(this.runner, observation);
    return this.runner.handle(observationDecider, target, { kind: 'dispute', by, statement }, context);
  }
}
