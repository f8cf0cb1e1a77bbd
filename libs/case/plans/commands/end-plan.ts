import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { COMMAND_RUNNER, type CommandContext, type CommandOutcome, type CommandRunner } from '@foundation/event-store';
import type { LocalDate, PlanId } from '@foundation/kernel';
import { planDecider } from '../plan';
import { planTarget } from './target';

/** The plan’s last day in force. Refused: `plan-ended`, `plan-ends-before-it-began`, `plan-not-active`. */
export class EndPlan extends Command<CommandOutcome> {
  constructor(
    readonly input: { readonly plan: PlanId; readonly lastDay: LocalDate; readonly reason: string },
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(EndPlan)
export class EndPlanHandler implements ICommandHandler<EndPlan> {
  constructor(@Inject(COMMAND_RUNNER) private readonly runner: CommandRunner) {}

  async execute({ input: { plan, ...rest }, context }: EndPlan): Promise<CommandOutcome> {
    return this.runner.handle(planDecider, await planTarget(this.runner, plan), { kind: 'end', ...rest }, context);
  }
}
