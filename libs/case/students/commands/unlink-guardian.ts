import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { COMMAND_RUNNER, type CommandContext, type CommandOutcome, type CommandRunner } from '@foundation/event-store';
import type { GuardianId, StudentId } from '@foundation/kernel';
import { studentStream } from '../events';
import { studentDecider } from '../student';

/** A guardian link ends. Refused: `guardian-not-found`. */
export class UnlinkGuardian extends Command<CommandOutcome> {
  constructor(
    readonly input: { readonly student: StudentId; readonly guardian: GuardianId; readonly reason?: string },
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(UnlinkGuardian)
export class UnlinkGuardianHandler implements ICommandHandler<UnlinkGuardian> {
  constructor(@Inject(COMMAND_RUNNER) private readonly runner: CommandRunner) {}

  execute({ input, context }: UnlinkGuardian): Promise<CommandOutcome> {
    const target = { stream: studentStream(input.student), student: input.student };
    return this.runner.handle(studentDecider, target, { kind: 'unlink-guardian', ...input }, context);
  }
}
