/** The room's rules without the web's framework, for threads that decide and serve no requests. */
export { staffStream } from './events';
export { type ClassesStated, staffDecider, type StaffCommand, type StaffState } from './staff';
