import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { COMMAND_RUNNER, type CommandContext, type CommandOutcome, type CommandRunner } from '@foundation/event-store';
import type { SessionId } from '@foundation/kernel';
import type { Outcome } from '../events';
import { sessionDecider } from '../session';
import { factsOf } from './facts';
import { sessionTarget } from './target';

/** The outcome as it should have been recorded, whole, and why. Refused: as recording is; `record-not-found`, `record-voided`, `no-outcome-yet`, `reason-missing`. */
export class CorrectSession extends Command<CommandOutcome> {
  constructor(
    readonly input: { readonly session: SessionId; readonly outcome: Outcome; readonly reason: string },
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(CorrectSession)
export class CorrectSessionHandler implements ICommandHandler<CorrectSession> {
  constructor(@Inject(COMMAND_RUNNER) private readonly runner: CommandRunner) {}

  async execute({ input: { session, outcome: content, reason }, context }: CorrectSession): Promise<CommandOutcome> {
    const target = await sessionTarget(this.runner, session);
    const facts = await factsOf(this.runner, target.record.plan, context.recordedAt, content);
    return this.runner.handle(sessionDecider, target, { kind: 'correct', content, reason, facts }, context);
  }
}
