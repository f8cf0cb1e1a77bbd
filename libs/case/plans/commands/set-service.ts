import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { COMMAND_RUNNER, type CommandContext, type CommandOutcome, type CommandRunner } from '@foundation/event-store';
import type { PlanId } from '@foundation/kernel';
import type { Service } from '../events';
import { planDecider } from '../plan';
import { planTarget } from './target';

/** A service line of a draft, new or rewritten; it may still be incomplete. Refused: `plan-not-draft`, `values-conflict`. */
export class SetService extends Command<CommandOutcome> {
  constructor(
    readonly input: { readonly plan: PlanId; readonly service: Service },
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(SetService)
export class SetServiceHandler implements ICommandHandler<SetService> {
  constructor(@Inject(COMMAND_RUNNER) private readonly runner: CommandRunner) {}

  async execute({ input: { plan, ...rest }, context }: SetService): Promise<CommandOutcome> {
    return this.runner.handle(planDecider, await planTarget(this.runner, plan), { kind: 'set-service', ...rest }, context);
  }
}
