import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { COMMAND_RUNNER, type CommandContext, type CommandOutcome, type CommandRunner } from '@foundation/event-store';
import type { Disputant, EntryId } from '@foundation/kernel';
import { entryDecider } from '../entry';
import { entryTarget } from './target';

/** A statement of disagreement that travels with the entry. Refused: `record-not-found`, `reason-missing`. */
export class DisputeEntry extends Command<CommandOutcome> {
  constructor(
    readonly input: { readonly entry: EntryId; readonly by: Disputant; readonly statement: string },
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(DisputeEntry)
export class DisputeEntryHandler implements ICommandHandler<DisputeEntry> {
  constructor(@Inject(COMMAND_RUNNER) private readonly runner: CommandRunner) {}

  async execute({ input: { entry, by, statement }, context }: DisputeEntry): Promise<CommandOutcome> {
    return this.runner.handle(entryDecider, await entryTarget(this.runner, entry), { kind: 'dispute', by, statement }, context);
  }
}
