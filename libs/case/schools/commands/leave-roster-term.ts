import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { COMMAND_RUNNER, type CommandContext, type CommandOutcome, type CommandRunner } from '@foundation/event-store';
import type { TermId } from '@foundation/kernel';
import { termStream } from '../events';
import { termDecider } from '../term';

/** A bulk roster no longer names the academic session. */
export class LeaveRosterTerm extends Command<CommandOutcome> {
  constructor(
    readonly input: { readonly term: TermId },
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(LeaveRosterTerm)
export class LeaveRosterTermHandler implements ICommandHandler<LeaveRosterTerm> {
  constructor(@Inject(COMMAND_RUNNER) private readonly runner: CommandRunner) {}

  execute({ input, context }: LeaveRosterTerm): Promise<CommandOutcome> {
    return this.runner.handle(termDecider, { stream: termStream(input.term) }, { kind: 'leave-roster', term: input.term }, context);
  }
}
