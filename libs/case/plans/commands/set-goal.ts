import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { COMMAND_RUNNER, type CommandContext, type CommandOutcome, type CommandRunner } from '@foundation/event-store';
import type { PlanId } from '@foundation/kernel';
import type { Goal } from '../events';
import { planDecider } from '../plan';
import { planTarget } from './target';

/** A goal of a draft, new or rewritten; it may still be incomplete. Refused: `plan-not-draft`, `values-conflict`. */
export class SetGoal extends Command<CommandOutcome> {
  constructor(
    readonly input: { readonly plan: PlanId; readonly goal: Goal },
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(SetGoal)
export class SetGoalHandler implements ICommandHandler<SetGoal> {
  constructor(@Inject(COMMAND_RUNNER) private readonly runner: CommandRunner) {}

  async execute({ input: { plan, ...rest }, context }: SetGoal): Promise<CommandOutcome> {
    return this.runner.handle(planDecider, await planTarget(this.runner, plan), { kind: 'set-goal', ...rest }, context);
  }
}
