import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { COMMAND_RUNNER, type CommandContext, type CommandOutcome, type CommandRunner } from '@foundation/event-store';
import { sessionStream } from '../events';
import { type Schedule, sessionDecider, type SessionOf } from '../session';
import { factsOf } from './facts';

/** A session of a service line is planned. Refused: `service-unknown`, `outcome-invalid`, `not-in-force`, `record-exists`. */
export class ScheduleSession extends Command<CommandOutcome> {
  constructor(
    readonly input: SessionOf & Schedule,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(ScheduleSession)
export class ScheduleSessionHandler implements ICommandHandler<ScheduleSession> {
  constructor(@Inject(COMMAND_RUNNER) private readonly runner: CommandRunner) {}

  async execute({ input, context }: ScheduleSession): Promise<CommandOutcome> {
    const facts = await factsOf(this.runner, input.plan, context.recordedAt);
    const target = { stream: sessionStream(input.session), student: input.student };
    return this.runner.handle(sessionDecider, target, { kind: 'schedule', ...input, facts }, context);
  }
}
