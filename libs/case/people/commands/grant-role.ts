import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { COMMAND_RUNNER, type CommandContext, type CommandOutcome, type CommandRunner } from '@foundation/event-store';
import type { StaffId } from '@foundation/kernel';
import { type RoleGrant, staffStream } from '../events';
import { staffDecider } from '../staff';

/** Gives a role. Refused: `grant-incomplete`, `grant-says-too-much`, `grant-ends-before-it-starts`, `role-already-held`, `staff-removed`. */
export class GrantRole extends Command<CommandOutcome> {
  constructor(
    readonly input: { readonly staff: StaffId } & RoleGrant,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(GrantRole)
export class GrantRoleHandler implements ICommandHandler<GrantRole> {
  constructor(@Inject(COMMAND_RUNNER) private readonly runner: CommandRunner) {}

  execute({ input, context }: GrantRole): Promise<CommandOutcome> {
    return this.runner.handle(staffDecider, { stream: staffStream(input.staff) }, { kind: 'grant-role', ...input }, context);
  }
}
