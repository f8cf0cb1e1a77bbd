import { refusalsOf } from '@foundation/kernel';

export const plansRefusals = {
  'plan-not-found': { kind: 'not-found', title: 'There is no such plan' },
  'plan-exists': { kind: 'conflict', title: 'The plan id is already in use' },
  'case-not-open': { kind: 'conflict', title: 'The child’s case is not open' },
  'plan-not-draft': { kind: 'conflict', title: 'The plan is no longer a draft' },
  'plan-not-active': { kind: 'conflict', title: 'The plan is not active' },
  'plan-ended': { kind: 'conflict', title: 'The plan has ended' },
  'plan-incomplete': { kind: 'invalid', title: 'The plan is not complete' },
  'plan-overlaps': { kind: 'conflict', title: 'Another plan of this kind is in force' },
  'plan-ends-before-it-began': { kind: 'invalid', title: 'The plan ends before it began' },
  'meeting-after-effect': { kind: 'invalid', title: 'The meeting is after the plan’s first day' },
  'target-before-effect': { kind: 'invalid', title: 'A goal’s target day is not after the first day' },
  'values-conflict': { kind: 'invalid', title: 'The values contradict each other' },
  'item-not-found': { kind: 'not-found', title: 'The plan has no such item' },
  'agreement-missing': { kind: 'invalid', title: 'The written agreement is missing' },
  'amendment-in-the-past': { kind: 'invalid', title: 'An amendment cannot change past days' },
  'amendment-out-of-order': { kind: 'conflict', title: 'A later version begins after this amendment' },
  'amendment-changes-nothing': { kind: 'invalid', title: 'The amendment changes nothing' },
  'measure-kind-changed': { kind: 'invalid', title: 'A goal’s kind of measure cannot change' },
  'version-not-found': { kind: 'not-found', title: 'The plan has no such version' },
  'version-not-current': { kind: 'conflict', title: 'The version is neither in force nor upcoming' },
} as const;

export const refuse = refusalsOf(plansRefusals);
