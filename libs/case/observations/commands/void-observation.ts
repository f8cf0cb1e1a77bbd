import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { COMMAND_RUNNER, type CommandContext, type CommandOutcome, type CommandRunner } from '@foundation/event-store';
import type { ObservationId } from '@foundation/kernel';
import { observationDecider } from '../observation';
import { observationTarget } from './target';

/** The record no longer counts. Refused: `record-not-found`, `reason-missing`. */
export class VoidObservation extends Command<CommandOutcome> {
  constructor(
    readonly input: { readonly observation: ObservationId; readonly reason: string },
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(VoidObservation)
export class VoidObservationHandler implements ICommandHandler<VoidObservation> {
  constructor(@Inject(COMMAND_RUNNER) private readonly runner: CommandRunner) {}

  async execute({ input: { observation, reason }, context }: VoidObservation): Promise<CommandOutcome> {
    return this.runner.handle(observationDecider, await observationTarget(this.runner, observation), { kind: 'void', reason }, context);
  }
}
