import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { COMMAND_RUNNER, type CommandContext, type CommandOutcome, type CommandRunner } from '@foundation/event-store';
import { studentStream, type AddedStudent } from '../events';
import { studentDecider } from '../student';

/** A student is entered by hand. Refused: `student-exists`, `student-erased`. */
export class AddStudent extends Command<CommandOutcome> {
  constructor(
    readonly input: AddedStudent,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(AddStudent)
export class AddStudentHandler implements ICommandHandler<AddStudent> {
  constructor(@Inject(COMMAND_RUNNER) private readonly runner: CommandRunner) {}

  execute({ input, context }: AddStudent): Promise<CommandOutcome> {
    const target = { stream: studentStream(input.student), student: input.student };
    return this.runner.handle(studentDecider, target, { kind: 'add', student: input }, context);
  }
}
