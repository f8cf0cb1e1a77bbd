import { createSecretKey, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type Command, CommandBus } from '@nestjs/cqrs';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApi, type Platform } from '@apps/api';
import { catalogue } from '@apps/shared/src/events';
import { RecordEntry } from '@case/accommodations';
import { RecordObservation } from '@case/observations';
import { AddStaff, GrantRole } from '@case/people';
import { ActivatePlan, DraftPlan, SetAccommodation, SetGoal, SetService, WritePresentLevels } from '@case/plans';
import { RosterClass, RosterSchool } from '@case/schools';
import { RecordSession } from '@case/sessions';
import { AddStudent, AssignTeamMember, CaseRelationFacts, OpenCase, WriteProfile } from '@case/students';
import { JOB_KINDS, JobsAndPolicies } from '@apps/worker';
import { Digests, fileMailer } from '@exchange/digest';
import { RecordExports } from '@exchange/exports';
import { ImportReports, InProcessImports, RosterImporter, RosterImports } from '@exchange/rostering';
import { AccessTokens, AccountsService, MemoryThrottle, ReadAudit } from '@foundation/access';
import {
  type CommandContext,
  type CommandOutcome,
  EventOpener,
  JournalCommandRunner,
  LogJournal,
  SqliteEventStore,
} from '@foundation/event-store';
import { createLogger } from '@foundation/http';
import {
  type CommandId,
  derivedId,
  type Discipline,
  type EntryId,
  type ExportId,
  type Instant,
  type LocalDate,
  newId,
  type ObservationId,
  type Role,
  ROLES,
  type SchoolId,
  type SessionId,
  type StaffId,
  type StudentId,
  type NodeId,
} from '@foundation/kernel';
import { InProcessJobQueue, SoleTurns } from '@foundation/jobs';
import { Metrics } from '@foundation/metrics';
import { Erasure, ErasureRegister, KeyRing, MasterKey, SyncKeyRing } from '@foundation/privacy';
import { fixedClock } from '@foundation/testing';
import { ViewJobBook, viewJobOn, ViewJobs, ViewJobWorker } from '@foundation/view-jobs';
import { InlineViewHost, workOnViews } from '@foundation/view-store';
import { viewSet } from '@views/index';

export const ZONE = 'America/New_York';
export const TODAY = '2026-03-03' as LocalDate;
const NAMES = '6f1f1c5e-0f5b-5c59-9f0e-0c7d5d1c0001';
const named = <T>(name: string): T => derivedId(NAMES, name) as T;
const day = (text: string) => text as LocalDate;
const at = (text: string) => ({ at: text as Instant, offset: '-05:00', zone: ZONE });

/** Everything in this process on a folder: the real log, views and rules, with a clock that stands at 9:15 on 3 March 2026. */
export async function openApi(folder: string, more: Partial<Platform> = {}) {
  const clock = fixedClock('2026-03-03T14:15:00.000Z');
  const lines: string[] = [];
  const master = new MasterKey(createSecretKey(randomBytes(32)));
  const store = SqliteEventStore.open(folder, { mode: 'write' });
  const keys = new KeyRing(store, master, clock);
  const journal = new LogJournal(store, catalogue, keys);
  const runner = new JournalCommandRunner(journal, keys);
  const reader = SqliteEventStore.open(folder, { mode: 'read' });
  const opener = new EventOpener(catalogue, new SyncKeyRing((stream) => reader.readStreamSync(stream), master));
  const source = {
    readAfter: (after: bigint, limit: number) => reader.readAllSync({ after, limit }).map((event) => opener.open(event)),
    head: () => reader.headSync(),
  };
  const views = new InlineViewHost({ folder, views: viewSet, source });
  await views.start();
  store.onCommitted(() => views.wake());
  const relations = new CaseRelationFacts(runner);
  const tokens = new AccessTokens(master.deriveKey('tokens').export(), clock);
  const refreshKey = master.deriveKey('refresh').export();
  const accounts = new AccountsService({
    logId: store.logId,
    runner,
    clock,
    zone: ZONE,
    facts: relations,
    tokens,
    throttle: new MemoryThrottle(),
    refreshKey,
  });
  const reads = new ReadAudit(join(folder, 'reads.sqlite'));
  const queue = new InProcessJobQueue(JOB_KINDS);
  const logger = createLogger('trace', { write: (line) => void lines.push(line) });
  const recordExports = new RecordExports({ runner, journal, views, keys, queue, clock, zone: ZONE, folder: join(folder, 'exports') });
  const mailer = fileMailer(join(folder, 'mail'), 'throughline@lincoln.example');
  const link = 'https://throughline.lincoln.example';
  const digests = new Digests({ runner, journal, views, relations, queue, mailer, clock, zone: ZONE, link });
  const work = new JobsAndPolicies({ queue, log: store, turns: new SoleTurns(), exports: recordExports, digests, logger });
  const node = newId<NodeId>();
  const book = new ViewJobBook(join(folder, 'view-jobs'));
  const viewQueue = new InProcessJobQueue([viewJobOn(node)]);
  const set = { views: viewSet, code: [], openSource: () => ({ ...source, close: () => undefined }) };
  new ViewJobWorker({
    book,
    node,
    queue: viewQueue,
    clock,
    work: async (kind, onStep) => workOnViews(kind, { folder, set, masterKey: master.secret.export() }, onStep),
    switchedTo: async (file) => {
      views.wake();
      await views.switchedTo(file);
    },
  }).register();
  const nodes = async () => [{ node, heardAt: clock.now() }];
  const viewJobs = new ViewJobs({ book, node, queueOf: async () => viewQueue, nodes, clock });
  const reports = new ImportReports(join(folder, 'imports'));
  const importer = new RosterImporter({ store, journal, runner, clock, zone: ZONE });
  const imports = new InProcessImports(importer, reports, () => undefined);
  const platform: Platform = {
    store,
    journal,
    runner,
    views,
    clock,
    relations,
    accounts,
    tokens,
    reads,
    erasure: new Erasure(store, keys, new ErasureRegister(join(folder, 'erasures.jsonl')), clock),
    purged: (position) => views.waitFor(position),
    rosterImports: new RosterImports({ runs: imports, reports, runner, store, shown: async () => views.waitFor(await store.head()) }),
    exports: recordExports,
    digests,
    viewJobs,
    logger,
    metrics: new Metrics(),
    settings: { zone: ZONE, https: false, metrics: 'local' },
    ...more,
  };
  const app = await createApi(platform);
  return {
    app,
    platform,
    imports,
    clock,
    lines,
    queue,
    viewQueue,
    /** Nothing happens in the background until a test starts it. */
    work,
    async close() {
      await app.close();
      await work.stop();
      await viewQueue.close();
      await views.stop();
      reads.close();
      await reader.close();
      await store.close();
    },
  };
}

export type OpenApi = Awaited<ReturnType<typeof openApi>>;

export const ids = {
  school: named<SchoolId>('school'),
  elsewhere: named<SchoolId>('elsewhere'),
  class: named<never>('class'),
  sam: named<StudentId>('sam'),
  kim: named<StudentId>('kim'),
  plan: named<never>('plan'),
  goal: named<never>('goal'),
  kimsPlan: named<never>('kims-plan'),
  kimsGoal: named<never>('kims-goal'),
  accommodation: named<never>('accommodation'),
  service: named<never>('service'),
  observation: named<ObservationId>('observation'),
  kimsObservation: named<ObservationId>('kims-observation'),
  entry: named<EntryId>('entry'),
  session: named<SessionId>('session'),
};
export const staffOf = (role: Role): StaffId => named(`staff-${role}`);
export const other = named<StaffId>('staff-other');

/** One person per role; Sam in their school with a whole team and a plan in force, Kim in another school with another team. */
export async function fillWorld({ app, platform }: Pick<OpenApi, 'app' | 'platform'>): Promise<void> {
  const bus = app.get(CommandBus);
  const context = (options: Partial<CommandContext> = {}): CommandContext => ({
    commandId: newId<CommandId>(),
    correlationId: 'world',
    actor: 'system',
    occurredAt: at('2026-03-02T15:00:00.000Z'),
    recordedAt: '2026-03-02T15:00:00.000Z' as Instant,
    ...options,
  });
  const run = (command: Command<CommandOutcome>) => bus.execute(command);

  const { school, elsewhere } = ids;
  await run(new RosterSchool({ school, sourcedId: 's1', name: 'Lincoln Elementary', kind: 'school' }, context()));
  await run(new RosterSchool({ school: elsewhere, sourcedId: 's2', name: 'Hollow Creek', kind: 'school' }, context()));
  const group = { class: ids.class, sourcedId: 'c1', school, title: 'Math 3A', kind: 'scheduled', periods: [], terms: [], subjects: [] };
  await run(new RosterClass(group, context()));
  for (const role of ROLES) {
    const staff = staffOf(role);
    await run(new AddStaff({ staff, givenName: 'Ana', familyName: `Quillfeather-${role}`, schools: [school] }, context()));
    const special = {
      ...(role === 'therapist' && { discipline: 'speech' as Discipline }),
      ...(role === 'auditor' && { purpose: 'Yearly review', to: day('2026-06-30') }),
    };
    const schools = role === 'administrator' ? [] : [school];
    await run(new GrantRole({ staff, grant: derivedId(staff, 'grant'), role, schools, from: day('2025-08-01'), ...special }, context()));
  }
  await run(new AddStaff({ staff: other, givenName: 'Otto', familyName: 'Fernsby', schools: [elsewhere] }, context()));
  await run(
    new GrantRole(
      { staff: other, grant: derivedId(other, 'grant'), role: 'case-manager', schools: [], from: day('2025-08-01') },
      context(),
    ),
  );

  const children = [
    { student: ids.sam, at: school, plan: ids.plan, goal: ids.goal },
    { student: ids.kim, at: elsewhere, plan: ids.kimsPlan, goal: ids.kimsGoal },
  ];
  for (const child of children) {
    const { student, plan, goal } = child;
    const mine = child.student === ids.sam;
    await run(
      new AddStudent({ student, givenName: mine ? 'Sam' : 'Kim', familyName: 'Rivermoss', grades: ['03'], schools: [child.at] }, context()),
    );
    const team = mine ? (['case-manager', 'teacher', 'therapist', 'aide'] as const) : (['case-manager'] as const);
    for (const role of team) {
      const staff = mine ? staffOf(role) : other;
      const member = {
        student,
        assignment: derivedId(student, role) as never,
        staff,
        role,
        classes: role === 'teacher' ? [ids.class] : [],
      };
      const special = role === 'therapist' ? { discipline: 'speech' as Discipline } : {};
      await run(new AssignTeamMember({ ...member, ...special, from: day('2025-08-01') }, context()));
    }
    await run(new OpenCase({ student, on: day('2025-08-25') }, context()));
    const none = {
      strengths: [],
      challenges: [],
      interests: [],
      communication: [],
      helps: [],
      avoid: [],
      visualSupports: [],
      health: [],
      contacts: [],
    };
    await run(new WriteProfile({ student, profile: { ...none, helps: ['A two-minute warning'] } }, context()));
    await run(new DraftPlan({ plan, student, kind: 'iep' }, context()));
    await run(new WritePresentLevels({ plan, presentLevels: 'Reads 58 words per minute.' }, context()));
    const measured = {
      goal,
      area: 'communication',
      statement: 'Asks for help in 8 of 10 chances.',
      label: 'Asks for help',
      better: 'up',
      measure: { kind: 'percent-correct' },
      aggregation: 'pool',
      target: { value: 80, on: day('2026-08-20') },
      criterion: { comparator: 'at-least', value: 80, times: 3, outOf: 4, per: 'days' },
      reporting: 'quarterly',
      classes: [ids.class],
    } as const;
    await run(new SetGoal({ plan, goal: { ...measured, classes: [ids.class] } }, context()));
    const extra = {
      accommodation: mine ? ids.accommodation : (derivedId(plan, 'a') as never),
      category: 'timing-scheduling',
      use: 'instruction',
      label: 'Extra time',
      classes: [ids.class],
    } as const;
    await run(new SetAccommodation({ plan, accommodation: { ...extra, classes: [ids.class] } }, context()));
    const speech = {
      service: mine ? ids.service : (derivedId(plan, 's') as never),
      discipline: 'speech',
      start: day('2025-09-01'),
      frequency: { sessions: 2, per: 'week' },
      minutes: 30,
      location: 'Therapy room',
      delivery: 'individual',
    } as const;
    await run(new SetService({ plan, service: speech }, context()));
    await run(new ActivatePlan({ plan, effectiveFrom: day('2025-09-01'), meetingOn: day('2025-08-28') }, context()));
    const observation = mine ? ids.observation : ids.kimsObservation;
    const seen = { raw: { kind: 'percent-correct', correct: 7, incorrect: 3, noResponse: 0 }, context: {} } as const;
    const by = mine ? staffOf('aide') : other;
    await run(
      new RecordObservation({ observation, student, plan, goal, ...seen }, context({ commandId: observation as never, actor: by })),
    );
  }
  const promised = { student: ids.sam, plan: ids.plan };
  const entry = {
    entry: ids.entry,
    ...promised,
    accommodation: ids.accommodation,
    class: ids.class,
    on: day('2026-03-02'),
    state: { kind: 'provided', outcome: 'used' },
  } as const;
  await run(new RecordEntry(entry, context({ commandId: ids.entry as never, actor: staffOf('aide') })));
  const outcome = {
    kind: 'delivered',
    start: at('2026-03-02T14:15:00.000Z'),
    end: at('2026-03-02T14:45:00.000Z'),
    groupSize: 1,
    goals: [],
    note: { subjective: 'In good spirits' },
  } as const;
  const held = { session: ids.session, ...promised, service: ids.service, outcome: { ...outcome, goals: [] } };
  await run(new RecordSession(held, context({ commandId: ids.session as never, actor: staffOf('therapist') })));
  // Under the child's own id, so that a route's `:id` and `:exportId` are found with one.
  await platform.exports.request({ export: ids.sam as string as ExportId, student: ids.sam }, context());
  await platform.views.waitFor(await platform.journal.head());
}

export interface Sent {
  readonly method?: 'GET' | 'POST' | 'PUT';
  readonly url: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

/** Sends requests as somebody in a role; without a role, as nobody. */
export function clientOf({ app, platform }: { app: NestFastifyApplication; platform: Platform }) {
  return (role: Role | undefined, { method = 'GET', url, body, headers = {} }: Sent, staff = role && staffOf(role)) => {
    const authorization = role && staff ? { authorization: `Bearer ${platform.tokens.issue(staff, role, newId())}` } : {};
    const content = body === undefined ? {} : { 'content-type': 'application/json' };
    return app.inject({
      method,
      url: url.startsWith('/') ? url : `/api/v1/${url}`,
      headers: { ...authorization, ...content, ...headers },
      ...(body !== undefined && { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  };
}
