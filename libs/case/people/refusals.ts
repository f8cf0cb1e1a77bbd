import { refusalsOf } from '@foundation/kernel';

export const peopleRefusals = {
  'staff-not-found': { kind: 'not-found', title: 'There is no such member of staff' },
  'staff-exists': { kind: 'conflict', title: 'The member of staff is already on the record' },
  'staff-removed': { kind: 'conflict', title: 'The member of staff was removed' },
  'grant-exists': { kind: 'conflict', title: 'The grant id is already in use' },
  'grant-not-found': { kind: 'not-found', title: 'The person has no such grant' },
  'grant-incomplete': { kind: 'invalid', title: 'The role needs more to be said' },
  'grant-says-too-much': { kind: 'invalid', title: 'The role takes no such field' },
  'grant-ends-before-it-starts': { kind: 'invalid', title: 'The grant ends before it starts' },
  'role-already-held': { kind: 'conflict', title: 'The person already holds the role on some of these days' },
  'role-already-ended': { kind: 'conflict', title: 'The role has ended' },
  'role-ends-in-the-past': { kind: 'invalid', title: 'A role cannot be taken back for past days' },
} as const;

export const refuse = refusalsOf(peopleRefusals);
