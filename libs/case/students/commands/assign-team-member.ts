import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { COMMAND_RUNNER, type CommandContext, type CommandOutcome, type CommandRunner } from '@foundation/event-store';
import { studentStream, type TeamMember } from '../events';
import { studentDecider } from '../student';

/** A member of staff joins the team, from a day, perhaps to a day, perhaps as cover. Refused: see the table in the room’s README. */
export class AssignTeamMember extends Command<CommandOutcome> {
  constructor(
    readonly input: TeamMember,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(AssignTeamMember)
export class AssignTeamMemberHandler implements ICommandHandler<AssignTeamMember> {
  constructor(@Inject(COMMAND_RUNNER) private readonly runner: CommandRunner) {}

  execute({ input, context }: AssignTeamMember): Promise<CommandOutcome> {
    const target = { stream: studentStream(input.student), student: input.student };
    return this.runner.handle(studentDecider, target, { kind: 'assign', member: input }, context);
  }
}
