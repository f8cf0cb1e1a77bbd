import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { COMMAND_RUNNER, type CommandContext, type CommandOutcome, type CommandRunner } from '@foundation/event-store';
import { studentStream, type Guardian } from '../events';
import { studentDecider } from '../student';

/** A guardian, new or changed. Refused: `student-not-found`. */
export class LinkGuardian extends Command<CommandOutcome> {
  constructor(
    readonly input: Guardian,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(LinkGuardian)
export class LinkGuardianHandler implements ICommandHandler<LinkGuardian> {
  constructor(@Inject(COMMAND_RUNNER) private readonly runner: CommandRunner) {}

  execute({ input, context }: LinkGuardian): Promise<CommandOutcome> {
    const target = { stream: studentStream(input.student), student: input.student };
    return this.runner.handle(studentDecider, target, { kind: 'link-guardian', guardian: input }, context);
  }
}
