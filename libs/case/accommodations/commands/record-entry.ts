import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { planStream } from '@case/plans/events';
import { planFold } from '@case/plans/promise';
import { COMMAND_RUNNER, type CommandContext, type CommandOutcome, type CommandRunner } from '@foundation/event-store';
import { entryDecider, type NewEntry } from '../entry';
import { entryStream } from '../events';

/**
 * What became of an accommodation in a class on a day; `context.commandId` is the entry's id.
 * Refused: `accommodation-unknown`, `not-promised`, `in-the-future`.
 */
export class RecordEntry extends Command<CommandOutcome> {
  constructor(
    readonly input: NewEntry,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(RecordEntry)
export class RecordEntryHandler implements ICommandHandler<RecordEntry> {
  constructor(@Inject(COMMAND_RUNNER) private readonly runner: CommandRunner) {}

  async execute({ input, context }: RecordEntry): Promise<CommandOutcome> {
    const { state: promise } = await this.runner.load(planFold, planStream(input.plan));
    const target = { stream: entryStream(input.entry), student: input.student };
    const { recordedAt, occurredAt } = context;
    return this.runner.record(entryDecider, target, { kind: 'record', ...input, promise, recordedAt, zone: occurredAt.zone }, context);
  }
}
