import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { COMMAND_RUNNER, type CommandContext, type CommandOutcome, type CommandRunner } from '@foundation/event-store';
import { classStream, type SchoolClass } from '../events';
import { classDecider } from '../class';

/** The roster states a class: the whole of it. */
export class RosterClass extends Command<CommandOutcome> {
  constructor(
    readonly input: SchoolClass,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(RosterClass)
export class RosterClassHandler implements ICommandHandler<RosterClass> {
  constructor(@Inject(COMMAND_RUNNER) private readonly runner: CommandRunner) {}

  execute({ input, context }: RosterClass): Promise<CommandOutcome> {
    return this.runner.handle(classDecider, { stream: classStream(input.class) }, { kind: 'roster-class', class: input }, context);
  }
}
