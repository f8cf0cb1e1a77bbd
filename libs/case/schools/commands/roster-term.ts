import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { COMMAND_RUNNER, type CommandContext, type CommandOutcome, type CommandRunner } from '@foundation/event-store';
import { termStream, type Term } from '../events';
import { termDecider } from '../term';

/** The roster states an academic session: the whole of it. Refused: `term-ends-before-it-starts`. */
export class RosterTerm extends Command<CommandOutcome> {
  constructor(
    readonly input: Term,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(RosterTerm)
export class RosterTermHandler implements ICommandHandler<RosterTerm> {
  constructor(@Inject(COMMAND_RUNNER) private readonly runner: CommandRunner) {}

  execute({ input, context }: RosterTerm): Promise<CommandOutcome> {
    return this.runner.handle(termDecider, { stream: termStream(input.term) }, { kind: 'roster-term', term: input }, context);
  }
}
