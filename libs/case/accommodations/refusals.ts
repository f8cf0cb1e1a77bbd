import { recordRefusals, refusalsOf } from '@foundation/kernel';

export const accommodationsRefusals = {
  ...recordRefusals,
  'accommodation-unknown': { kind: 'not-found', title: 'The child’s plan has no such accommodation' },
  'not-promised': { kind: 'invalid', title: 'The accommodation was not promised in that class on that day' },
} as const;

export const refuse = refusalsOf(accommodationsRefusals);
