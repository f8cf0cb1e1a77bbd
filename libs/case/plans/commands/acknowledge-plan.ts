import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { COMMAND_RUNNER, type CommandContext, type CommandOutcome, type CommandRunner } from '@foundation/event-store';
import type { LocalDate, PlanId, StaffId } from '@foundation/kernel';
import { planDecider } from '../plan';
import { planTarget } from './target';

/** A person responsible was informed of their part (34 CFR 300.323(d)). Refused: `version-not-found`, `version-not-current`. */
export class AcknowledgePlan extends Command<CommandOutcome> {
  constructor(
    readonly input: { readonly plan: PlanId; readonly staff: StaffId; readonly planVersion: number; readonly today: LocalDate },
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(AcknowledgePlan)
export class AcknowledgePlanHandler implements ICommandHandler<AcknowledgePlan> {
  constructor(@Inject(COMMAND_RUNNER) private readonly runner: CommandRunner) {}

  async execute({ input: { plan, ...rest }, context }: AcknowledgePlan): Promise<CommandOutcome> {
    return this.runner.handle(planDecider, await planTarget(this.runner, plan), { kind: 'acknowledge', ...rest }, context);
  }
}
