import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { COMMAND_RUNNER, type CommandContext, type CommandOutcome, type CommandRunner } from '@foundation/event-store';
import type { AssignmentId, LocalDate, StudentId } from '@foundation/kernel';
import { studentStream } from '../events';
import { studentDecider } from '../student';

/** An assignment’s last day is named. Refused: `assignment-not-found`, `assignment-ends-before-it-begins`, `assignment-already-ended`. */
export class EndAssignment extends Command<CommandOutcome> {
  constructor(
    readonly input: {
      readonly student: StudentId;
      readonly assignment: AssignmentId;
      readonly lastDay: LocalDate;
      readonly reason?: string;
    },
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(EndAssignment)
export class EndAssignmentHandler implements ICommandHandler<EndAssignment> {
  constructor(@Inject(COMMAND_RUNNER) private readonly runner: CommandRunner) {}

  execute({ input, context }: EndAssignment): Promise<CommandOutcome> {
    const target = { stream: studentStream(input.student), student: input.student };
    return this.runner.handle(studentDecider, target, { kind: 'end-assignment', ...input }, context);
  }
}
