import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { planStream } from '@case/plans/events';
import { planFold } from '@case/plans/promise';
import { COMMAND_RUNNER, type CommandContext, type CommandOutcome, type CommandRunner } from '@foundation/event-store';
import type { ObservationId } from '@foundation/kernel';
import { observationDecider, type Seen } from '../observation';
import { observationTarget } from './target';

/** What should have been recorded, whole, and why. Refused: `record-not-found`, `record-voided`, `reason-missing`, `raw-invalid`, `nothing-recorded`. */
export class CorrectObservation extends Command<CommandOutcome> {
  constructor(
    readonly input: { readonly observation: ObservationId; readonly reason: string } & Seen,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(CorrectObservation)
export class CorrectObservationHandler implements ICommandHandler<CorrectObservation> {
  constructor(@Inject(COMMAND_RUNNER) private readonly runner: CommandRunner) {}

  async execute({ input: { observation, reason, ...content }, context }: CorrectObservation): Promise<CommandOutcome> {
    const target = await observationTarget(this.runner, observation);
    const { state: promise } = await this.runner.load(planFold, planStream(target.record.plan));
    return this.runner.handle(observationDecider, target, { kind: 'correct', content, reason, promise }, context);
  }
}
