import { derivedId, type Role } from '@foundation/kernel';
import { rosterTexts } from '../support/rosters';
import { ids, other } from './world';

const nth = (name: string): string => derivedId(ids.sam, `story ${name}`);
const morning = '2026-03-03T09:00:00-05:00';
const promised = { student: ids.sam, plan: ids.plan };

/** A goal of every measure, with what was seen of it. */
export const measured = [
  { measure: { kind: 'percent-correct' }, raw: { kind: 'percent-correct', correct: 8, incorrect: 2, noResponse: 1 } },
  {
    measure: { kind: 'prompted-trials', countsUpTo: 'gestural' },
    raw: {
      kind: 'prompted-trials',
      trials: [
        { response: 'correct', prompt: 'independent' },
        { response: 'incorrect', prompt: 'model' },
      ],
    },
  },
  { measure: { kind: 'frequency', value: 'per-hour' }, raw: { kind: 'frequency', count: 3, observedMinutes: 40 } },
  { measure: { kind: 'duration', value: 'percent-of-time' }, raw: { kind: 'duration', episodes: [30, 45.5], observedMinutes: 20 } },
  { measure: { kind: 'latency', value: 'median-seconds' }, raw: { kind: 'latency', latencies: [] } },
  { measure: { kind: 'interval', method: 'partial', intervalSeconds: 15 }, raw: { kind: 'interval', scored: 5, observed: 20 } },
  {
    measure: { kind: 'task-analysis', steps: 3, chaining: 'forward' },
    raw: { kind: 'task-analysis', steps: ['independent', 'verbal', 'not-done'] },
  },
  { measure: { kind: 'rubric', scale: 'Writing', lowest: 0, highest: 4 }, raw: { kind: 'rubric', score: 3 } },
  { measure: { kind: 'oral-reading' }, raw: { kind: 'oral-reading', attempted: 60, errors: 4, seconds: 60 } },
  { measure: { kind: 'value', unit: 'books' }, raw: { kind: 'value', value: 2.5 } },
].map((one) => ({ ...one, goal: nth(`goal ${one.measure.kind}`) }));

const goals = measured.map(({ goal, measure }) => ({
  goal,
  area: 'reading',
  statement: 'Reads on.',
  label: `By ${measure.kind}`,
  better: 'up',
  measure,
  baseline: { value: 1, on: '2026-03-02' },
  target: { value: 3, on: '2026-08-20' },
  criterion: { comparator: 'at-least', value: 3, times: 3, outOf: 4, per: 'days' },
  reporting: 'quarterly',
  classes: [ids.class],
}));

const session = (name: string, outcome: object) => ({ id: nth(name), ...promised, service: ids.service, outcome });
const delivered = { kind: 'delivered', start: '2026-03-03T08:30:00-05:00', end: morning };
const missed = { kind: 'missed', plannedStart: '2026-02-24T09:00:00-05:00', plannedSeconds: 1800, reason: 'refused', familyTold: true };
const seen = (name: string, changes: object = {}) => ({
  id: nth(name),
  ...promised,
  goal: ids.goal,
  occurredAt: morning,
  raw: { kind: 'percent-correct', correct: 8, incorrect: 2, noResponse: 0 },
  ...changes,
});
const entry = {
  id: nth('entry'),
  ...promised,
  accommodation: ids.accommodation,
  class: ids.class,
  on: '2026-03-03',
  state: { kind: 'not-provided', why: 'schedule' },
  note: 'Assembly',
};

export interface Write {
  readonly role: Role;
  /** As in the document; ids stand in `ids`. */
  readonly path: string;
  readonly body: unknown;
  readonly ids?: Readonly<Record<string, string>>;
  /** Sends the ETag of the plan as it is now. */
  readonly ifMatch?: string;
  readonly method?: 'PUT';
}

const student = { id: ids.sam };
const draft = nth('draft');
const hers = nth('new staff');
const grant = nth('grant');
const cover = nth('cover');

/** One write of every kind that answers JSON, in an order in which each succeeds: they leave a record with something of everything. */
export const writes: readonly Write[] = [
  { role: 'administrator', path: '/staff', body: { staff: hers, givenName: 'Ines', familyName: 'Applewood', schools: [ids.school] } },
  { role: 'administrator', path: '/staff/{id}/roles', ids: { id: hers }, body: { grant, role: 'aide', schools: [ids.school] } },
  { role: 'administrator', path: '/staff/{id}/invitation', ids: { id: hers }, body: { signInName: 'ines@lincoln.example' } },
  { role: 'administrator', path: '/students', body: { givenName: 'Lou', familyName: 'Rivermoss', grades: ['04'], schools: [ids.school] } },
  { role: 'case-manager', path: '/students/{id}/guardians', ids: student, body: { name: 'Rita Rivermoss', relationship: 'mother' } },
  {
    role: 'coordinator',
    path: '/students/{id}/team',
    ids: student,
    body: {
      assignment: cover,
      staff: other,
      role: 'aide',
      from: '2026-03-02',
      to: '2026-03-06',
      coveringFor: derivedId(ids.sam, 'aide'),
    },
  },
  {
    role: 'coordinator',
    path: '/students/{id}/team/{assignmentId}/end',
    ids: { ...student, assignmentId: cover },
    body: { lastDay: '2026-03-03', reason: 'She is back' },
  },
  { role: 'case-manager', path: '/students/{id}/profile', method: 'PUT', ids: student, ifMatch: 'profile', body: { strengths: ['Sings'] } },
  { role: 'case-manager', path: '/students/{id}/plans', ids: student, body: { plan: draft, kind: '504' } },
  { role: 'case-manager', path: '/plans/{id}/present-levels', ids: { id: draft }, body: { presentLevels: 'Writes his name.' } },
  { role: 'case-manager', path: '/plans/{id}/goals', ids: { id: draft }, body: { ...goals[0], goal: nth('draft goal') } },
  {
    role: 'case-manager',
    path: '/plans/{id}/accommodations',
    ids: { id: draft },
    body: { category: 'setting', use: 'both', label: 'A quiet seat', classes: [ids.class] },
  },
  { role: 'case-manager', path: '/plans/{id}/services', ids: { id: draft }, body: { discipline: 'speech', delivery: 'group' } },
  {
    role: 'case-manager',
    path: '/plans/{id}/amendments',
    ids: { id: ids.plan },
    ifMatch: 'plan',
    body: {
      effectiveFrom: '2026-03-03',
      agreement: { parent: 'Rita Rivermoss', agency: other, on: '2026-03-02', reason: 'More to practise' },
      goals,
    },
  },
  { role: 'teacher', path: '/plans/{id}/acknowledgements', ids: { id: ids.plan }, body: { planVersion: 2 } },
  {
    role: 'aide',
    path: '/records',
    body: {
      records: [
        ...measured.map(({ goal, raw, measure }) => ({ kind: 'observation', ...seen(measure.kind, { goal, raw }) })),
        { kind: 'observation', ...seen('second', { context: { secondObserver: true, unusualDay: 'ill', note: 'With a cold' } }) },
        { kind: 'observation', ...seen('late', { occurredAt: '2026-01-22T09:00:00-05:00' }) },
        { kind: 'observation', ...seen('wrong', { raw: { kind: 'value', value: 'many' } }) },
        { kind: 'accommodation-entry', ...entry, id: nth('other entry') },
      ],
    },
  },
  { role: 'aide', path: '/observations', body: seen('mended') },
  {
    role: 'aide',
    path: '/observations/{id}/corrections',
    ids: { id: nth('mended') },
    body: { raw: { kind: 'percent-correct', correct: 9, incorrect: 1, noResponse: 0 }, reason: 'Counted one too few' },
  },
  {
    role: 'case-manager',
    path: '/observations/{id}/disputes',
    ids: { id: nth('mended') },
    body: { by: 'family', statement: 'He was ill.' },
  },
  { role: 'case-manager', path: '/observations/{id}/void', ids: { id: nth('late') }, body: { reason: 'Wrong child' } },
  { role: 'teacher', path: '/accommodation-entries', body: entry },
  {
    role: 'teacher',
    path: '/accommodation-entries/{id}/corrections',
    ids: { id: entry.id },
    body: { state: { kind: 'provided', outcome: 'refused' }, reason: 'Looked again' },
  },
  {
    role: 'case-manager',
    path: '/accommodation-entries/{id}/disputes',
    ids: { id: entry.id },
    body: { by: 'staff', statement: 'I was there.' },
  },
  { role: 'case-manager', path: '/accommodation-entries/{id}/void', ids: { id: entry.id }, body: { reason: 'Entered twice' } },
  {
    role: 'therapist',
    path: '/sessions',
    body: {
      id: nth('planned'),
      ...promised,
      service: ids.service,
      group: nth('group'),
      schedule: { start: '2026-03-03T13:00:00-05:00', plannedSeconds: 1800 },
    },
  },
  { role: 'therapist', path: '/sessions', body: session('missed', missed) },
  {
    role: 'therapist',
    path: '/sessions',
    body: session('repaid', { ...delivered, note: { objective: '8 of 10' }, makeUpFor: nth('missed'), goals: [ids.goal] }),
  },
  {
    role: 'therapist',
    path: '/sessions/{id}/corrections',
    ids: { id: nth('repaid') },
    body: { outcome: { ...delivered, kind: 'partial', note: { plan: 'Slower' } }, reason: 'Ended early' },
  },
  { role: 'case-manager', path: '/sessions/{id}/disputes', ids: { id: nth('repaid') }, body: { by: 'family', statement: 'Not told.' } },
  { role: 'case-manager', path: '/sessions/{id}/void', ids: { id: ids.session }, body: { reason: 'Entered twice' } },
  { role: 'case-manager', path: '/students/{id}/exports', ids: student, body: { askedOn: '2026-03-02' } },
  { role: 'administrator', path: '/staff/{id}/roles/{grantId}/end', ids: { id: hers, grantId: grant }, body: { lastDay: '2026-06-12' } },
  { role: 'administrator', path: '/staff/{id}/remove', ids: { id: hers }, body: { reason: 'Left the district' } },
];

/** What ends things: sent when everything else has been read. */
export const endings: readonly Write[] = [
  {
    role: 'case-manager',
    path: '/plans/{id}/end',
    ids: { id: ids.plan },
    ifMatch: 'plan',
    body: { lastDay: '2026-08-20', reason: 'Replaced at the review' },
  },
  { role: 'administrator', path: '/students/{id}/erase', ids: student, body: { reason: 'requested' } },
];

/** A OneRoster set of the tests, whole. */
export const rosterFiles = () => rosterTexts('lincoln-v1p1');
