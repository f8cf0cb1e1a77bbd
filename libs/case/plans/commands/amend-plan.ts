import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { COMMAND_RUNNER, type CommandContext, type CommandOutcome, type CommandRunner } from '@foundation/event-store';
import type { LocalDate, PlanId } from '@foundation/kernel';
import { type Amendment, planDecider } from '../plan';
import { planTarget } from './target';

/** A new version by written agreement, without a meeting (34 CFR 300.324(a)(4)). Refused: `agreement-missing`, `amendment-…`, `measure-kind-changed`, `plan-incomplete`. */
export class AmendPlan extends Command<CommandOutcome> {
  constructor(
    readonly input: { readonly plan: PlanId; readonly today: LocalDate } & Amendment,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(AmendPlan)
export class AmendPlanHandler implements ICommandHandler<AmendPlan> {
  constructor(@Inject(COMMAND_RUNNER) private readonly runner: CommandRunner) {}

  async execute({ input: { plan, ...rest }, context }: AmendPlan): Promise<CommandOutcome> {
    return this.runner.handle(planDecider, await planTarget(this.runner, plan), { kind: 'amend', ...rest }, context);
  }
}
