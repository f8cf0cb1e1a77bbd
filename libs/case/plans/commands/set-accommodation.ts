import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { COMMAND_RUNNER, type CommandContext, type CommandOutcome, type CommandRunner } from '@foundation/event-store';
import type { PlanId } from '@foundation/kernel';
import type { Accommodation } from '../events';
import { planDecider } from '../plan';
import { planTarget } from './target';

/** An accommodation or modification of a draft, new or rewritten. Refused: `plan-not-draft`. */
export class SetAccommodation extends Command<CommandOutcome> {
  constructor(
    readonly input: { readonly plan: PlanId; readonly accommodation: Accommodation },
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(SetAccommodation)
export class SetAccommodationHandler implements ICommandHandler<SetAccommodation> {
  constructor(@Inject(COMMAND_RUNNER) private readonly runner: CommandRunner) {}

  async execute({ input: { plan, ...rest }, context }: SetAccommodation): Promise<CommandOutcome> {
    return this.runner.handle(planDecider, await planTarget(this.runner, plan), { kind: 'set-accommodation', ...rest }, context);
  }
}
