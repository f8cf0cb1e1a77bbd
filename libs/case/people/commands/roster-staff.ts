import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { COMMAND_RUNNER, type CommandContext, type CommandOutcome, type CommandRunner } from '@foundation/event-store';
import { staffStream } from '../events';
import { staffDecider, type StaffSnapshot } from '../staff';

/** The roster states a person and all their enrolments: only what differs from before becomes events. */
export class RosterStaff extends Command<CommandOutcome> {
  constructor(
    readonly input: StaffSnapshot,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(RosterStaff)
export class RosterStaffHandler implements ICommandHandler<RosterStaff> {
  constructor(@Inject(COMMAND_RUNNER) private readonly runner: CommandRunner) {}

  execute({ input, context }: RosterStaff): Promise<CommandOutcome> {
    return this.runner.handle(staffDecider, { stream: staffStream(input.staff) }, { kind: 'roster', ...input }, context);
  }
}
