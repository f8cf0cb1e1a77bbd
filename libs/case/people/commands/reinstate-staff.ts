import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { COMMAND_RUNNER, type CommandContext, type CommandOutcome, type CommandRunner } from '@foundation/event-store';
import type { StaffId } from '@foundation/kernel';
import { staffStream } from '../events';
import { staffDecider } from '../staff';

/** Takes a removal back; the grants that are still in force count again. */
export class ReinstateStaff extends Command<CommandOutcome> {
  constructor(
    readonly input: { readonly staff: StaffId; readonly reason: string },
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(ReinstateStaff)
export class ReinstateStaffHandler implements ICommandHandler<ReinstateStaff> {
  constructor(@Inject(COMMAND_RUNNER) private readonly runner: CommandRunner) {}

  execute({ input, context }: ReinstateStaff): Promise<CommandOutcome> {
    return this.runner.handle(staffDecider, { stream: staffStream(input.staff) }, { kind: 'reinstate', ...input }, context);
  }
}
