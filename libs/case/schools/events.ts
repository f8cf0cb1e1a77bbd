import {
  type ClassId,
  Day,
  defineEvent,
  type EventOf,
  Id,
  List,
  Maybe,
  type SchoolId,
  Shape,
  type TermId,
  Text,
  Type,
} from '@foundation/kernel';

/** Schools, terms and classes as the roster states them. Sourced ids name organisations and groups here, not people: they stay clear. */
const SourcedId = Type.String({ minLength: 1, maxLength: 255 });
/** What else the roster's file says of it (`metadata.` and `ext:` columns), by column. */
const Extra = Maybe(Type.Record(Type.String(), Type.String({ maxLength: 1000 }), { maxProperties: 60 }));

export const schoolRostered = defineEvent({
  type: 'schools.school-rostered',
  version: 1,
  subject: 'none',
  summary: 'The roster states a school or district, new or changed: the whole of it.',
  schema: Shape({
    school: Id<SchoolId>(),
    sourcedId: SourcedId,
    name: Text(255),
    kind: Text(40),
    identifier: Maybe(Type.String({ maxLength: 255 })),
    parent: Maybe(Id<SchoolId>()),
    extra: Extra,
  }),
  sample: { school: '5f0c1c5e-0f5b-5c59-9f0e-0c7d5d1c0a01', sourcedId: 'org-lincoln', name: 'Lincoln Elementary', kind: 'school' },
});

export const schoolLeftRoster = defineEvent({
  type: 'schools.school-left-roster',
  version: 1,
  subject: 'none',
  summary: 'A bulk roster no longer names the school: marked, not erased.',
  schema: Shape({ school: Id<SchoolId>() }),
  sample: { school: '5f0c1c5e-0f5b-5c59-9f0e-0c7d5d1c0a01' },
});

export const termRostered = defineEvent({
  type: 'schools.term-rostered',
  version: 1,
  subject: 'none',
  summary: 'The roster states an academic session, new or changed.',
  schema: Shape({
    term: Id<TermId>(),
    sourcedId: SourcedId,
    title: Text(255),
    kind: Text(40),
    start: Day,
    end: Day,
    parent: Maybe(Id<TermId>()),
    schoolYear: Maybe(Type.String({ maxLength: 10 })),
    extra: Extra,
  }),
  sample: {
    term: '5f0c1c5e-0f5b-5c59-9f0e-0c7d5d1c0a02',
    sourcedId: 'term-1',
    title: 'Fall 2025',
    kind: 'semester',
    start: '2025-08-25',
    end: '2026-01-16',
  },
});

export const termLeftRoster = defineEvent({
  type: 'schools.term-left-roster',
  version: 1,
  subject: 'none',
  summary: 'A bulk roster no longer names the academic session.',
  schema: Shape({ term: Id<TermId>() }),
  sample: { term: '5f0c1c5e-0f5b-5c59-9f0e-0c7d5d1c0a02' },
});

export const classRostered = defineEvent({
  type: 'schools.class-rostered',
  version: 1,
  subject: 'none',
  summary: 'The roster states a class, new or changed.',
  schema: Shape({
    class: Id<ClassId>(),
    sourcedId: SourcedId,
    school: Id<SchoolId>(),
    title: Text(255),
    kind: Text(40),
    location: Maybe(Type.String({ maxLength: 255 })),
    periods: List(Text(40)),
    terms: List(Id<TermId>()),
    subjects: List(Text(120)),
    extra: Extra,
  }),
  sample: {
    class: '5f0c1c5e-0f5b-5c59-9f0e-0c7d5d1c0a03',
    sourcedId: 'class-math-3a',
    school: '5f0c1c5e-0f5b-5c59-9f0e-0c7d5d1c0a01',
    title: 'Math 3A',
    kind: 'scheduled',
    periods: ['2'],
    terms: ['5f0c1c5e-0f5b-5c59-9f0e-0c7d5d1c0a02'],
    subjects: ['Mathematics'],
  },
});

export const classLeftRoster = defineEvent({
  type: 'schools.class-left-roster',
  version: 1,
  subject: 'none',
  summary: 'A bulk roster no longer names the class.',
  schema: Shape({ class: Id<ClassId>() }),
  sample: { class: '5f0c1c5e-0f5b-5c59-9f0e-0c7d5d1c0a03' },
});

export const schoolsEvents = [schoolRostered, schoolLeftRoster, termRostered, termLeftRoster, classRostered, classLeftRoster] as const;
export type SchoolsEvent = EventOf<(typeof schoolsEvents)[number]>;

export type School = EventOf<typeof schoolRostered>['data'];
export type Term = EventOf<typeof termRostered>['data'];
export type SchoolClass = EventOf<typeof classRostered>['data'];

export const schoolStream = (school: SchoolId): string => `school-${school}`;
export const termStream = (term: TermId): string => `term-${term}`;
export const classStream = (group: ClassId): string => `class-${group}`;
