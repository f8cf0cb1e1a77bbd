import { type ActorId, At, Id, Maybe, type NodeId, OneOf, Shape, Type } from '@foundation/kernel';
import { PHASES, STATUSES, VERDICTS, type ViewJobId, WORKS } from '@foundation/view-jobs';
import { answer, described, named, Text, Whole } from '../shared/answers';
import { sample } from '../shared/samples';

const verdict = described(
  'rebuilt: made anew, and served; equal: every row is what the log gives; differs: some are not; halted: the view stopped at an event.',
  OneOf(VERDICTS),
);

const Result = named(
  'ViewResult',
  Shape({
    view: Text(),
    position: Text('How far in the log, as `X-Position` has it.'),
    verdict,
    digest: described('SHA-256 over the rows that are served: equal on every node at the same position.', Maybe(Text())),
    tables: described('Those with rows that differ.', Maybe(Type.Array(Text()))),
  }),
);

const job = {
  job: Id<ViewJobId>(),
  node: Id<NodeId>(),
  work: OneOf(WORKS),
  by: Type.Unsafe<ActorId>(Text('Id of the member of staff who asked.')),
  askedAt: At,
  startedAt: Maybe(At),
  endedAt: Maybe(At),
  status: described(
    'waiting: not begun, or to begin anew; failed and interrupted: nothing was changed, `note` says what to do.',
    OneOf(STATUSES),
  ),
  phase: described('Of a running one.', Maybe(OneOf(PHASES))),
  done: described('While building, positions of the log; while comparing, views.', Whole),
  total: described('0 while unknown.', Whole),
  events: described('Read from the log so far.', Whole),
  verdict: described('Of a finished one, over all views.', Maybe(verdict)),
  views: described('Of a finished one.', Maybe(Type.Array(Result))),
  note: Maybe(Text('What is the matter, and what to do.')),
};

const waiting = {
  job: sample.viewJob,
  node: sample.node,
  work: 'verification',
  by: sample.staff,
  askedAt: sample.recordedAt,
  status: 'waiting',
  done: 0,
  total: 0,
  events: 0,
} as const;
const digest = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
const finished = {
  ...waiting,
  startedAt: sample.recordedAt,
  endedAt: '2026-03-03T14:15:09.000Z',
  status: 'finished',
  done: 8,
  total: 8,
  events: 48_211,
  verdict: 'differs',
  views: [{ view: 'plan', position: '5f0c1c5e.48211', verdict: 'differs', digest, tables: ['plan_goals'] }],
  note: 'Rows differ from what the log gives. Nothing recorded is lost: ask for a rebuild, which makes them anew.',
} as const;

export const ViewJobAnswer = answer('ViewJob', Shape(job), finished);
export const ViewJobBegunAnswer = answer('ViewJobBegun', Shape(job), waiting);
export const ViewJobsAnswer = answer(
  'ViewJobs',
  Shape({
    items: Type.Array(named('ViewJobEntry', Shape(job))),
    nodes: Type.Array(
      named(
        'ViewNode',
        Shape({
          node: Id<NodeId>(),
          here: described('It is the one that is asked.', Type.Boolean()),
          heardAt: described('When it last said that it takes jobs.', At),
        }),
      ),
    ),
  }),
  { items: [finished], nodes: [{ node: sample.node, here: true, heardAt: sample.recordedAt }] },
);
