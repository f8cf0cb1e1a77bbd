/** Who may import whom (README "The rooms"). Doors are index.ts; a room's events.ts (and plans' promise.ts) may be read by others, a case room's rules.ts by imports. */
const inner = (wing) => `^libs/${wing}/[^/]+/(?!index\\.ts$)`;
/** An adapter that loads a big client has a door of its own. */
const adapters = '^libs/foundation/[^/]+/(eventstoredb|bullmq)/index\\.ts$';
const tests = '\\.spec\\.ts$|^test/|/testing(/|\\.ts$)|toy\\.views\\.ts$';

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, pathNot: ['^config/', '^test/', 'main\\.ts$', '\\.d\\.ts$', 'thread\\.ts$'] },
      to: {},
    },
    { name: 'not-to-undeclared', severity: 'error', from: {}, to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'unknown'] } },
    {
      name: 'kernel-calendar-measurement-are-pure',
      comment: 'These rooms know no framework, no I/O and none of ours but each other. Ids are derived with a hash.',
      severity: 'error',
      from: { path: '^libs/foundation/(kernel|calendar|measurement)/', pathNot: [tests, '^libs/foundation/kernel/ids\\.ts$'] },
      to: { pathNot: ['^libs/foundation/(kernel|calendar|measurement)/', 'node_modules/(@sinclair/typebox|uuid|luxon|@types/luxon)/'] },
    },
    {
      name: 'ids-need-a-hash-and-no-more',
      severity: 'error',
      from: { path: '^libs/foundation/kernel/ids\\.ts$' },
      to: { pathNot: ['^crypto$', 'node_modules/uuid/'] },
    },
    {
      name: 'rules-are-pure',
      comment: 'Events and aggregates of a case room: own room, kernel, calendar, measurement, others’ events.',
      severity: 'error',
      from: { path: '^libs/case/[^/]+/[^/]+\\.ts$', pathNot: ['index\\.ts$', 'module\\.ts$', 'relation-facts\\.ts$', tests] },
      to: {
        path: [
          'node_modules/@nestjs',
          '^libs/foundation/(?!kernel|calendar|measurement)',
          '^(fs|crypto|path|os|worker_threads|http|net|child_process)$',
        ],
      },
    },
    {
      name: 'case-rooms-share-events-only',
      severity: 'error',
      from: { path: '^libs/case/([^/]+)/', pathNot: tests },
      to: { path: '^libs/case/([^/]+)/', pathNot: ['^libs/case/$1/', '^libs/case/[^/]+/events\\.ts$', '^libs/case/plans/promise\\.ts$'] },
    },
    {
      name: 'case-never-reads-views',
      severity: 'error',
      from: { path: '^libs/case/' },
      to: { path: ['^libs/(views|exchange)/', '^apps/', 'node_modules/better-sqlite3'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'views-never-write',
      comment: 'A view reads events; it neither decides nor appends.',
      severity: 'error',
      from: { path: '^libs/views/', pathNot: tests },
      to: { path: ['^libs/case/[^/]+/(?!events\\.ts$|promise\\.ts$)', '^libs/exchange/', '^apps/', '^libs/foundation/(http|testing)/'] },
    },
    {
      name: 'exchange-through-doors',
      severity: 'error',
      from: { path: '^libs/exchange/', pathNot: tests },
      to: {
        path: [inner('case'), inner('views'), '^apps/'],
        pathNot: ['^libs/(case|exchange|foundation)/[^/]+/events\\.ts$', '^libs/case/[^/]+/rules\\.ts$'],
      },
    },
    {
      name: 'apps-through-doors',
      severity: 'error',
      from: { path: '^apps/', pathNot: tests },
      to: {
        path: [inner('case'), inner('views'), inner('exchange'), inner('foundation')],
        pathNot: ['^libs/(case|exchange|foundation)/[^/]+/events\\.ts$', adapters],
      },
    },
    {
      name: 'foundation-knows-nothing-above',
      severity: 'error',
      from: { path: '^libs/foundation/', pathNot: tests },
      to: { path: ['^libs/(case|views|exchange)/', '^apps/'] },
    },
    {
      name: 'product-never-imports-tests',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: tests },
      to: { path: ['^test/', '^libs/foundation/testing/', '\\.spec\\.ts$'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js'],
      exportsFields: ['exports'],
      conditionNames: ['require', 'node', 'default', 'types'],
    },
  },
};
