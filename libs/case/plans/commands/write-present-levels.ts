import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { COMMAND_RUNNER, type CommandContext, type CommandOutcome, type CommandRunner } from '@foundation/event-store';
import type { PlanId } from '@foundation/kernel';
import { planDecider } from '../plan';
import { planTarget } from './target';

/** Present levels and, from 16, the transition statement of a draft. Refused: `plan-not-draft`. */
export class WritePresentLevels extends Command<CommandOutcome> {
  constructor(
    readonly input: { readonly plan: PlanId; readonly presentLevels: string; readonly transition?: string },
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(WritePresentLevels)
export class WritePresentLevelsHandler implements ICommandHandler<WritePresentLevels> {
  constructor(@Inject(COMMAND_RUNNER) private readonly runner: CommandRunner) {}

  async execute({ input: { plan, ...rest }, context }: WritePresentLevels): Promise<CommandOutcome> {
    return this.runner.handle(planDecider, await planTarget(this.runner, plan), { kind: 'write-present-levels', ...rest }, context);
  }
}
