import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { COMMAND_RUNNER, type CommandContext, type CommandOutcome, type CommandRunner } from '@foundation/event-store';
import type { LocalDate, StudentId } from '@foundation/kernel';
import { studentStream } from '../events';
import { studentDecider } from '../student';

/** The child’s case is opened, or opened again. Refused: `case-already-open`, `case-days-out-of-order`. */
export class OpenCase extends Command<CommandOutcome> {
  constructor(
    readonly input: { readonly student: StudentId; readonly on: LocalDate },
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(OpenCase)
export class OpenCaseHandler implements ICommandHandler<OpenCase> {
  constructor(@Inject(COMMAND_RUNNER) private readonly runner: CommandRunner) {}

  execute({ input, context }: OpenCase): Promise<CommandOutcome> {
    const target = { stream: studentStream(input.student), student: input.student };
    return this.runner.handle(studentDecider, target, { kind: 'open-case', ...input }, context);
  }
}
