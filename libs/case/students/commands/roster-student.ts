import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { COMMAND_RUNNER, type CommandContext, type CommandOutcome, type CommandRunner } from '@foundation/event-store';
import { studentStream, type RosteredStudent } from '../events';
import { studentDecider } from '../student';

/** The roster states a student: the whole of it. Refused: `student-erased`. */
export class RosterStudent extends Command<CommandOutcome> {
  constructor(
    readonly input: RosteredStudent,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(RosterStudent)
export class RosterStudentHandler implements ICommandHandler<RosterStudent> {
  constructor(@Inject(COMMAND_RUNNER) private readonly runner: CommandRunner) {}

  execute({ input, context }: RosterStudent): Promise<CommandOutcome> {
    const target = { stream: studentStream(input.student), student: input.student };
    return this.runner.handle(studentDecider, target, { kind: 'roster', student: input }, context);
  }
}
