import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteEventStore } from '@foundation/event-store';
import { START } from '@foundation/kernel';
import { writeRoster } from '../bench/roster-of';
import { Client, uuid } from '../support/client';
import { ADMINISTRATOR, setUp, signIn } from '../support/district';
import { longStory, Service } from '../support/service';

jest.setTimeout(longStory(120_000));

const PEOPLE = 1500;
const STUDENTS = 1260;
const STAFF = 90;

describe('an import that is cut short', () => {
  const root = mkdtempSync(join(tmpdir(), 'throughline-roster-kill-'));
  const data = join(root, 'data');
  let service: Service;
  let admin: Client;
  afterAll(async () => {
    await service.stop('SIGKILL');
    rmSync(root, { recursive: true });
  });

  const restart = async (): Promise<void> => {
    service = await Service.start({ data });
    admin = await signIn(new Client(service.url), ADMINISTRATOR);
  };
  /** Resolves once so many streams are recorded, or the import has ended. */
  const recorded = async (id: string, done: number) => {
    for (;;) {
      const status = await admin.read(`roster/imports/${id}`);
      if (status.status !== 'running' || (status.phase === 'recording' && status.done >= done)) return status;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  };
  /** Events by type, and how often a stream holds an event that it may hold once. */
  const inTheLog = async () => {
    const store = SqliteEventStore.open(data, { mode: 'read' });
    const types = new Map<string, number>();
    const begun = new Map<string, number>();
    for (let after = START; ;) {
      const page = await store.readAll({ after, limit: 1000 });
      for (const { type, stream } of page) {
        types.set(type, (types.get(type) ?? 0) + 1);
        if (/student-rostered|staff-rostered|key-created/.test(type)) begun.set(stream, (begun.get(stream) ?? 0) + 1);
      }
      const last = page.at(-1);
      if (!last) break;
      after = last.position;
    }
    await store.close();
    return { types, doubled: [...begun.values()].filter((times) => times > 1).length };
  };

  it('says so, is finished by the same files, under its own id or a new one, and doubles nothing', async () => {
    const set = join(root, 'set');
    await writeRoster(set, PEOPLE);
    const files = readdirSync(set).map((name) => ({ name, content: readFileSync(join(set, name), 'utf8') }));
    service = await Service.start({ data });
    admin = await setUp(service);

    const key = { 'idempotency-key': uuid() };
    const send = (headers: Record<string, string>) => admin.do('roster/imports', { dryRun: false, files }, headers);
    const { import: first } = await send(key);
    expect(await recorded(first, 150)).toMatchObject({ status: 'running', phase: 'recording' });
    await service.stop('SIGKILL');
    const cutShort = (await inTheLog()).types;
    expect(cutShort.get('rostering.import-started')).toBe(1);
    expect(cutShort.get('rostering.import-finished')).toBeUndefined();

    await restart();
    expect(await admin.read(`roster/imports/${first}`)).toMatchObject({ status: 'interrupted' });
    expect((await admin.read('roster/imports')).items).toEqual([expect.objectContaining({ import: first, status: 'interrupted' })]);

    // A new import of the same files gets further and is cut short too.
    const { import: second } = await send({ 'idempotency-key': uuid() });
    expect(await recorded(second, 700)).toMatchObject({ status: 'running', phase: 'recording' });
    await service.stop('SIGKILL');

    await restart();
    const { import: again } = await send(key);
    expect(again).toBe(first);
    expect(await recorded(first, Infinity)).toMatchObject({ status: 'finished' });
    expect(await admin.read(`roster/imports/${second}`)).toMatchObject({ status: 'interrupted' });
    const { types, doubled } = await inTheLog();
    expect(doubled).toBe(0);
    expect(Object.fromEntries(types)).toMatchObject({
      'students.student-rostered': STUDENTS,
      'students.demographics-rostered': STUDENTS,
      'students.enrolled': STUDENTS,
      'people.staff-rostered': STAFF,
      'students.guardian-linked': 150,
      'rostering.import-finished': 1,
    });
    const { import: last } = await send({ 'idempotency-key': uuid() });
    expect((await recorded(last, Infinity)).report.counts).toMatchObject({ created: 0, changed: 0, left: 0 });
  });
});
