import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { COMMAND_RUNNER, type CommandContext, type CommandOutcome, type CommandRunner } from '@foundation/event-store';
import type { SchoolId } from '@foundation/kernel';
import { schoolStream } from '../events';
import { schoolDecider } from '../school';

/** A bulk roster no longer names the school. */
export class LeaveRosterSchool extends Command<CommandOutcome> {
  constructor(
    readonly input: { readonly school: SchoolId },
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(LeaveRosterSchool)
export class LeaveRosterSchoolHandler implements ICommandHandler<LeaveRosterSchool> {
  constructor(@Inject(COMMAND_RUNNER) private readonly runner: CommandRunner) {}

  execute({ input, context }: LeaveRosterSchool): Promise<CommandOutcome> {
    return this.runner.handle(
      schoolDecider,
      { stream: schoolStream(input.school) },
      { kind: 'leave-roster', school: input.school },
      context,
    );
  }
}
