import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import {
  COMMAND_RUNNER,
  type CommandContext,
  type CommandOutcome,
  type CommandRunner,
  type Journal,
  JOURNAL,
} from '@foundation/event-store';
import type { PlanId } from '@foundation/kernel';
import { type Activation, planDecider } from '../plan';
import { activationFacts } from './activation-facts';
import { planTarget } from './target';

/** The draft becomes version 1. Refused: `plan-incomplete` naming every missing piece, `plan-overlaps`, `meeting-after-effect`, `target-before-effect`. */
export class ActivatePlan extends Command<CommandOutcome> {
  constructor(
    readonly input: { readonly plan: PlanId } & Activation,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(ActivatePlan)
export class ActivatePlanHandler implements ICommandHandler<ActivatePlan> {
  constructor(
    @Inject(COMMAND_RUNNER) private readonly runner: CommandRunner,
    @Inject(JOURNAL) private readonly journal: Pick<Journal, 'readStudent'>,
  ) {}

  async execute({ input: { plan, ...activation }, context }: ActivatePlan): Promise<CommandOutcome> {
    const target = await planTarget(this.runner, plan);
    const facts = await activationFacts(this.journal, target.promise, activation.meetingOn);
    return this.runner.handle(planDecider, target, { kind: 'activate', ...activation, ...facts }, context);
  }
}
