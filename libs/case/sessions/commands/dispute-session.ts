import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { COMMAND_RUNNER, type CommandContext, type CommandOutcome, type CommandRunner } from '@foundation/event-store';
import type { Disputant, SessionId } from '@foundation/kernel';
import { sessionDecider } from '../session';
import { sessionTarget } from './target';

/** A statement of disagreement that travels with the session. Refused: `record-not-found`, `no-outcome-yet`, `reason-missing`. */
export class DisputeSession extends Command<CommandOutcome> {
  constructor(
    readonly input: { readonly session: SessionId; readonly by: Disputant; readonly statement: string },
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(DisputeSession)
export class DisputeSessionHandler implements ICommandHandler<DisputeSession> {
  constructor(@Inject(COMMAND_RUNNER) private readonly runner: CommandRunner) {}

  async execute({ input: { session, by, statement }, context }: DisputeSession): Promise<CommandOutcome> {
    const target = await sessionTarget(this.runner, session);
    return this.runner.handle(sessionDecider, target, { kind: 'dispute', by, statement }, context);
  }
}
