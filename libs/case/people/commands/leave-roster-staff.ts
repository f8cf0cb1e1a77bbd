import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { COMMAND_RUNNER, type CommandContext, type CommandOutcome, type CommandRunner } from '@foundation/event-store';
import type { StaffId } from '@foundation/kernel';
import { staffStream } from '../events';
import { staffDecider } from '../staff';

/** A bulk roster no longer names the person: marked, their classes taken off, their roles untouched. */
export class LeaveRosterStaff extends Command<CommandOutcome> {
  constructor(
    readonly input: { readonly staff: StaffId },
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(LeaveRosterStaff)
export class LeaveRosterStaffHandler implements ICommandHandler<LeaveRosterStaff> {
  constructor(@Inject(COMMAND_RUNNER) private readonly runner: CommandRunner) {}

  execute({ input, context }: LeaveRosterStaff): Promise<CommandOutcome> {
    return this.runner.handle(staffDecider, { stream: staffStream(input.staff) }, { kind: 'leave-roster', ...input }, context);
  }
}
