import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { COMMAND_RUNNER, type CommandContext, type CommandOutcome, type CommandRunner } from '@foundation/event-store';
import type { EntryId } from '@foundation/kernel';
import { type Became, entryDecider } from '../entry';
import { entryTarget } from './target';

/** What should have been recorded and why; class and day stay. Refused: `record-not-found`, `record-voided`, `reason-missing`. */
export class CorrectEntry extends Command<CommandOutcome> {
  constructor(
    readonly input: { readonly entry: EntryId; readonly reason: string } & Became,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(CorrectEntry)
export class CorrectEntryHandler implements ICommandHandler<CorrectEntry> {
  constructor(@Inject(COMMAND_RUNNER) private readonly runner: CommandRunner) {}

  async execute({ input: { entry, reason, ...content }, context }: CorrectEntry): Promise<CommandOutcome> {
    return this.runner.handle(entryDecider, await entryTarget(this.runner, entry), { kind: 'correct', content, reason }, context);
  }
}
