import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { COMMAND_RUNNER, type CommandContext, type CommandOutcome, type CommandRunner } from '@foundation/event-store';
import type { ClassId } from '@foundation/kernel';
import { classStream } from '../events';
import { classDecider } from '../class';

/** A bulk roster no longer names the class. */
export class LeaveRosterClass extends Command<CommandOutcome> {
  constructor(
    readonly input: { readonly class: ClassId },
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(LeaveRosterClass)
export class LeaveRosterClassHandler implements ICommandHandler<LeaveRosterClass> {
  constructor(@Inject(COMMAND_RUNNER) private readonly runner: CommandRunner) {}

  execute({ input, context }: LeaveRosterClass): Promise<CommandOutcome> {
    return this.runner.handle(classDecider, { stream: classStream(input.class) }, { kind: 'leave-roster', class: input.class }, context);
  }
}
