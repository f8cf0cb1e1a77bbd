import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { SqliteEventStore } from '@foundation/event-store';
import { temporaryFolder } from '@foundation/testing';
import { Client } from '../support/client';
import { countOf, importRoster, openCase, type OpenedCase, setUp } from '../support/district';
import { Service } from '../support/service';

const NOW = '2027-03-10T14:15:00.000Z';
const MORNING = '2027-03-10T08:30:00-05:00';
const ROUNDS = 200;
const CONNECTIONS = 50;
const folder = temporaryFolder();

type Sent = ReturnType<typeof countOf>;

/** One connection that records until the service is gone: single records, and every fifth time five at once. */
async function tablet(client: Client, sam: OpenedCase, acknowledged: Set<string>, pending: Map<string, Sent>): Promise<void> {
  for (let turn = 0; ; turn++) {
    const records = Array.from({ length: turn % 5 === 4 ? 5 : 1 }, () => countOf(sam, MORNING));
    for (const record of records) pending.set(record.id, record);
    try {
      if (records.length === 1) {
        const answer = await client.post('observations', records[0]);
        if (answer.status === 201) acknowledged.add(answer.body.id as string);
      } else {
        const { body } = await client.post('records', { records: records.map((record) => ({ kind: 'observation', ...record })) });
        for (const { id, result } of body.results) if (result === 'recorded') acknowledged.add(id as string);
      }
    } catch {
      return;
    }
  }
}

it(
  `loses nothing acknowledged in ${ROUNDS} kills under ${CONNECTIONS} connections, and nothing sent again counts twice`,
  async () => {
    let service = await Service.start({ data: folder, now: NOW });
    const admin = await setUp(service);
    await importRoster(admin, 'lincoln-v1p1');
    const sam = await openCase(admin, '2027-01-04');
    const token = sam.aide.accessToken;
    const acknowledged = new Set<string>();
    let pending = new Map<string, Sent>();
    let sent = 0;

    for (let round = 0; round < ROUNDS; round++) {
      const client = new Client(service.url);
      client.useToken(token);
      // What the last kill left unanswered is sent again, as a tablet does.
      const unanswered = [...pending.values()].filter(({ id }) => !acknowledged.has(id));
      pending = new Map();
      if (unanswered.length > 0) {
        const { results } = await client.do('records', { records: unanswered.map((record) => ({ kind: 'observation', ...record })) });
        for (const { id, result } of results) {
          expect(['recorded', 'duplicate']).toContain(result);
          acknowledged.add(id as string);
        }
      }
      const tablets = Array.from({ length: CONNECTIONS }, () => tablet(client, sam, acknowledged, pending));
      await new Promise((resolve) => setTimeout(resolve, 30 + ((round * 37) % 170)));
      await service.stop('SIGKILL');
      await Promise.all(tablets);
      sent += pending.size;
      service = await Service.start({ data: folder, now: NOW });
    }
    expect(await service.stop('SIGTERM')).toBe(0);

    expect(acknowledged.size).toBeGreaterThan(ROUNDS * 10);
    const log = SqliteEventStore.open(folder, { mode: 'read' });
    const missing = [...acknowledged].filter((id) => log.readStreamSync(`observation-${id}`).length !== 1);
    const recorded = new Map<string, number>();
    for (let after = 0n; ;) {
      const page = log.readAllSync({ after, limit: 5000, types: ['observations.observation-recorded'] });
      for (const { stream } of page) recorded.set(stream, (recorded.get(stream) ?? 0) + 1);
      const last = page.at(-1);
      if (!last) break;
      after = last.position;
    }
    await log.close();
    expect(missing).toEqual([]);
    expect(recorded.size).toBeLessThanOrEqual(sent);
    expect([...recorded.values()].every((count) => count === 1)).toBe(true);

    const environment = { ...process.env, THROUGHLINE_DATA: folder };
    const views = join(__dirname, '../../dist/apps/standalone/src/views.js');
    const verified = spawnSync(process.execPath, [views, 'verify'], { env: environment, encoding: 'utf8' });
    expect([verified.status, verified.stdout]).toEqual([0, expect.stringContaining('equal what the log gives')]);
    process.stdout.write(`${ROUNDS} kills: ${sent} records sent, ${acknowledged.size} acknowledged, 0 missing\n`);
  },
  15 * 60_000,
);
