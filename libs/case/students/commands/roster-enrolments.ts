import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { COMMAND_RUNNER, type CommandContext, type CommandOutcome, type CommandRunner } from '@foundation/event-store';
import type { StudentId } from '@foundation/kernel';
import { studentStream, type Enrolment } from '../events';
import { studentDecider } from '../student';

/** All enrolments that the roster now states for a student: new and changed ones begin, missing ones end. Refused: `student-not-found`. */
export class RosterEnrolments extends Command<CommandOutcome> {
  constructor(
    readonly input: { readonly student: StudentId; readonly enrolments: readonly Enrolment[] },
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(RosterEnrolments)
export class RosterEnrolmentsHandler implements ICommandHandler<RosterEnrolments> {
  constructor(@Inject(COMMAND_RUNNER) private readonly runner: CommandRunner) {}

  execute({ input, context }: RosterEnrolments): Promise<CommandOutcome> {
    const target = { stream: studentStream(input.student), student: input.student };
    return this.runner.handle(studentDecider, target, { kind: 'roster-enrolments', ...input }, context);
  }
}
