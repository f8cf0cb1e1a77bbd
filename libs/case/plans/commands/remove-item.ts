import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { COMMAND_RUNNER, type CommandContext, type CommandOutcome, type CommandRunner } from '@foundation/event-store';
import type { PlanId } from '@foundation/kernel';
import type { ItemId } from '../events';
import { planDecider } from '../plan';
import { planTarget } from './target';

/** A goal, accommodation or service is taken out of a draft. Refused: `plan-not-draft`, `item-not-found`. */
export class RemoveItem extends Command<CommandOutcome> {
  constructor(
    readonly input: { readonly plan: PlanId; readonly item: ItemId },
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(RemoveItem)
export class RemoveItemHandler implements ICommandHandler<RemoveItem> {
  constructor(@Inject(COMMAND_RUNNER) private readonly runner: CommandRunner) {}

  async execute({ input: { plan, ...rest }, context }: RemoveItem): Promise<CommandOutcome> {
    return this.runner.handle(planDecider, await planTarget(this.runner, plan), { kind: 'remove-item', ...rest }, context);
  }
}
