import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { SqliteEventStore } from '@foundation/event-store';
import { newId, type StudentId } from '@foundation/kernel';
import { KeyRing, masterKeyFrom } from '@foundation/privacy';
import { fixedClock, temporaryFolder } from '@foundation/testing';
import { type Client, uuid } from '../support/client';
import { runCommand, startCommand } from '../support/commands';
import { Service } from '../support/service';
import { filesWith, signedIn, SMALL } from '../support/small-district';

const root = temporaryFolder();
const data = join(root, 'data');
const keyFile = join(data, 'master.key');
/** So many that a change of the key takes long enough to be cut short several times. */
const MORE_KEYS = 4000;

interface Name {
  readonly student: string;
  readonly givenName: string;
}
const namesBy = async (client: Client): Promise<Name[]> => {
  const { items } = await client.read<{ items: Name[] }>('students?limit=100');
  return items.map(({ student, givenName }) => ({ student, givenName }));
};

const wrapsIn = (): string[] => {
  const db = new Sqlite(join(data, 'log.sqlite'), { readonly: true });
  const rows = db.prepare<[], string>("SELECT data FROM events WHERE stream LIKE 'key-%'").pluck().all();
  db.close();
  return rows.flatMap((row) => (JSON.parse(row) as { wrapped?: string }).wrapped ?? []);
};

describe('a change of the master key that is killed again and again', () => {
  let names: Name[];
  let oldKey: string;
  let oldWraps: string[];
  const person = { givenName: 'Wren', familyName: 'Marlow', schools: [] };
  const again = { 'idempotency-key': uuid() };
  let added: unknown;

  beforeAll(async () => {
    const service = await Service.start({ data, arguments: SMALL });
    const admin = await signedIn(service, 'administrator');
    names = await namesBy(admin);
    added = await admin.do('staff', person, again);
    await service.stop();
    oldKey = readFileSync(keyFile, 'utf8');
    const store = SqliteEventStore.open(data, { mode: 'write' });
    const ring = new KeyRing(store, masterKeyFrom(oldKey, keyFile), fixedClock());
    await Promise.all(Array.from({ length: MORE_KEYS }, () => ring.keyFor(newId<StudentId>(), 'student')));
    await store.close();
    oldWraps = wrapsIn();
  }, 120_000);

  it('lets nothing start in between, and goes on from where it was', async () => {
    let cutShort = 0;
    for (let round = 0; round < 6; round++) {
      const { process, ended } = startCommand('keys', data, ['rotate']);
      while (!existsSync(`${keyFile}.next`) && process.exitCode === null) await pause(2);
      await pause(15 + 20 * round);
      process.kill('SIGKILL');
      await ended;
      if (!existsSync(`${keyFile}.next`)) break;
      cutShort++;
      await expect(Service.start({ data })).rejects.toThrow('A change of the master key');
      expect(await runCommand('keys', data, ['status'])).toMatchObject({ code: 1, said: expect.stringContaining('was not finished') });
      expect((await runCommand('backup', data, [join(root, 'backup')])).said).toContain('npm run keys -- rotate');
    }
    expect(cutShort).toBeGreaterThan(1);
    if (existsSync(`${keyFile}.next`)) expect(await runCommand('keys', data, ['rotate'])).toMatchObject({ code: 0 });
    const status = await runCommand('keys', data, ['status']);
    const [, people] = /^(\d+) keys wrapped/m.exec(status.said) ?? [];
    expect([status.code, people]).toEqual([0, expect.any(String)]);
    expect((await runCommand('doctor', data)).said).toContain(`opens all ${people} keys`);
  }, 120_000);

  it('keeps every key: all texts read as before', async () => {
    expect(new Set(wrapsIn()).size).toBe(oldWraps.length);
    const service = await Service.start({ data, arguments: ['--demo'] });
    const admin = await signedIn(service, 'administrator');
    expect(await namesBy(admin)).toEqual(names);
    expect(await admin.do('staff', person, again)).toEqual(added);
    expect((await admin.post('staff', { ...person, givenName: 'Rowan' }, again)).status).toBe(422);
    expect(await service.stop()).toBe(0);
    expect((await runCommand('views', data, ['verify'])).said).toContain('equal what the log gives');
  }, 120_000);

  it('leaves nothing that the old key opens: no file holds one of its wraps, and nothing starts with it', async () => {
    expect(oldWraps.length).toBeGreaterThan(MORE_KEYS);
    const bytes = ['log.sqlite', 'log.sqlite-wal'].map((name) =>
      existsSync(join(data, name)) ? readFileSync(join(data, name), 'latin1') : '',
    );
    expect(oldWraps.filter((wrap) => bytes.some((text) => text.includes(wrap)))).toEqual([]);
    expect(filesWith(data, oldKey.trim())).toEqual([]);
    await expect(Service.start({ data, environment: { THROUGHLINE_MASTER_KEY: oldKey.trim() } })).rejects.toThrow(
      'was sealed with master key',
    );
  }, 120_000);

  it('is refused while the service runs', async () => {
    const service = await Service.start({ data, arguments: ['--demo'] });
    expect(await runCommand('keys', data, ['rotate'])).toMatchObject({ code: 1, said: expect.stringContaining('is already running') });
    expect(existsSync(`${keyFile}.next`)).toBe(false);
    await service.stop('SIGKILL');
  });
});

it('a key that is kept in the environment is changed to the next one there', async () => {
  const folder = join(root, 'environment');
  const [one, two] = [1, 2].map((fill) => Buffer.alloc(32, fill).toString('base64'));
  const service = await Service.start({ data: folder, environment: { THROUGHLINE_MASTER_KEY: one! } });
  await service.stop('SIGKILL');
  const { said } = await runCommand('keys', folder, ['rotate'], { THROUGHLINE_MASTER_KEY: one! });
  expect(said).toContain('set THROUGHLINE_NEXT_MASTER_KEY');
  const both = { THROUGHLINE_MASTER_KEY: one!, THROUGHLINE_NEXT_MASTER_KEY: two! };
  expect(await runCommand('keys', folder, ['rotate'], both)).toMatchObject({
    code: 0,
    said: expect.stringContaining('Set THROUGHLINE_MASTER_KEY'),
  });
  await expect(Service.start({ data: folder, environment: { THROUGHLINE_MASTER_KEY: one! } })).rejects.toThrow('master key');
  const changed = await Service.start({ data: folder, environment: { THROUGHLINE_MASTER_KEY: two! } });
  await changed.stop('SIGKILL');
}, 30_000);
