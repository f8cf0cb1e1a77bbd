import Sqlite from 'better-sqlite3';
import { type AccommodationsEvent, entryCorrected, entryRecorded, entryVoided } from '@case/accommodations/events';
import {
  type ObservationsEvent,
  observationCorrected,
  observationDisputed,
  observationRecorded,
  observationVoided,
} from '@case/observations/events';
import {
  classAssigned,
  roleEnded,
  roleGranted,
  staffAdded,
  staffLeftRoster,
  staffReinstated,
  staffRemoved,
  staffRostered,
} from '@case/people/events';
import {
  accommodationSet,
  type Goal,
  goalSet,
  itemRemoved,
  planAcknowledged,
  planActivated,
  planAmended,
  planDrafted,
  presentLevelsWritten,
  type Service,
  serviceSet,
} from '@case/plans/events';
import { classLeftRoster, classRostered, schoolRostered, termRostered } from '@case/schools/events';
import { type SessionsEvent, sessionCorrected, sessionOutcomeRecorded, sessionScheduled, sessionVoided } from '@case/sessions/events';
import {
  caseOpened,
  demographicsRostered,
  enrolled,
  guardianLinked,
  profileWritten,
  studentAdded,
  studentRostered,
  teamAssignmentEnded,
  teamMemberAssigned,
  unenrolled,
} from '@case/students/events';
import type { Journal } from '@foundation/event-store';
import {
  type Branded,
  derivedId,
  type DomainEvent,
  type EventMeta,
  type Instant,
  type LocalDate,
  type RecordedEvent,
  type StaffId,
  type StudentId,
  type ZonedInstant,
} from '@foundation/kernel';
import type { Raw } from '@foundation/measurement';
import { keyDestroyed } from '@foundation/privacy/events';
import { recorded } from '@foundation/testing';
import { Projector } from '@foundation/view-store/projector';
import { sourceOf } from '@foundation/view-store/testing';
import type { View, ViewReader } from '@foundation/view-store/view';
import { CaseloadQuery } from './caseload';
import { DirectoryQuery, TeamQuery } from './directory';
import { HistoryQuery } from './history';
import { PlanQuery } from './plan';
import { ProgressQuery } from './progress';
import { TimelineQuery } from './timeline';
import { TodayQuery } from './today';
import { viewSet } from '.';

/** The same name, the same id. */
export const idOf = <T extends Branded<string, string>>(name: string): T => derivedId<T>('9c0d1c5e-0f5b-7c59-9f0e-0c7d5d1c0f00', name);
export const day = (text: string): LocalDate => text as LocalDate;
/** A moment in New York in winter: `2026-03-03 09:15`. */
export function winter(text: string): ZonedInstant {
  const at = new Date(`${text.replace(' ', 'T')}:00.000-05:00`).toISOString() as Instant;
  return { at, offset: '-05:00', zone: 'America/New_York' };
}

/** One event of a stream, not yet given its place in the log. */
export interface Step {
  readonly stream: string;
  readonly event: DomainEvent;
  readonly meta: Partial<EventMeta>;
}

export const step = (stream: string, event: DomainEvent, when = '2025-09-01 08:00', meta: Partial<EventMeta> = {}): Step => {
  const occurredAt = winter(when);
  return { stream, event, meta: { occurredAt, recordedAt: occurredAt.at, ...meta } };
};

/** Positions in the order given; revisions by stream, so that the same step keeps its id in any order of streams. */
export function logOf(steps: readonly Step[]): RecordedEvent[] {
  const revisions = new Map<string, number>();
  return steps.map(({ stream, event, meta }, index) => {
    const revision = revisions.get(stream) ?? 0;
    revisions.set(stream, revision + 1);
    return recorded(event, { stream, revision, position: index + 1, meta });
  });
}

export const sam = idOf<StudentId>('sam');
export const mia = idOf<StudentId>('mia');
export const [ana, tom, liv, eva] = (['ana', 'tom', 'liv', 'eva'] as const).map((name) => idOf<StaffId>(name)) as [
  StaffId,
  StaffId,
  StaffId,
  StaffId,
];

const school = idOf<Branded<string, 'SchoolId'>>('school');
const math = idOf<Branded<string, 'ClassId'>>('math');
const reading = idOf<Branded<string, 'ClassId'>>('reading');
const term = idOf<Branded<string, 'TermId'>>('term');
export const places = { school, math, reading, term };

/** Everything that a child's clear text could be found by. */
export const SECRETS =
  /Samuel|Rivermoss|Sammy|Rita|asks for help|extra time|dragons|ill that day|wrong child|counted one|sings well|therapy went/i;

const plan = idOf<Branded<string, 'PlanId'>>('plan');
const goalId = (name: string) => idOf<Branded<string, 'GoalId'>>(name);
const help = goalId('help');
const calls = goalId('calls');
const extraTime = idOf<Branded<string, 'AccommodationId'>>('extra-time');
const speech = idOf<Branded<string, 'ServiceId'>>('speech');
export const items = { plan, help, calls, extraTime, speech };

export const helpGoal: Goal = {
  goal: help,
  area: 'communication',
  statement: 'Sam asks for help',
  label: 'Asks for help',
  better: 'up',
  measure: { kind: 'prompted-trials' },
  aggregation: 'pool',
  target: { value: 80, on: day('2026-06-30') },
  criterion: { comparator: 'at-least', value: 80, times: 3, outOf: 4, per: 'days' },
  reporting: 'quarterly',
  startPrompt: 'verbal',
  classes: [math],
};
export const callsGoal: Goal = {
  ...helpGoal,
  goal: calls,
  label: 'Calls out (asks for help loudly)',
  better: 'down',
  measure: { kind: 'frequency', value: 'count' },
  baseline: { value: 9, on: day('2025-09-01') },
  target: { value: 1, on: day('2026-06-30') },
  classes: [reading],
};
export const speechLine: Service = {
  service: speech,
  discipline: 'speech',
  start: day('2025-09-01'),
  frequency: { sessions: 2, per: 'week' },
  minutes: 30,
  location: 'Therapy room',
  delivery: 'individual',
};

const aboutSam = { student: sam, actor: tom };
const assign = (name: string, staff: StaffId, role: 'aide' | 'case-manager' | 'therapist' | 'teacher', extra: object = {}) =>
  step(
    `student-${sam}`,
    teamMemberAssigned.of({
      student: sam,
      assignment: idOf(`assignment-${name}`),
      staff,
      role,
      classes: [],
      from: day('2025-09-01'),
      ...extra,
    }),
    '2025-09-01 08:00',
    aboutSam,
  );
const planStep = (event: DomainEvent, when = '2025-08-30 10:00', meta: Partial<EventMeta> = aboutSam) =>
  step(`plan-${plan}`, event, when, meta);

/** A district with one open case: a school, two classes, four people, a child with a team and an active plan, and a child without a case. */
export const district: readonly Step[] = [
  step(`school-${school}`, schoolRostered.of({ school, sourcedId: 'org-1', name: 'Lincoln', kind: 'school' })),
  step(
    `term-${term}`,
    termRostered.of({ term, sourcedId: 't-1', title: 'Year', kind: 'semester', start: day('2025-08-25'), end: day('2026-06-12') }),
  ),
  ...(
    [
      ['Math 3A', math],
      ['Reading 3A', reading],
    ] as const
  ).map(([title, group]) =>
    step(
      `class-${group}`,
      classRostered.of({ class: group, sourcedId: title, school, title, kind: 'scheduled', periods: [], terms: [term], subjects: [] }),
    ),
  ),
  step(`class-${reading}`, classLeftRoster.of({ class: reading })),
  step(
    `staff-${ana}`,
    staffRostered.of({
      staff: ana,
      sourcedId: 'a',
      givenName: 'Ana',
      familyName: 'Quillfeather',
      schools: [school],
      rosterRoles: ['aide'],
      enabled: true,
    }),
  ),
  step(`staff-${ana}`, roleGranted.of({ staff: ana, grant: idOf('grant-ana'), role: 'aide', schools: [school], from: day('2025-08-25') })),
  step(`staff-${ana}`, classAssigned.of({ staff: ana, enrolment: idOf('ana-math'), class: math, role: 'aide', primary: false })),
  step(`staff-${tom}`, staffAdded.of({ staff: tom, givenName: 'Tom', familyName: 'Élan', schools: [school] })),
  step(
    `staff-${tom}`,
    roleGranted.of({ staff: tom, grant: idOf('grant-tom'), role: 'case-manager', schools: [school], from: day('2025-08-25') }),
  ),
  step(`staff-${tom}`, roleEnded.of({ staff: tom, grant: idOf('grant-tom'), lastDay: day('2026-06-12') })),
  step(`staff-${liv}`, staffAdded.of({ staff: liv, givenName: 'Liv', familyName: 'Oakhaven', schools: [] })),
  step(`staff-${liv}`, staffRemoved.of({ staff: liv, reason: 'By mistake' })),
  step(`staff-${liv}`, staffReinstated.of({ staff: liv, reason: 'It was one' })),
  step(
    `staff-${eva}`,
    staffRostered.of({
      staff: eva,
      sourcedId: 'e',
      givenName: 'Eva',
      familyName: 'Brightwater',
      schools: [school],
      rosterRoles: ['teacher'],
      enabled: true,
    }),
  ),
  step(`staff-${eva}`, staffLeftRoster.of({ staff: eva })),
  step(
    `student-${mia}`,
    studentAdded.of({ student: mia, givenName: 'Mia', familyName: 'Ångström', grades: ['02'], schools: [school] }),
    '2025-09-01 08:00',
    { student: mia },
  ),
  ...[
    studentRostered.of({
      student: sam,
      sourcedId: 's',
      givenName: 'Samuel',
      familyName: 'Rivermoss',
      preferredName: 'Sammy',
      grades: ['03'],
      schools: [school],
      enabled: true,
    }),
    demographicsRostered.of({ student: sam, birthDate: '2016-05-04' }),
    enrolled.of({
      student: sam,
      enrolments: [
        { enrolment: idOf('sam-math'), class: math, school, from: day('2025-08-25') },
        { enrolment: idOf('sam-reading'), class: reading, school, from: day('2025-08-25') },
        { enrolment: idOf('sam-choir'), class: idOf('choir'), school },
      ],
    }),
    unenrolled.of({
      student: sam,
      enrolments: [
        { enrolment: idOf('sam-reading'), class: reading },
        { enrolment: idOf('sam-choir'), class: idOf('choir') },
      ],
    }),
    caseOpened.of({ student: sam, on: day('2025-09-01') }),
    profileWritten.of({
      student: sam,
      profile: {
        strengths: ['Sings well'],
        challenges: [],
        interests: ['Dragons'],
        communication: [],
        helps: [],
        avoid: [],
        visualSupports: [],
        health: [],
        contacts: ['Rita'],
      },
    }),
    guardianLinked.of({ student: sam, guardian: idOf('rita'), name: 'Rita Rivermoss', relationship: 'mother', fromRoster: false }),
  ].map((event) => step(`student-${sam}`, event, '2025-09-01 07:30', aboutSam)),
  assign('tom', tom, 'case-manager'),
  assign('ana', ana, 'aide'),
  assign('liv', liv, 'therapist', { discipline: 'speech' }),
  assign('eva', eva, 'teacher', { classes: [math] }),
  planStep(planDrafted.of({ plan, student: sam, kind: 'iep' })),
  planStep(presentLevelsWritten.of({ plan, presentLevels: 'Samuel reads 58 words per minute.' })),
  planStep(goalSet.of({ plan, goal: helpGoal })),
  planStep(goalSet.of({ plan, goal: callsGoal })),
  planStep(goalSet.of({ plan, goal: { ...helpGoal, goal: goalId('dropped') } })),
  planStep(itemRemoved.of({ plan, item: goalId('dropped') })),
  planStep(
    accommodationSet.of({
      plan,
      accommodation: {
        accommodation: extraTime,
        category: 'timing-scheduling',
        use: 'instruction',
        label: 'Extra time',
        classes: [math, reading],
      },
    }),
  ),
  planStep(serviceSet.of({ plan, service: speechLine })),
  planStep(
    planActivated.of({
      plan,
      effectiveFrom: day('2025-09-01'),
      meetingOn: day('2025-08-28'),
      annualReviewDue: day('2026-08-28'),
      evaluatedOn: day('2025-01-10'),
      reevaluationDue: day('2028-01-10'),
    }),
  ),
  planStep(planAcknowledged.of({ plan, planVersion: 1, staff: ana }), '2025-09-02 08:00', { student: sam, actor: ana }),
];

/** More speech from Monday 2 March 2026 on; recorded on 27 February. */
export const amendment: Step = planStep(
  planAmended.of({
    plan,
    planVersion: 2,
    effectiveFrom: day('2026-03-02'),
    agreement: { parent: 'Rita Rivermoss', agency: tom, on: day('2026-02-27'), reason: 'Samuel needs more' },
    goals: [],
    accommodations: [],
    services: [{ ...speechLine, minutes: 45 }],
    removed: [],
  }),
  '2026-02-27 15:00',
);

export const anaLeaves: Step = step(
  `student-${sam}`,
  teamAssignmentEnded.of({ student: sam, assignment: idOf('assignment-ana'), lastDay: day('2026-03-20') }),
  '2026-03-19 15:00',
  aboutSam,
);

export const samErased: Step = step(
  `key-${sam}`,
  keyDestroyed.of({ subject: sam, kind: 'student', by: tom, reason: 'no-longer-needed' }),
  '2026-06-30 12:00',
);

interface Made {
  readonly by?: StaffId;
  /** When the log took it; at once when left out. */
  readonly recorded?: string;
}
const made = (when: string, { by = ana, recorded: at }: Made): Partial<EventMeta> => ({
  student: sam,
  actor: by,
  recordedAt: winter(at ?? when).at,
});

export const observe = (
  name: string,
  goal: Goal['goal'],
  when: string,
  raw: Raw,
  more: Made & { late?: boolean; context?: object } = {},
): Step =>
  step(
    `observation-${idOf(name)}`,
    observationRecorded.of({
      observation: idOf(name),
      student: sam,
      plan,
      goal,
      raw,
      context: { ...more.context },
      late: more.late ?? false,
    }),
    when,
    made(when, more),
  );
/** A later word on an observation. */
export const onObservation = (name: string, event: ObservationsEvent, when: string, more: Made = {}): Step =>
  step(`observation-${idOf(name)}`, event, when, made(when, more));

export const logEntry = (
  name: string,
  group: typeof math,
  when: string,
  state: Extract<AccommodationsEvent, { type: 'accommodations.entry-recorded' }>['data']['state'],
  more: Made & { note?: string } = {},
): Step =>
  step(
    `accommodationEntry-${idOf(name)}`,
    entryRecorded.of({
      entry: idOf(name),
      student: sam,
      plan,
      accommodation: extraTime,
      class: group,
      on: day(when.slice(0, 10)),
      state,
      note: more.note,
      late: false,
    }),
    when,
    made(when, more),
  );
export const onEntry = (name: string, event: AccommodationsEvent, when: string, more: Made = {}): Step =>
  step(`accommodationEntry-${idOf(name)}`, event, when, made(when, more));
export const onSession = (name: string, event: SessionsEvent, when: string, more: Made = {}): Step =>
  step(`session-${idOf(name)}`, event, when, made(when, { by: liv, ...more }));

export const trials = (correct: number, incorrect: number, prompt: 'independent' | 'verbal' = 'independent'): Raw => ({
  kind: 'prompted-trials',
  trials: [
    ...Array.from({ length: correct }, () => ({ response: 'correct' as const, prompt })),
    ...Array.from({ length: incorrect }, () => ({ response: 'incorrect' as const, prompt })),
  ],
});
export const callOuts = (count: number): Raw => ({ kind: 'frequency', count, observedMinutes: 40 });

const session = (name: string) => idOf<Branded<string, 'SessionId'>>(name);
const about = (name: string) => ({ session: session(name), student: sam, plan, service: speech });
export const delivered = (start: string, end: string, note?: string) => ({
  kind: 'delivered' as const,
  start: winter(start),
  end: winter(end),
  groupSize: 1,
  goals: [help],
  ...(note ? { note: { subjective: note } } : {}),
});

/** A fortnight of practice, every kind of event and every later word at least once. Steps of one stream stand in its order. */
export const practice: readonly Step[] = [
  observe('o1', help, '2026-02-24 09:00', trials(1, 0), { context: { note: 'Loves dragons' } }),
  observe('o2', help, '2026-02-24 13:00', trials(5, 5), { by: eva }),
  observe('o3', help, '2026-02-25 09:00', trials(2, 2, 'verbal'), { context: { secondObserver: true } }),
  observe('o4', help, '2026-02-25 09:30', trials(3, 1), { context: { unusualDay: 'ill' } }),
  observe('o5', help, '2026-03-03 09:00', trials(9, 3)),
  observe('o6', calls, '2026-03-03 10:00', callOuts(4)),
  observe('o7', calls, '2026-03-04 10:00', callOuts(0), { by: liv }),
  observe('o8', help, '2026-02-10 09:00', trials(0, 4), { late: true, recorded: '2026-03-05 09:00' }),
  onObservation(
    'o1',
    observationCorrected.of({ observation: idOf('o1'), goal: help, raw: trials(2, 0), context: {}, reason: 'Counted one too few' }),
    '2026-02-26 09:00',
  ),
  onObservation(
    'o4',
    observationDisputed.of({ observation: idOf('o4'), goal: help, by: 'family', statement: 'Samuel was ill that day' }),
    '2026-03-01 09:00',
    { by: tom },
  ),
  onObservation('o5', observationVoided.of({ observation: idOf('o5'), goal: help, reason: 'Wrong child' }), '2026-03-04 09:00'),
  logEntry('e1', math, '2026-03-03 09:05', { kind: 'provided', outcome: 'used' }, { note: 'Extra time for dragons' }),
  logEntry('e2', math, '2026-03-03 09:40', { kind: 'not-provided', why: 'schedule' }, { by: eva }),
  logEntry('e3', reading, '2026-03-04 11:00', { kind: 'provided', outcome: 'refused' }),
  onEntry('e2', entryVoided.of({ entry: idOf('e2'), accommodation: extraTime, reason: 'Wrong child' }), '2026-03-03 10:00', { by: eva }),
  onEntry(
    'e3',
    entryCorrected.of({
      entry: idOf('e3'),
      accommodation: extraTime,
      state: { kind: 'not-applicable' },
      reason: 'Counted one that was not',
    }),
    '2026-03-04 12:00',
  ),
  onSession(
    's1',
    sessionOutcomeRecorded.of({
      ...about('s1'),
      outcome: delivered('2026-02-24 10:00', '2026-02-24 10:30', 'Therapy went well'),
      late: false,
    }),
    '2026-02-24 10:31',
  ),
  onSession('s2', sessionScheduled.of({ ...about('s2'), start: winter('2026-03-03 10:00'), plannedSeconds: 1800 }), '2026-03-01 10:00'),
  onSession(
    's2',
    sessionOutcomeRecorded.of({
      ...about('s2'),
      outcome: {
        kind: 'missed',
        plannedStart: winter('2026-03-03 10:00'),
        plannedSeconds: 1800,
        reason: 'student-absent',
        familyTold: true,
      },
      late: false,
    }),
    '2026-03-03 10:31',
  ),
  onSession(
    's3',
    sessionOutcomeRecorded.of({
      ...about('s3'),
      outcome: delivered('2026-03-05 10:00', '2026-03-05 10:45', 'Therapy went on'),
      late: false,
    }),
    '2026-03-05 11:00',
  ),
  onSession(
    's3',
    sessionCorrected.of({
      session: session('s3'),
      service: speech,
      outcome: delivered('2026-03-09 10:00', '2026-03-09 10:40', 'Therapy went another day'),
      reason: 'Counted one on the wrong day',
    }),
    '2026-03-10 09:00',
  ),
  onSession('s4', sessionScheduled.of({ ...about('s4'), start: winter('2026-03-05 13:00'), plannedSeconds: 2700 }), '2026-03-02 10:00'),
  onSession(
    's5',
    sessionOutcomeRecorded.of({ ...about('s5'), outcome: delivered('2026-03-06 10:00', '2026-03-06 10:30'), late: false }),
    '2026-03-06 11:00',
  ),
  onSession('s5', sessionVoided.of({ session: session('s5'), service: speech, reason: 'Wrong child' }), '2026-03-06 12:00'),
];

/** The district, its amendment and the fortnight. */
export const wholeStory = (): RecordedEvent[] => logOf([...district, amendment, ...practice, anaLeaves]);

/** The views of a log, and their queries over it. */
export function serve(events: readonly RecordedEvent[], views: readonly View[] = viewSet) {
  const db = new Sqlite(':memory:');
  const onHalt = (_: string, __: RecordedEvent, error: unknown): never => {
    throw error;
  };
  new Projector(db, views, sourceOf(events), { onHalt }).catchUp();
  const reader: ViewReader = {
    get: <R>(sql: string, ...parameters: readonly unknown[]) => db.prepare<unknown[], R>(sql).get(...parameters),
    all: <R>(sql: string, ...parameters: readonly unknown[]) => db.prepare<unknown[], R>(sql).all(...parameters),
    position: () => events.at(-1)?.position ?? 0n,
    waitFor: async () => undefined,
  };
  const refuse = async (): Promise<never> => {
    throw new Error('A view never asks for this');
  };
  const journal: Journal = {
    logId: 'test',
    append: refuse,
    read: refuse,
    readCurrent: refuse,
    lags: false,
    endsBefore: () => false,
    head: refuse,
    readStudent: async (student, { types, until } = {}) =>
      events.filter(
        ({ type, meta }) =>
          meta.student === student && (types === undefined || types.includes(type)) && (until === undefined || meta.recordedAt <= until),
      ),
  };
  const directory = new DirectoryQuery(reader);
  const team = new TeamQuery(reader);
  const plans = new PlanQuery(reader, journal);
  const progress = new ProgressQuery(reader, journal, directory, plans);
  const timeline = new TimelineQuery(reader, directory, plans);
  return {
    db,
    directory,
    team,
    plans,
    progress,
    timeline,
    today: new TodayQuery(directory, team, plans, progress, timeline),
    caseload: new CaseloadQuery(reader, directory, team, plans, progress),
    history: new HistoryQuery(journal, directory),
  };
}
