import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { COMMAND_RUNNER, type CommandContext, type CommandOutcome, type CommandRunner } from '@foundation/event-store';
import type { StaffId } from '@foundation/kernel';
import { staffStream } from '../events';
import { staffDecider } from '../staff';

/** The person may no longer act here, from now. Whether another administrator is left is the caller's question. */
export class RemoveStaff extends Command<CommandOutcome> {
  constructor(
    readonly input: { readonly staff: StaffId; readonly reason: string },
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(RemoveStaff)
export class RemoveStaffHandler implements ICommandHandler<RemoveStaff> {
  constructor(@Inject(COMMAND_RUNNER) private readonly runner: CommandRunner) {}

  execute({ input, context }: RemoveStaff): Promise<CommandOutcome> {
    return this.runner.handle(staffDecider, { stream: staffStream(input.staff) }, { kind: 'remove', ...input }, context);
  }
}
