import { Module } from '@nestjs/common';
import { LeaveRosterClassHandler } from './commands/leave-roster-class';
import { LeaveRosterSchoolHandler } from './commands/leave-roster-school';
import { LeaveRosterTermHandler } from './commands/leave-roster-term';
import { RosterClassHandler } from './commands/roster-class';
import { RosterSchoolHandler } from './commands/roster-school';
import { RosterTermHandler } from './commands/roster-term';

@Module({
  providers: [
    RosterSchoolHandler,
    RosterTermHandler,
    RosterClassHandler,
    LeaveRosterSchoolHandler,
    LeaveRosterTermHandler,
    LeaveRosterClassHandler,
  ],
})
export class SchoolsModule {}
