import { Module } from '@nestjs/common';
import { AddStudentHandler } from './commands/add-student';
import { AssignTeamMemberHandler } from './commands/assign-team-member';
import { CloseCaseHandler } from './commands/close-case';
import { EndAssignmentHandler } from './commands/end-assignment';
import { LeaveRosterStudentHandler } from './commands/leave-roster-student';
import { LinkGuardianHandler } from './commands/link-guardian';
import { OpenCaseHandler } from './commands/open-case';
import { RosterDemographicsHandler } from './commands/roster-demographics';
import { RosterEnrolmentsHandler } from './commands/roster-enrolments';
import { RosterStudentHandler } from './commands/roster-student';
import { UnlinkGuardianHandler } from './commands/unlink-guardian';
import { WriteProfileHandler } from './commands/write-profile';
import { CaseRelationFacts } from './relation-facts';

@Module({
  providers: [
    AddStudentHandler,
    RosterStudentHandler,
    RosterDemographicsHandler,
    RosterEnrolmentsHandler,
    LeaveRosterStudentHandler,
    OpenCaseHandler,
    CloseCaseHandler,
    WriteProfileHandler,
    LinkGuardianHandler,
    UnlinkGuardianHandler,
    AssignTeamMemberHandler,
    EndAssignmentHandler,
    CaseRelationFacts,
  ],
  exports: [CaseRelationFacts],
})
export class StudentsModule {}
