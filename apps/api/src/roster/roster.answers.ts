import { OUTCOMES } from '@exchange/rostering';
import { type ActorId, At, Id, type ImportId, Maybe, OneOf, Shape, Type } from '@foundation/kernel';
import { answer, described, ItemsOf, named, Text, Whole } from '../shared/answers';
import { sample } from '../shared/samples';

const Counts = named(
  'ImportCounts',
  Shape({ created: Whole, changed: Whole, unchanged: Whole, left: Whole, refused: Whole, warnings: Whole }),
);

const Finding = named(
  'ImportFinding',
  Shape({
    file: Text(),
    line: described('As an editor counts: the header is line 1. Missing for what a bulk file no longer names.', Maybe(Whole)),
    column: Maybe(Text()),
    outcome: described(
      'stopped: the import waits for a confirmation because of it; refused: the row was left out; warning: taken without the faulty part; else what becomes of the row.',
      OneOf(OUTCOMES),
    ),
    what: Text('student, staff member, guardian, school, class, term, enrolment or file.'),
    why: Maybe(Text('What is wrong and what would mend it; no value of a person is ever repeated.')),
  }),
);

const Report = named(
  'ImportReport',
  Shape({
    import: Id<ImportId>(),
    dryRun: Type.Boolean(),
    status: described('stopped: nothing was recorded, it waits for a confirmation.', OneOf(['finished', 'stopped'])),
    version: described('Of OneRoster.', OneOf(['1.1', '1.2'])),
    counts: Counts,
    doubts: described('Lines that wait for a confirmation, or were confirmed.', Whole),
    findings: described('A page of the lines.', Maybe(Type.Array(Finding))),
    next: Maybe(Text('Cursor of the next page of lines; absent on the last.')),
  }),
);

const STATUSES = ['running', 'finished', 'needs-confirmation', 'failed', 'interrupted'] as const;

const Status = Shape({
  import: Id<ImportId>(),
  status: described(
    'needs-confirmation: nothing was recorded, send it again with `confirm`; interrupted: the service ended first, the same files again do the rest.',
    OneOf(STATUSES),
  ),
  phase: described(
    'Of a running import; bytes are read, streams are checked and recorded.',
    Maybe(OneOf(['waiting', 'reading', 'checking', 'recording'])),
  ),
  done: Whole,
  total: Whole,
  report: described('Once it has ended.', Maybe(Report)),
});

const counts = { created: 40, changed: 0, unchanged: 0, left: 0, refused: 1, warnings: 0 };
const line = {
  file: 'users.csv',
  line: 12,
  column: 'givenName',
  outcome: 'refused',
  what: 'student',
  why: 'The name is missing: fill it in.',
} as const;

export const ImportAnswer = answer('ImportStatus', Status, {
  import: sample.import,
  status: 'finished',
  done: 1,
  total: 1,
  report: { import: sample.import, dryRun: false, status: 'finished', version: '1.1', counts, doubts: 0, findings: [line] },
});

export const ImportBegunAnswer = answer('ImportBegun', Status, {
  import: sample.import,
  status: 'running',
  phase: 'waiting',
  done: 0,
  total: 0,
});

const PastImport = named(
  'PastImport',
  Shape({
    import: Id<ImportId>(),
    by: Type.Unsafe<ActorId>(Text('Id of the member of staff, or `system` for the command line.')),
    startedAt: At,
    finishedAt: Maybe(At),
    status: OneOf(STATUSES),
    version: Maybe(Text('Of OneRoster.')),
    confirmed: Type.Boolean(),
    files: Type.Array(
      Shape({
        name: Text(),
        sha256: Text(),
        bytes: Whole,
        mode: Maybe(OneOf(['bulk', 'delta', 'absent'])),
        rows: Maybe(Whole),
      }),
    ),
    counts: Maybe(Counts),
  }),
);

const sha256 = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';

export const ImportsAnswer = answer('Imports', ItemsOf(PastImport), {
  items: [
    {
      import: sample.import,
      by: 'system',
      startedAt: '2026-03-03T14:15:00.000Z',
      finishedAt: '2026-03-03T14:15:02.000Z',
      status: 'finished',
      version: '1.1',
      confirmed: false,
      files: [{ name: 'users.csv', sha256, bytes: 1304, mode: 'bulk', rows: 15 }],
      counts,
    },
  ],
});

const Both = Shape({ before: Whole, now: Whole });

export const ComparisonAnswer = answer(
  'ImportComparison',
  Shape({
    import: Id<ImportId>(),
    before: described('The import that it stands beside.', Id<ImportId>()),
    files: Type.Array(
      Shape({
        name: Text(),
        change: OneOf(['same', 'changed', 'new', 'gone']),
        rows: Maybe(Whole),
        rowsBefore: Maybe(Whole),
        bytes: Maybe(Whole),
        bytesBefore: Maybe(Whole),
      }),
    ),
    counts: described(
      'Absent while one of the two has not finished.',
      Maybe(Shape({ created: Both, changed: Both, unchanged: Both, left: Both, refused: Both, warnings: Both })),
    ),
  }),
  {
    import: sample.import,
    before: sample.import,
    files: [{ name: 'users.csv', change: 'changed', rows: 16, rowsBefore: 15, bytes: 1380, bytesBefore: 1304 }],
    counts: {
      created: { before: 40, now: 1 },
      changed: { before: 0, now: 0 },
      unchanged: { before: 0, now: 40 },
      left: { before: 0, now: 0 },
      refused: { before: 1, now: 1 },
      warnings: { before: 0, now: 0 },
    },
  },
);
