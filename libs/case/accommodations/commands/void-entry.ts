import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { COMMAND_RUNNER, type CommandContext, type CommandOutcome, type CommandRunner } from '@foundation/event-store';
import type { EntryId } from '@foundation/kernel';
import { entryDecider } from '../entry';
import { entryTarget } from './target';

/** The entry no longer counts. Refused: `record-not-found`, `reason-missing`. */
export class VoidEntry extends Command<CommandOutcome> {
  constructor(
    readonly input: { readonly entry: EntryId; readonly reason: string },
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(VoidEntry)
export class VoidEntryHandler implements ICommandHandler<VoidEntry> {
  constructor(@Inject(COMMAND_RUNNER) private readonly runner: CommandRunner) {}

  async execute({ input: { entry, reason }, context }: VoidEntry): Promise<CommandOutcome> {
    return this.runner.handle(entryDecider, await entryTarget(this.runner, entry), { kind: 'void', reason }, context);
  }
}
