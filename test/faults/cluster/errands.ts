import { createHash } from 'node:crypto';
import { SqliteEventStore } from '@foundation/event-store';
import { BullMqJobQueue } from '@foundation/jobs/bullmq';
import { type CommandId, derivedId, eventIdOf, START } from '@foundation/kernel';
import { CLUSTER_JOB_KINDS } from '@apps/worker';
import { Client, uuid } from '../../support/client';
import { pause } from '../../support/commands';
import { employ, Names, signIn } from '../../support/district';
import { rosterTexts } from '../../support/rosters';
import type { ClusterNode } from './cluster-node';
import { onServer } from './count';
import type { District } from './district';

const LOOK_MS = 50;
const PRODUCED = 'exports.export-produced';
const IMPORTED = 'rostering.import-finished';
const DIGESTED = 'digest.digest-made';
const MAILED = 'digest.mail-settled';

interface Effect {
  readonly event: string;
  readonly type: string;
  /** Of what it was asked for with. */
  readonly of: string;
}

/**
 * What workers are given to do while they are hurt, and the count of what came of it: copies of a child's record, asked for on either node;
 * rosters, sent to the first; a coordinator's digest of the day, asked for at each start of a worker.
 */
export class Errands {
  private readonly copies: string[] = [];
  private readonly imports: string[] = [];
  /** Rosters that were refused, by the key that they are sent again with. */
  private readonly refused: string[] = [];
  private before: readonly Effect[] = [];

  private constructor(
    private readonly managers: readonly Client[],
    private readonly admin: Client,
    private readonly nodes: readonly ClusterNode[],
    private readonly student: string,
  ) {}

  static async begin(nodes: readonly ClusterNode[], { admin, managerId }: District): Promise<Errands> {
    const names = new Names(admin);
    const student = await names.student('Larkspindle');
    await admin.do(`students/${student}/team`, { staff: managerId, role: 'case-manager' });
    const school = await names.school('Lincoln Elementary');
    await employ(admin, await names.staff('Abernathy'), 'abernathy', { role: 'coordinator', schools: [school] });
    const managers = await Promise.all(nodes.map(({ url }) => signIn(new Client(url), 'tarrow')));
    for (const manager of managers) {
      while ((await manager.send('GET', `students/${student}/exports?after=${admin.position}`)).status !== 200) await pause(LOOK_MS);
    }
    return new Errands(managers, admin, nodes, student);
  }

  /** From here on it is counted. */
  async start(): Promise<void> {
    this.copies.length = this.imports.length = 0;
    this.before = await this.effects(this.nodes[0]);
  }

  /** Taken always, whatever is away: it is owed by the log. */
  async copy(): Promise<void> {
    const id = uuid();
    await this.managers[this.copies.length % this.managers.length]!.do(`students/${this.student}/exports`, { export: id });
    this.copies.push(id);
  }

  /** Taken, or refused in words that say that nothing was begun. */
  async roster(key = uuid()): Promise<void> {
    const body = { dryRun: false, files: rosterTexts('lincoln-v1p1') };
    const answer = await this.admin.post('roster/imports', body, { 'idempotency-key': key });
    if (answer.status === 202) this.imports.push(answer.body.import);
    else {
      expect([answer.status, answer.body.type, answer.headers.get('retry-after')]).toEqual([503, '/problems/queue-unavailable', '30']);
      this.refused.push(key);
    }
  }

  /** Resolves with the milliseconds until one copy more is there. */
  async onceMore(): Promise<number> {
    const begun = performance.now();
    const { length } = await this.made(PRODUCED);
    while ((await this.made(PRODUCED)).length === length) await pause(LOOK_MS);
    return performance.now() - begun;
  }

  /** What was refused is sent again; resolves when nothing is left to do, with the milliseconds. */
  async done(): Promise<number> {
    const begun = performance.now();
    while (this.refused.length > 0) {
      await this.roster(this.refused.shift());
      await pause(LOOK_MS);
    }
    for (const [type, asked] of [
      [PRODUCED, this.copies],
      [IMPORTED, this.imports],
    ] as const) {
      while ((await this.made(type)).length < asked.length) await pause(LOOK_MS);
    }
    return performance.now() - begun;
  }

  /** Each was done, and once, on the server and on every node; the copies are there, and no job lies dead. Answers a line for the report. */
  async expectDoneOnce(eventStore: string, redis: string): Promise<string> {
    const server = await onServer(eventStore);
    const { copies, imports } = this;
    const produced = copies.map((id) => eventIdOf(derivedId<CommandId>(id, 'produced'), 0) as string);
    expect(produced.filter((event) => server.get(event) !== 1)).toEqual([]);
    for (const node of this.nodes) {
      const made = async (type: string) => (await this.made(type, node)).map(({ of }) => of).sort();
      expect((await this.made(PRODUCED, node)).map(({ event }) => event).sort()).toEqual([...produced].sort());
      expect(await made(IMPORTED)).toEqual([...imports].sort());
    }
    for (const [at, id] of copies.entries()) await this.expectFetched(this.managers[at % this.managers.length]!, id);
    const queue = await BullMqJobQueue.open({ url: redis, kinds: CLUSTER_JOB_KINDS });
    expect(await queue.dead()).toEqual([]);
    const finished = (await Promise.all(queue.bullQueues.map((one) => one.getCompleted()))).flat();
    await queue.close();
    const takenOver = finished.filter(({ stalledCounter }) => stalledCounter > 0).length;
    return `${copies.length} copies and ${imports.length} imports, each done once; ${takenOver} were taken over from a dead worker`;
  }

  /** The coordinator was told once, in the app and by mail, however many workers began. */
  async expectToldOnce(): Promise<void> {
    while ((await this.made(MAILED)).length === 0) await pause(LOOK_MS);
    const [told, mailed] = [await this.made(DIGESTED), await this.made(MAILED)];
    expect(told).toHaveLength(1);
    expect(mailed.map(({ of }) => of)).toEqual(told.map(({ of }) => of));
  }

  private async expectFetched(manager: Client, id: string): Promise<void> {
    const url = `students/${this.student}/exports/${id}`;
    const { status, sha256 } = await manager.read(url);
    const headers = { authorization: `Bearer ${manager.accessToken}` };
    const fetched = await fetch(`${manager.url}/api/v1/${url}/content`, { headers });
    const archive = Buffer.from(await fetched.arrayBuffer());
    expect([status, fetched.status, createHash('sha256').update(archive).digest('hex')]).toEqual(['ready', 200, sha256]);
  }

  private async made(type: string, node = this.nodes[0]): Promise<readonly Effect[]> {
    const before = new Set(this.before.map(({ event }) => event));
    return (await this.effects(node)).filter((effect) => effect.type === type && !before.has(effect.event));
  }

  private async effects(node = this.nodes[0]): Promise<readonly Effect[]> {
    const copy = SqliteEventStore.open(node?.folder ?? '', { mode: 'read' });
    const events = await copy.readAll({ after: START, limit: 10_000, types: [PRODUCED, IMPORTED, DIGESTED, MAILED] });
    await copy.close();
    return events.map(({ id, type, data }) => {
      const { export: asked, import: sent, message } = data as { export?: string; import?: string; message?: string };
      return { event: id, type, of: asked ?? sent ?? message ?? '' };
    });
  }
}
