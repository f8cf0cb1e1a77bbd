import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { COMMAND_RUNNER, type CommandContext, type CommandOutcome, type CommandRunner } from '@foundation/event-store';
import type { StudentId } from '@foundation/kernel';
import { studentStream, type Profile } from '../events';
import { studentDecider } from '../student';

/** The one-screen profile, whole (34 CFR 300.323(d): everyone responsible has access). Refused: `student-not-found`. */
export class WriteProfile extends Command<CommandOutcome> {
  constructor(
    readonly input: { readonly student: StudentId; readonly profile: Profile },
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(WriteProfile)
export class WriteProfileHandler implements ICommandHandler<WriteProfile> {
  constructor(@Inject(COMMAND_RUNNER) private readonly runner: CommandRunner) {}

  execute({ input, context }: WriteProfile): Promise<CommandOutcome> {
    const target = { stream: studentStream(input.student), student: input.student };
    return this.runner.handle(studentDecider, target, { kind: 'write-profile', ...input }, context);
  }
}
