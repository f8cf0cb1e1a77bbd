import { type ActorId, defineEvent, type EventOf, Id, type ImportId, List, Maybe, OneOf, Shape, Text, Type } from '@foundation/kernel';

const Counts = Shape({
  created: Type.Integer({ minimum: 0 }),
  changed: Type.Integer({ minimum: 0 }),
  unchanged: Type.Integer({ minimum: 0 }),
  left: Type.Integer({ minimum: 0 }),
  refused: Type.Integer({ minimum: 0 }),
  warnings: Type.Integer({ minimum: 0 }),
});

export const importStarted = defineEvent({
  type: 'rostering.import-started',
  version: 1,
  subject: 'none',
  summary: 'A roster import began: who asked and which files, by their digests.',
  schema: Shape({
    import: Id<ImportId>(),
    by: Type.Unsafe<ActorId>(Text(36)),
    version: Maybe(Text(10)),
    files: List(
      Shape({
        name: Text(120),
        sha256: Text(64),
        bytes: Type.Integer({ minimum: 0 }),
        /** Of the files that were read. */
        mode: Maybe(OneOf(['bulk', 'delta', 'absent'])),
        rows: Maybe(Type.Integer({ minimum: 0 })),
      }),
      40,
    ),
    /** Somebody said yes to what stopped it before. */
    confirmed: Maybe(Type.Boolean()),
  }),
  sample: {
    import: '8b0c1c5e-0f5b-5c59-9f0e-0c7d5d1c2001',
    by: 'system',
    version: '1.1',
    files: [{ name: 'users.csv', sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08', bytes: 1304 }],
  },
});

export const importFinished = defineEvent({
  type: 'rostering.import-finished',
  version: 1,
  subject: 'none',
  summary: 'A roster import ended; its counts.',
  schema: Shape({ import: Id<ImportId>(), counts: Counts }),
  sample: {
    import: '8b0c1c5e-0f5b-5c59-9f0e-0c7d5d1c2001',
    counts: { created: 40, changed: 0, unchanged: 0, left: 0, refused: 2, warnings: 3 },
  },
});

export const rosteringEvents = [importStarted, importFinished] as const;
export type RosteringEvent = EventOf<(typeof rosteringEvents)[number]>;
export type ImportCounts = EventOf<typeof importFinished>['data']['counts'];
