import { Module } from '@nestjs/common';
import { AddStaffHandler } from './commands/add-staff';
import { EndRoleHandler } from './commands/end-role';
import { GrantRoleHandler } from './commands/grant-role';
import { LeaveRosterStaffHandler } from './commands/leave-roster-staff';
import { ReinstateStaffHandler } from './commands/reinstate-staff';
import { RemoveStaffHandler } from './commands/remove-staff';
import { RosterStaffHandler } from './commands/roster-staff';

@Module({
  providers: [
    AddStaffHandler,
    RosterStaffHandler,
    LeaveRosterStaffHandler,
    GrantRoleHandler,
    EndRoleHandler,
    RemoveStaffHandler,
    ReinstateStaffHandler,
  ],
})
export class PeopleModule {}
