import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { COMMAND_RUNNER, type CommandContext, type CommandOutcome, type CommandRunner } from '@foundation/event-store';
import type { LocalDate, StudentId } from '@foundation/kernel';
import { studentStream } from '../events';
import { studentDecider } from '../student';

/** The case is closed with its reason. Refused: `case-not-open`, `case-days-out-of-order`. */
export class CloseCase extends Command<CommandOutcome> {
  constructor(
    readonly input: { readonly student: StudentId; readonly on: LocalDate; readonly reason: string },
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(CloseCase)
export class CloseCaseHandler implements ICommandHandler<CloseCase> {
  constructor(@Inject(COMMAND_RUNNER) private readonly runner: CommandRunner) {}

  execute({ input, context }: CloseCase): Promise<CommandOutcome> {
    const target = { stream: studentStream(input.student), student: input.student };
    return this.runner.handle(studentDecider, target, { kind: 'close-case', ...input }, context);
  }
}
