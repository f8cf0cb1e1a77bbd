import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type StudentsEvent, studentStream } from '@case/students/events';
import { COMMAND_RUNNER, type CommandContext, type CommandOutcome, type CommandRunner } from '@foundation/event-store';
import type { Happened, PlanId, StudentId } from '@foundation/kernel';
import { type PlanKind, planStream } from '../events';
import { planDecider } from '../plan';

/** A plan is begun for a child whose case is open. Refused: `case-not-open`, `plan-exists`. */
export class DraftPlan extends Command<CommandOutcome> {
  constructor(
    readonly input: { readonly plan: PlanId; readonly student: StudentId; readonly kind: PlanKind },
    readonly context: CommandContext,
  ) {
    super();
  }
}

const caseOpen = {
  initial: false,
  evolve: (open: boolean, event: Happened<StudentsEvent>): boolean =>
    event.type === 'students.case-opened' || (open && event.type !== 'students.case-closed'),
};

@CommandHandler(DraftPlan)
export class DraftPlanHandler implements ICommandHandler<DraftPlan> {
  constructor(@Inject(COMMAND_RUNNER) private readonly runner: CommandRunner) {}

  async execute({ input: { plan, student, kind }, context }: DraftPlan): Promise<CommandOutcome> {
    const { state: open } = await this.runner.load(caseOpen, studentStream(student));
    const command = { kind: 'draft', plan, student, planKind: kind, caseOpen: open } as const;
    return this.runner.handle(planDecider, { stream: planStream(plan), student }, command, context);
  }
}
