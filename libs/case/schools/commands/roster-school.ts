import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { COMMAND_RUNNER, type CommandContext, type CommandOutcome, type CommandRunner } from '@foundation/event-store';
import { schoolStream, type School } from '../events';
import { schoolDecider } from '../school';

/** The roster states a school or district: the whole of it. */
export class RosterSchool extends Command<CommandOutcome> {
  constructor(
    readonly input: School,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(RosterSchool)
export class RosterSchoolHandler implements ICommandHandler<RosterSchool> {
  constructor(@Inject(COMMAND_RUNNER) private readonly runner: CommandRunner) {}

  execute({ input, context }: RosterSchool): Promise<CommandOutcome> {
    return this.runner.handle(schoolDecider, { stream: schoolStream(input.school) }, { kind: 'roster-school', school: input }, context);
  }
}
