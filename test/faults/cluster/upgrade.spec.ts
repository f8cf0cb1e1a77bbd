import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EventStoreDbEventStore, SqliteEventStore } from '@foundation/event-store';
import { type CommandId, eventIdOf, id } from '@foundation/kernel';
import { temporaryFolder } from '@foundation/testing';
import { Client, uuid } from '../../support/client';
import { pause } from '../../support/commands';
import { signIn } from '../../support/district';
import { ClusterNode } from './cluster-node';
import { expectAllCounted, figures } from './count';
import { type District, firstNode, nodeBeside } from './district';
import { Load } from './load';
import { StandInServer } from './stand-in-server';

const ROOT = join(__dirname, '../../..');
const PRAISED = 'plans.goal-praised';
const folder = temporaryFolder();

let server: StandInServer;
let district: District;
let old: ClusterNode;
let next: ClusterNode;
let load: Load;
let nodes: ClusterNode[];

/** A build of the next version: one event type more, which a plan takes note of, and a view that is made otherwise. */
function nextVersion(): string {
  const place = join(folder, 'next');
  mkdirSync(place);
  cpSync(join(ROOT, 'dist'), join(place, 'dist'), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(place, 'node_modules'));
  const patch = (file: string, from: string, to: string) => {
    const path = join(place, 'dist', file);
    const text = readFileSync(path, 'utf8');
    expect(text).toContain(from);
    writeFileSync(path, text.replace(from, to));
  };
  const definition = `(0, kernel_1.defineEvent)({ type: '${PRAISED}', version: 1, subject: 'student', summary: 'Praise.',
    schema: (0, kernel_1.Shape)({ plan: (0, kernel_1.Id)() }), sample: { plan } })`;
  patch('libs/case/plans/events.js', 'exports.plansEvents = [', `exports.plansEvents = [ ${definition},`);
  const noted = `        case '${PRAISED}':\n            return { ...state };\n`;
  patch(
    'libs/case/plans/promise.js',
    "        case 'plans.present-levels-written':",
    `${noted}        case 'plans.present-levels-written':`,
  );
  patch('libs/views/progress/progress.projection.js', '"use strict";', '"use strict"; // Made otherwise.');
  return join(place, 'dist');
}

/** What a node of the next version writes: the new type on the plan that is being drafted. */
async function praise(): Promise<void> {
  const copy = SqliteEventStore.open(next.folder, { mode: 'read' });
  const stream = `plan-${district.draft}`;
  const store = EventStoreDbEventStore.attach(server.connectionString, copy.logId);
  const events = await store.readStream(stream);
  const last = events.at(-1)!;
  const commandId = id<CommandId>(uuid());
  const meta = { ...last.meta, commandId, correlationId: 'praise' };
  await store.append(stream, last.revision, [
    { id: eventIdOf(commandId, 0), type: PRAISED, version: 1, data: { plan: district.draft }, meta },
  ]);
  await store.close();
  await copy.close();
}

const levels = { presentLevels: 'Asks by himself.' };
const written = async (node: ClusterNode, plan: string) =>
  (await signIn(new Client(node.url), 'tarrow')).post(`plans/${plan}/present-levels`, levels, { 'idempotency-key': uuid() });

beforeAll(async () => {
  server = await new StandInServer({ file: join(folder, 'eventstore') }).start();
  const begun = await firstNode({ folder: join(folder, 'a'), eventStore: server.connectionString });
  district = begun.district;
  old = begun.node;
  next = await nodeBeside(old, join(folder, 'b'), { dist: nextVersion() });
  nodes = [old, next];
  load = new Load(nodes, district);
}, 120_000);

describe('nodes of two versions side by side', () => {
  it('count the same under load, though their views are made otherwise', async () => {
    await load.begin().more(60);
    await load.end();
    const [before, after] = await Promise.all([old.command('digest'), next.command('digest')]);
    expect(before.said.split('\n')[0]).toBe(after.said.split('\n')[0]);
  });

  it('answer 503 where the older one meets what it does not know, and go on with everything else', async () => {
    const other: string = (await district.caseManager.do(`students/${district.student}/plans`, { kind: '504' })).id;
    await praise();

    const refused = await written(old, district.draft);
    expect([refused.status, refused.body.type, refused.headers.get('retry-after')]).toEqual([503, '/problems/being-upgraded', '5']);
    expect((await written(next, district.draft)).status).toBe(201);
    expect((await written(old, other)).status).toBe(201);
    expect((await written(next, other)).status).toBe(201);
    expect((await (await signIn(new Client(next.url), 'tarrow')).get(`plans/${district.draft}`)).status).toBe(200);

    // The older node's views pass by what they do not know, and show what comes after it.
    await load.batch(old, 5);
    for (const node of [old, next]) {
      const manager = await signIn(new Client(node.url), 'tarrow');
      expect((await manager.send('GET', `goals/${district.goal}/progress?after=${load.reached}`)).status).toBe(200);
      expect(await node.ready()).toBe(true);
    }
  });

  it('are equal by digest once the older one is upgraded: its views are built anew beside those that serve', async () => {
    expect(await old.stop()).toEqual([0, 0]);
    const upgraded = await new ClusterNode({ ...old.options, dist: next.options.dist! }).start();
    for (let look = 0; look < 300 && !(await upgraded.ready()); look++) await pause(50);
    expect((await written(upgraded, district.draft)).status).toBe(201);
    nodes[0] = upgraded;
    await load.begin().more(40);
    await load.end();
    await expectAllCounted(nodes, load, district, server.connectionString);
    figures('rolling upgrade', load, { rounds: 1, whole: true });
  });
});
