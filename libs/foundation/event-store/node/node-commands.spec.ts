import { join } from 'node:path';
import fc from 'fast-check';
import { type CommandId, newId, RefusalError, type StudentId } from '@foundation/kernel';
import { fixedClock, temporaryFolder } from '@foundation/testing';
import { SqliteEventStore } from '../sqlite/sqlite-event-store';
import { contextOf, jar, openGate, overLog, type ToyCommand } from '../testing';
import { StaleRevision } from '../journal';
import { MirrorLog } from './mirror-log';
import { NodeEventStore } from './node-event-store';

const root = temporaryFolder();
const clock = fixedClock();
const cluster = SqliteEventStore.open(join(root, 'cluster'), { mode: 'write' });
afterAll(() => cluster.close());
let nodes = 0;

/** A node whose copy stays empty: it never learns by itself what others append. */
function blindNode() {
  const folder = join(root, `node-${++nodes}`);
  MirrorLog.open(folder, cluster.logId).close();
  return overLog(new NodeEventStore(SqliteEventStore.open(folder, { mode: 'read' }), cluster, openGate), clock).runner;
}

interface Sent {
  readonly by: number;
  readonly command: ToyCommand;
  readonly commandId: CommandId;
  readonly ifRevision?: number;
}

const sent = (student: StudentId): fc.Arbitrary<Sent> =>
  fc.record(
    {
      by: fc.nat(1),
      command: fc.oneof(
        {
          weight: 4,
          arbitrary: fc.record({
            kind: fc.constant('add' as const),
            student: fc.constant(student),
            counts: fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 2 }),
          }),
        },
        { weight: 1, arbitrary: fc.record({ kind: fc.constant('close' as const), student: fc.constant(student) }) },
      ),
      commandId: fc.constantFrom(...Array.from({ length: 4 }, () => newId<CommandId>())),
      ifRevision: fc.nat(3),
    },
    { requiredKeys: ['by', 'command', 'commandId'] },
  );

const outcome = async (work: Promise<{ revision: number; repeated: boolean }>) => {
  try {
    const { revision, repeated } = await work;
    return { revision, repeated };
  } catch (error) {
    if (error instanceof RefusalError) return error.refusal.code;
    if (error instanceof StaleRevision) return `stale at ${error.actual}`;
    throw error;
  }
};

it('two nodes that see nothing of each other answer as one that sees everything', async () => {
  const student = newId<StudentId>();
  await fc.assert(
    fc.asyncProperty(fc.array(sent(student), { maxLength: 8 }), async (all) => {
      const [apart, together] = [`jar-${newId()}`, `jar-${newId()}`];
      const two = [blindNode(), blindNode()];
      const one = overLog(cluster, clock).runner;
      for (const { by, command, commandId, ifRevision } of all) {
        const context = (stream: string) => contextOf(`${commandId.slice(0, -12)}${stream.slice(-12)}` as CommandId, { ifRevision });
        const there = await outcome(two[by]!.handle(jar, { stream: apart, student }, command, context(apart)));
        const here = await outcome(one.handle(jar, { stream: together, student }, command, context(together)));
        expect(there).toEqual(here);
      }
      const dataOf = async (stream: string) => (await cluster.readStream(stream)).map(({ type, data }) => [type, data]);
      expect(await dataOf(apart)).toEqual(await dataOf(together));
    }),
    { numRuns: 40 },
  );
});

it('a record sent to another node is known for what it is', async () => {
  const student = newId<StudentId>();
  const commandId = newId<CommandId>();
  const target = { stream: `jar-${commandId}`, student };
  const record = (runner: ReturnType<typeof blindNode>) =>
    runner.record(jar, target, { kind: 'add', student, counts: [5] }, contextOf(commandId, { request: { count: 5 } }));
  const first = await record(blindNode());
  expect(await record(blindNode())).toEqual({ ...first, repeated: true });
  const closed = { ...jar, initial: { ...jar.initial, closed: true } };
  const late = blindNode().record(closed, target, { kind: 'add', student, counts: [5] }, contextOf(commandId, { request: { count: 5 } }));
  expect(await late).toEqual({ ...first, repeated: true });
});
