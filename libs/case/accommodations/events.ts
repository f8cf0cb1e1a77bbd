import {
  type AccommodationId,
  type ClassId,
  Day,
  defineEvent,
  Either,
  type EntryId,
  type EventOf,
  Id,
  Maybe,
  OneOf,
  type PlanId,
  Sealed,
  Shape,
  type Static,
  type StudentId,
  Type,
} from '@foundation/kernel';

export const NOT_PROVIDED_REASONS = ['staff-absent', 'no-materials', 'not-told', 'schedule', 'other'] as const;

/** Accommodation × class × day has one of these states; silence is shown as unlogged. */
export const EntryStateSchema = Either([
  Shape({ kind: Type.Literal('provided'), outcome: OneOf(['used', 'refused']) }),
  Shape({ kind: Type.Literal('not-applicable') }),
  Shape({ kind: Type.Literal('not-provided'), why: OneOf(NOT_PROVIDED_REASONS) }),
]);
export type EntryState = Static<typeof EntryStateSchema>;

const entry = '3f0a1c5e-0f5b-7c59-9f0e-0c7d5d1c0f01';
const accommodation = '1d0e1c5e-0f5b-5c59-9f0e-0c7d5d1c0d03';

export const entryRecorded = defineEvent({
  type: 'accommodations.entry-recorded',
  version: 1,
  subject: 'student',
  summary: 'What became of one accommodation in one class on one day.',
  schema: Shape({
    entry: Id<EntryId>(),
    student: Id<StudentId>(),
    plan: Id<PlanId>(),
    accommodation: Id<AccommodationId>(),
    class: Id<ClassId>(),
    on: Day,
    state: EntryStateSchema,
    note: Maybe(Sealed(1000)),
    late: Type.Boolean(),
  }),
  sample: {
    entry,
    student: '0c8e1c5e-0f5b-5c59-9f0e-0c7d5d1c0c01',
    plan: '1d0e1c5e-0f5b-5c59-9f0e-0c7d5d1c0d01',
    accommodation,
    class: '5f0c1c5e-0f5b-5c59-9f0e-0c7d5d1c0a03',
    on: '2026-03-03',
    state: { kind: 'provided', outcome: 'used' },
    late: false,
  },
});

export const entryCorrected = defineEvent({
  type: 'accommodations.entry-corrected',
  version: 1,
  subject: 'student',
  summary: 'What should have been recorded, with the reason; the original stays visible.',
  schema: Shape({
    entry: Id<EntryId>(),
    accommodation: Id<AccommodationId>(),
    state: EntryStateSchema,
    note: Maybe(Sealed(1000)),
    reason: Sealed(1000),
  }),
  sample: { entry, accommodation, state: { kind: 'not-applicable' }, reason: 'There was an assembly' },
});

export const entryVoided = defineEvent({
  type: 'accommodations.entry-voided',
  version: 1,
  subject: 'student',
  summary: 'The entry no longer counts, with the reason; it stays visible.',
  schema: Shape({ entry: Id<EntryId>(), accommodation: Id<AccommodationId>(), reason: Sealed(1000) }),
  sample: { entry, accommodation, reason: 'Wrong child' },
});

export const entryDisputed = defineEvent({
  type: 'accommodations.entry-disputed',
  version: 1,
  subject: 'student',
  summary: 'A statement of disagreement that travels with the entry.',
  schema: Shape({ entry: Id<EntryId>(), accommodation: Id<AccommodationId>(), by: OneOf(['family', 'staff']), statement: Sealed(4000) }),
  sample: { entry, accommodation, by: 'family', statement: 'Sam says there was no quiet seat.' },
});

export const accommodationsEvents = [entryRecorded, entryCorrected, entryVoided, entryDisputed] as const;
export type AccommodationsEvent = EventOf<(typeof accommodationsEvents)[number]>;

export const entryStream = (id: EntryId): string => `accommodationEntry-${id}`;
