import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { planStream } from '@case/plans/events';
import { planFold } from '@case/plans/promise';
import { COMMAND_RUNNER, type CommandContext, type CommandOutcome, type CommandRunner } from '@foundation/event-store';
import { observationStream } from '../events';
import { type NewObservation, observationDecider } from '../observation';

/**
 * Raw data of one goal; `context.commandId` is the observation's id, `context.occurredAt` when it was seen.
 * Refused: `goal-unknown`, `not-in-force`, `in-the-future`, `raw-invalid`, `nothing-recorded`.
 */
export class RecordObservation extends Command<CommandOutcome> {
  constructor(
    readonly input: NewObservation,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(RecordObservation)
export class RecordObservationHandler implements ICommandHandler<RecordObservation> {
  constructor(@Inject(COMMAND_RUNNER) private readonly runner: CommandRunner) {}

  async execute({ input, context }: RecordObservation): Promise<CommandOutcome> {
    const { state: promise } = await this.runner.load(planFold, planStream(input.plan));
    const target = { stream: observationStream(input.observation), student: input.student };
    const { occurredAt: at, recordedAt } = context;
    return this.runner.record(observationDecider, target, { kind: 'record', ...input, promise, at, recordedAt }, context);
  }
}
