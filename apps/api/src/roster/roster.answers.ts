import { Id, type ImportId, Maybe, OneOf, Shape, Type } from '@foundation/kernel';
import { answer, described, named, Text, Whole } from '../shared/answers';
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
      'refused: the row was left out; warning: taken without the faulty part; else what becomes of the row.',
      OneOf(['created', 'changed', 'left', 'refused', 'warning']),
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
    version: described('Of OneRoster.', OneOf(['1.1', '1.2'])),
    counts: Counts,
    findings: Type.Array(Finding),
  }),
);

const Status = Shape({
  import: Id<ImportId>(),
  status: OneOf(['running', 'finished', 'failed', 'interrupted']),
  done: Whole,
  total: Whole,
  report: described('Once finished.', Maybe(Report)),
});

export const ImportAnswer = answer('ImportStatus', Status, {
  import: sample.import,
  status: 'finished',
  done: 1,
  total: 1,
  report: {
    import: sample.import,
    dryRun: false,
    version: '1.1',
    counts: { created: 40, changed: 0, unchanged: 0, left: 0, refused: 1, warnings: 0 },
    findings: [
      { file: 'users.csv', line: 12, column: 'givenName', outcome: 'refused', what: 'student', why: 'The name is missing: fill it in.' },
    ],
  },
});

export const ImportBegunAnswer = answer('ImportBegun', Status, { import: sample.import, status: 'running', done: 0, total: 0 });
