import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { COMMAND_RUNNER, type CommandContext, type CommandOutcome, type CommandRunner } from '@foundation/event-store';
import { derivedId } from '@foundation/kernel';
import { type Outcome, sessionStream } from '../events';
import { timeOf } from '../outcome-rules';
import { type SessionCommand, sessionDecider, type SessionOf } from '../session';
import { factsOf } from './facts';

/**
 * What became of a session, scheduled or not; `context.commandId` is the session's id. It happened when the outcome says.
 * Refused: `service-unknown`, `outcome-invalid`, `in-the-future`, `not-in-force`, `session-goal-unknown`, `make-up-mismatch`,
 * `schedule-mismatch`, `record-voided`.
 */
export class RecordSession extends Command<CommandOutcome> {
  constructor(
    readonly input: SessionOf & { readonly outcome: Outcome },
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(RecordSession)
export class RecordSessionHandler implements ICommandHandler<RecordSession> {
  constructor(@Inject(COMMAND_RUNNER) private readonly runner: CommandRunner) {}

  async execute({ input, context: asked }: RecordSession): Promise<CommandOutcome> {
    const context = { ...asked, occurredAt: timeOf(input.outcome) };
    const facts = await factsOf(this.runner, input.plan, context.recordedAt, input.outcome);
    const target = { stream: sessionStream(input.session), student: input.student };
    const command: SessionCommand = { kind: 'record', ...input, facts };
    const { state } = await this.runner.load(sessionDecider, target.stream);
    const wasScheduled = state !== undefined && (!('wasScheduled' in state) || state.wasScheduled);
    // The schedule may have used the session's id as its command's id: the outcome needs one of its own, the same on every retry.
    return wasScheduled
      ? this.runner.handle(sessionDecider, target, command, { ...context, commandId: derivedId(context.commandId, 'outcome') })
      : this.runner.record(sessionDecider, target, command, context);
  }
}
