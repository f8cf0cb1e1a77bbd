import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BASELINE } from '@apps/shared/src/baseline';
import { catalogue } from '@apps/shared/src/events';
import { SqliteEventStore } from '@foundation/event-store';
import { EventStoreDbEventStore } from '@foundation/event-store/eventstoredb';
import { type CommandId, type DomainEvent, eventIdOf, id, type Instant, type NodeId } from '@foundation/kernel';
import { knownBesides } from '@foundation/operations';
import { nodeStated } from '@foundation/operations/events';
import { sampleMeta, temporaryFolder } from '@foundation/testing';
import { Client, uuid } from '../../support/client';
import { pause } from '../../support/commands';
import { signIn } from '../../support/district';
import { ClusterNode, MORNING } from './cluster-node';
import { expectAllCounted, figures } from './count';
import { type District, firstNode, nodeBeside } from './district';
import { Load } from './load';
import { StandInServer } from './stand-in-server';

const ROOT = join(__dirname, '../../..');
const PRAISED = 'plans.goal-praised';
const NEXT_RELEASE = '99.0.0';
const THROWN_AWAY = id<NodeId>('0190c5a4-6e0b-7c59-9f0e-0c7d5d1c0f21');
const ONLY_THROWN_AWAY = new RegExp(`: Node ${THROWN_AWAY} \\(release 0\\.0\\.9\\) cannot read`);
const folder = temporaryFolder();

let server: StandInServer;
let district: District;
let old: ClusterNode;
let next: ClusterNode;
let load: Load;
let nodes: ClusterNode[];

/**
 * A build of the next version: one event type more, which a plan takes note of, a newer version of another, and a view that is made
 * otherwise. Praise is asked for by its name among the present levels.
 */
function nextVersion(): string {
  const place = join(folder, 'next');
  mkdirSync(place);
  writeFileSync(join(place, 'package.json'), JSON.stringify({ version: NEXT_RELEASE }));
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
  patch(
    'libs/case/plans/plan.js',
    'const { presentLevels, transition } = command;',
    `const { presentLevels, transition } = command;
            if (presentLevels === 'Praise.') return [{ type: '${PRAISED}', version: 1, data: { plan } }];`,
  );
  patch(
    'libs/case/plans/events.js',
    "type: 'plans.accommodation-set',\n    version: 1,",
    "type: 'plans.accommodation-set',\n    version: 2, upcasts: { 1: (data) => data },",
  );
  patch('libs/views/progress/progress.projection.js', '"use strict";', '"use strict"; // Made otherwise.');
  execFileSync(process.execPath, [join(ROOT, 'config/bundle.mjs'), join(place, 'dist')]);
  return join(place, 'dist');
}

/** Written past the gate, at the end of the stream. */
async function append(stream: string, { type, version, data }: DomainEvent): Promise<void> {
  const copy = SqliteEventStore.open(next.folder, { mode: 'read' });
  const store = EventStoreDbEventStore.attach(server.connectionString, copy.logId);
  const last = (await store.readStream(stream)).at(-1);
  const commandId = id<CommandId>(uuid());
  const recordedAt = new Date(MORNING).toISOString() as Instant;
  const meta = { ...(last?.meta ?? { ...sampleMeta, recordedAt }), commandId, correlationId: 'past the gate' };
  await store.append(stream, last?.revision ?? 'no-stream', [{ id: eventIdOf(commandId, 0), type, version, data, meta }]);
  await store.close();
  await copy.close();
}

/** By the address of a node's API: signing in is dear. */
const managers = new Map<string, Promise<Client>>();
function managerOn({ url }: ClusterNode): Promise<Client> {
  const known = managers.get(url) ?? signIn(new Client(url), 'tarrow');
  managers.set(url, known);
  return known;
}
const posted = async (node: ClusterNode, path: string, body: unknown) =>
  (await managerOn(node)).post(path, body, { 'idempotency-key': uuid() });
const written = (node: ClusterNode, plan: string, presentLevels = 'Asks by himself.') =>
  posted(node, `plans/${plan}/present-levels`, { presentLevels });
/** What the next version writes that this one cannot read: a new type, and a new version. */
const praised = (node: ClusterNode) => written(node, district.draft, 'Praise.');
const breaks = { category: 'timing-scheduling', use: 'instruction', label: 'Movement breaks' };
const accommodated = (node: ClusterNode) =>
  posted(node, `plans/${district.draft}/accommodations`, { accommodation: uuid(), ...breaks, classes: [district.class] });
/** What both are answered by a node. */
const refusals = async (node: ClusterNode) => {
  const answers = [await praised(node), await accommodated(node)];
  return answers.map(({ status, body, headers }) => ({
    status,
    type: body.type,
    after: headers.get('retry-after'),
    detail: String(body.detail),
  }));
};
const upgrading = (detail: RegExp) => ({
  status: 503,
  type: '/problems/being-upgraded',
  after: '30',
  detail: expect.stringMatching(detail),
});
const nodeId = (node: ClusterNode) => id<NodeId>(readFileSync(join(node.folder, 'node.id'), 'utf8').trim());

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

  it('write nothing that the older one cannot read, and say who is behind', async () => {
    // A third node of the older version was thrown away, and nobody has said so.
    await append(
      `node-${THROWN_AWAY}`,
      nodeStated.of({ node: THROWN_AWAY, release: '0.0.9', knows: [...knownBesides(BASELINE, catalogue.definitions)] }),
    );
    const behind = new RegExp(`(${nodeId(old)}.+${THROWN_AWAY}|${THROWN_AWAY}.+${nodeId(old)}).+cannot read .+node -- retire`);
    expect(await refusals(next)).toEqual([upgrading(behind), upgrading(behind)]);
    expect((await accommodated(old)).status).toBe(201);
    for (const node of nodes) expect(await node.ready()).toBe(true);
    const { said } = await next.command('list');
    const lacks = `lacks plans.accommodation-set version 2, ${PRAISED} version 1`;
    expect(
      said
        .split('\n')
        .filter((line) => line.endsWith(lacks))
        .map((line) => line.slice(0, 36))
        .sort(),
    ).toEqual([nodeId(old), THROWN_AWAY].sort());
    expect(said).toMatch(new RegExp(`^${nodeId(next)} \\(this node\\)  release ${NEXT_RELEASE} .* lacks nothing$`, 'm'));
  });

  it('answer 503 where the older one meets what it does not know, and go on with everything else', async () => {
    const other: string = (await district.caseManager.do(`students/${district.student}/plans`, { kind: '504' })).id;
    // As after a node has gone back to the older version.
    await append(`plan-${district.draft}`, { type: PRAISED, version: 1, data: { plan: district.draft } });

    const refused = await written(old, district.draft);
    expect([refused.status, refused.body.type, refused.headers.get('retry-after')]).toEqual([503, '/problems/being-upgraded', '5']);
    expect((await written(next, district.draft)).status).toBe(201);
    expect((await written(old, other)).status).toBe(201);
    expect((await written(next, other)).status).toBe(201);
    expect((await (await managerOn(next)).get(`plans/${district.draft}`)).status).toBe(200);

    // The older node's views pass by what they do not know, and show what comes after it.
    await load.batch(old, 5);
    for (const node of [old, next]) {
      const manager = await managerOn(node);
      expect((await manager.send('GET', `goals/${district.goal}/progress?after=${load.reached}`)).status).toBe(200);
      expect(await node.ready()).toBe(true);
    }
  });

  it('write it all once the older one is upgraded and the lost one retired, and are equal by digest: views are built anew beside those that serve', async () => {
    expect(await old.stop()).toEqual([0, 0]);
    const upgraded = await new ClusterNode({ ...old.options, dist: next.options.dist! }).start();
    for (let look = 0; look < 300 && !(await upgraded.ready()); look++) await pause(50);
    expect((await written(upgraded, district.draft)).status).toBe(201);
    nodes[0] = upgraded;
    expect(await refusals(next)).toEqual([upgrading(ONLY_THROWN_AWAY), upgrading(ONLY_THROWN_AWAY)]);
    expect((await next.command('retire', THROWN_AWAY)).code).toBe(0);
    for (const node of nodes) expect([(await praised(node)).status, (await accommodated(node)).status]).toEqual([201, 201]);
    await load.begin().more(40);
    await load.end();
    await expectAllCounted(nodes, load, district, server.connectionString);
    figures('rolling upgrade', load, { rounds: 1, whole: true });
  });
});
