import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { COMMAND_RUNNER, type CommandContext, type CommandOutcome, type CommandRunner } from '@foundation/event-store';
import type { StudentId } from '@foundation/kernel';
import { studentStream } from '../events';
import { studentDecider } from '../student';

/** A bulk roster no longer names the student. Refused: `student-not-found`. */
export class LeaveRosterStudent extends Command<CommandOutcome> {
  constructor(
    readonly input: { readonly student: StudentId },
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(LeaveRosterStudent)
export class LeaveRosterStudentHandler implements ICommandHandler<LeaveRosterStudent> {
  constructor(@Inject(COMMAND_RUNNER) private readonly runner: CommandRunner) {}

  execute({ input, context }: LeaveRosterStudent): Promise<CommandOutcome> {
    const target = { stream: studentStream(input.student), student: input.student };
    return this.runner.handle(studentDecider, target, { kind: 'leave-roster', ...input }, context);
  }
}
