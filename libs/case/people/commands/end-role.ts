import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { COMMAND_RUNNER, type CommandContext, type CommandOutcome, type CommandRunner } from '@foundation/event-store';
import type { StaffId } from '@foundation/kernel';
import { staffStream } from '../events';
import type { RoleEnd } from '../grants';
import { staffDecider } from '../staff';

/** Names a role's last day. Refused: `grant-not-found`, `role-already-ended`, `role-ends-in-the-past`. */
export class EndRole extends Command<CommandOutcome> {
  constructor(
    readonly input: RoleEnd & { readonly staff: StaffId },
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(EndRole)
export class EndRoleHandler implements ICommandHandler<EndRole> {
  constructor(@Inject(COMMAND_RUNNER) private readonly runner: CommandRunner) {}

  execute({ input, context }: EndRole): Promise<CommandOutcome> {
    return this.runner.handle(staffDecider, { stream: staffStream(input.staff) }, { kind: 'end-role', ...input }, context);
  }
}
