import { Day, defineEvent, type EventOf, type ExportId, Id, Shape, type StudentId, Text, Type } from '@foundation/kernel';

const ids = { export: Id<ExportId>(), student: Id<StudentId>() };
const sample = { export: '5b0d1c5e-0f5b-5c59-9f0e-0c7d5d1c4001', student: '0c8e1c5e-0f5b-5c59-9f0e-0c7d5d1c0c01' };

export const exportRequested = defineEvent({
  type: 'exports.export-requested',
  version: 1,
  subject: 'student',
  summary: 'Somebody asked for a copy of the child’s whole record; it is owed by a day.',
  schema: Shape({
    ...ids,
    /** The day on which the family asked, from which the clock runs (34 CFR 99.10(b)). */
    askedOn: Day,
    dueOn: Day,
  }),
  sample: { ...sample, askedOn: '2026-03-03', dueOn: '2026-04-17' },
});

export const exportProduced = defineEvent({
  type: 'exports.export-produced',
  version: 1,
  subject: 'student',
  summary: 'The copy lies ready, sealed with the child’s key, for some days.',
  schema: Shape({
    ...ids,
    /** Of the archive as it is handed out. */
    sha256: Text(64),
    bytes: Type.Integer({ minimum: 1 }),
    /** How many events of the record are in it. */
    events: Type.Integer({ minimum: 0 }),
    /** Last day on which it can be fetched. */
    keptUntil: Day,
  }),
  sample: {
    ...sample,
    sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    bytes: 48_211,
    events: 412,
    keptUntil: '2026-04-02',
  },
});

export const exportsEvents = [exportRequested, exportProduced] as const;
export type ExportsEvent = EventOf<(typeof exportsEvents)[number]>;
