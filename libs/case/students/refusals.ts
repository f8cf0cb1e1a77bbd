import { refusalsOf } from '@foundation/kernel';

export const studentsRefusals = {
  'student-not-found': { kind: 'not-found', title: 'There is no such student' },
  'student-exists': { kind: 'conflict', title: 'The student is already on the record' },
  'student-erased': { kind: 'not-found', title: 'The student was erased' },
  'case-already-open': { kind: 'conflict', title: 'The case is already open' },
  'case-not-open': { kind: 'conflict', title: 'The case is not open' },
  'case-days-out-of-order': { kind: 'invalid', title: 'The day lies before the case’s last change' },
  'guardian-not-found': { kind: 'not-found', title: 'The student has no such guardian' },
  'assignment-exists': { kind: 'conflict', title: 'The assignment id is already in use' },
  'assignment-not-found': { kind: 'not-found', title: 'The team has no such assignment' },
  'assignment-ends-before-it-begins': { kind: 'invalid', title: 'The assignment ends before it begins' },
  'assignment-already-ended': { kind: 'conflict', title: 'The assignment has ended by then' },
  'discipline-required': { kind: 'invalid', title: 'A therapist needs a discipline' },
  'already-on-the-team': { kind: 'conflict', title: 'The person already has this part on the team' },
  'case-manager-overlap': { kind: 'conflict', title: 'Another person is case manager on some of these days' },
  'covered-assignment-not-found': { kind: 'invalid', title: 'There is no such assignment to cover' },
  'cover-needs-an-end': { kind: 'invalid', title: 'Cover needs a last day' },
  'cover-outside-covered-days': { kind: 'invalid', title: 'The cover reaches beyond the covered assignment' },
  'cover-in-another-role': { kind: 'invalid', title: 'Cover takes the covered person’s part' },
} as const;

export const refuse = refusalsOf(studentsRefusals);
