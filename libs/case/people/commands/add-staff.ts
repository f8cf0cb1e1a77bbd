import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { COMMAND_RUNNER, type CommandContext, type CommandOutcome, type CommandRunner } from '@foundation/event-store';
import { type AddedStaff, staffStream } from '../events';
import { staffDecider } from '../staff';

/** An administrator adds a person by hand. Refused: `staff-exists`. */
export class AddStaff extends Command<CommandOutcome> {
  constructor(
    readonly input: AddedStaff,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(AddStaff)
export class AddStaffHandler implements ICommandHandler<AddStaff> {
  constructor(@Inject(COMMAND_RUNNER) private readonly runner: CommandRunner) {}

  execute({ input, context }: AddStaff): Promise<CommandOutcome> {
    return this.runner.handle(staffDecider, { stream: staffStream(input.staff) }, { kind: 'add', ...input }, context);
  }
}
