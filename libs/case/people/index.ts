export * from './events';
export { peopleRefusals } from './refusals';
export { type Grant, lastDayOf, type RoleEnd } from './grants';
export {
  activeGrants,
  type ClassesStated,
  classesOn,
  rolesOn,
  staffDecider,
  type StaffCommand,
  type StaffSnapshot,
  type StaffState,
} from './staff';
export { AddStaff } from './commands/add-staff';
export { RosterStaff } from './commands/roster-staff';
export { LeaveRosterStaff } from './commands/leave-roster-staff';
export { GrantRole } from './commands/grant-role';
export { EndRole } from './commands/end-role';
export { RemoveStaff } from './commands/remove-staff';
export { ReinstateStaff } from './commands/reinstate-staff';
export { PeopleModule } from './people.module';
