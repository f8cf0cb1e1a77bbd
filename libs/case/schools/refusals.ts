import { refusalsOf } from '@foundation/kernel';

export const schoolsRefusals = {
  'term-ends-before-it-starts': { kind: 'invalid', title: 'The term ends before it starts' },
} as const;

export const refuse = refusalsOf(schoolsRefusals);
