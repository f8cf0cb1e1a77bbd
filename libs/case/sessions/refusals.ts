import { recordRefusals, refusalsOf } from '@foundation/kernel';

export const sessionsRefusals = {
  ...recordRefusals,
  'service-unknown': { kind: 'not-found', title: 'The child’s plan has no such service' },
  'not-in-force': { kind: 'invalid', title: 'What was recorded was not in force on that day' },
  'session-goal-unknown': { kind: 'invalid', title: 'A goal worked on is not in the plan' },
  'outcome-invalid': { kind: 'invalid', title: 'The session’s times or numbers cannot be' },
  'make-up-mismatch': { kind: 'invalid', title: 'The session to make up for is not one that was missed' },
  'schedule-mismatch': { kind: 'conflict', title: 'The session was scheduled for another service' },
  'no-outcome-yet': { kind: 'conflict', title: 'The session has no outcome yet' },
} as const;

export const refuse = refusalsOf(sessionsRefusals);
