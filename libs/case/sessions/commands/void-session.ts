import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { COMMAND_RUNNER, type CommandContext, type CommandOutcome, type CommandRunner } from '@foundation/event-store';
import type { SessionId } from '@foundation/kernel';
import { sessionDecider } from '../session';
import { sessionTarget } from './target';

/** The session, or its schedule, no longer counts. Refused: `record-not-found`, `reason-missing`. */
export class VoidSession extends Command<CommandOutcome> {
  constructor(
    readonly input: { readonly session: SessionId; readonly reason: string },
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(VoidSession)
export class VoidSessionHandler implements ICommandHandler<VoidSession> {
  constructor(@Inject(COMMAND_RUNNER) private readonly runner: CommandRunner) {}

  async execute({ input: { session, reason }, context }: VoidSession): Promise<CommandOutcome> {
    return this.runner.handle(sessionDecider, await sessionTarget(this.runner, session), { kind: 'void', reason }, context);
  }
}
