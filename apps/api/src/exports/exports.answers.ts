import { type ActorId, At, Day, type ExportId, Id, Maybe, OneOf, Shape, type StudentId, Type } from '@foundation/kernel';
import { answer, described, ItemsOf, named, Text, Whole } from '../shared/answers';
import { sample } from '../shared/samples';

const status = {
  export: Id<ExportId>(),
  student: Id<StudentId>(),
  requestedBy: Type.Unsafe<ActorId>(Text()),
  requestedAt: At,
  askedOn: Day,
  dueOn: described('The family must have it by this day (34 CFR 99.10).', Day),
  status: described(
    '`failed`: every try has failed and it is looked at by hand. `dropped`: it was kept for its days.',
    OneOf(['waiting', 'running', 'ready', 'failed', 'dropped']),
  ),
  progress: Shape({ done: Whole, total: described('0 while unknown.', Whole) }),
  producedAt: Maybe(At),
  keptUntil: described('Last day on which it can be fetched.', Maybe(Day)),
  bytes: Maybe(Whole),
  sha256: described('Of the archive.', Maybe(Text())),
};
const ready = {
  export: sample.export,
  student: sample.student,
  requestedBy: sample.staff,
  requestedAt: sample.recordedAt,
  askedOn: '2026-03-03',
  dueOn: '2026-04-17',
  status: 'ready',
  progress: { done: 1, total: 1 },
  producedAt: sample.recordedAt,
  keptUntil: '2026-04-02',
  bytes: 48_211,
  sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
} as const;

export const ExportAnswer = answer('RecordExport', Shape(status), ready);
export const ExportsAnswer = answer('RecordExports', ItemsOf(named('RecordExportEntry', Shape(status))), { items: [ready] });
