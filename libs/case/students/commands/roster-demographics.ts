import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { COMMAND_RUNNER, type CommandContext, type CommandOutcome, type CommandRunner } from '@foundation/event-store';
import { studentStream, type Demographics } from '../events';
import { studentDecider } from '../student';

/** The roster states a student’s demographics. Refused: `student-not-found`. */
export class RosterDemographics extends Command<CommandOutcome> {
  constructor(
    readonly input: Demographics,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(RosterDemographics)
export class RosterDemographicsHandler implements ICommandHandler<RosterDemographics> {
  constructor(@Inject(COMMAND_RUNNER) private readonly runner: CommandRunner) {}

  execute({ input, context }: RosterDemographics): Promise<CommandOutcome> {
    const target = { stream: studentStream(input.student), student: input.student };
    return this.runner.handle(studentDecider, target, { kind: 'roster-demographics', demographics: input }, context);
  }
}
