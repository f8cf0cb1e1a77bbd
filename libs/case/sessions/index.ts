export * from './events';
export { sessionsRefusals } from './refusals';
export { dayOf, disciplineOf, type Facts, timeOf } from './outcome-rules';
export {
  type HeldSession,
  type Schedule,
  type ScheduledSession,
  type SessionCommand,
  sessionDecider,
  type SessionOf,
  type SessionState,
} from './session';
export { ScheduleSession } from './commands/schedule-session';
export { RecordSession } from './commands/record-session';
export { CorrectSession } from './commands/correct-session';
export { VoidSession } from './commands/void-session';
export { DisputeSession } from './commands/dispute-session';
export { SessionsModule } from './sessions.module';
