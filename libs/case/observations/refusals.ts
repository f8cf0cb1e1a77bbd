import { recordRefusals, refusalsOf } from '@foundation/kernel';

export const observationsRefusals = {
  ...recordRefusals,
  'goal-unknown': { kind: 'not-found', title: 'The child’s plan has no such goal' },
  'not-in-force': { kind: 'invalid', title: 'What was recorded was not in force on that day' },
  'raw-invalid': { kind: 'invalid', title: 'The raw data does not fit the goal’s measure' },
  'nothing-recorded': { kind: 'invalid', title: 'Nothing was tried' },
} as const;

export const refuse = refusalsOf(observationsRefusals);
