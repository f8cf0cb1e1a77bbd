import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@foundation/testing';
import { pause, runCommand, startCommand } from '../support/commands';
import { addStudent, countKnown, filesWith, folderWithKeyOf, keepAdding, signedIn, SMALL } from '../support/small-district';
import { Service } from '../support/service';

const root = temporaryFolder();
const place = (name: string) => join(root, name);
const data = place('data');
let service: Service;

beforeAll(async () => {
  service = await Service.start({ data, arguments: SMALL });
});
afterAll(() => service.stop('SIGKILL'));

/** Flips one bit in the middle of a file. */
function flip(file: string): void {
  const bytes = readFileSync(file);
  const at = Math.floor(bytes.length / 2);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(file, bytes);
}

describe('a backup beside a service under load', () => {
  it('loses nothing that was acknowledged before it began, and the restored district serves it', async () => {
    const admin = await signedIn(service, 'administrator');
    const load = keepAdding(admin);
    await pause(1000);
    const before = [...load.acknowledged];
    const backup = await runCommand('backup', data, [place('under-load')]);
    expect(backup).toMatchObject({ code: 0 });
    await load.stop();
    // The load went on while the copy was made.
    expect(load.acknowledged.length).toBeGreaterThan(before.length);
    expect(before.length).toBeGreaterThan(20);
    expect(backup.said).toContain('The master key is not in it');
    expect(readdirSync(place('under-load'))).not.toContain('master.key');

    const restored = folderWithKeyOf(data, place('restored'));
    expect(await runCommand('restore', restored, [place('under-load')])).toMatchObject({ code: 0 });
    const again = await Service.start({ data: restored, arguments: ['--demo'] });
    const reader = await signedIn(again, 'administrator');
    expect(await countKnown(reader, before)).toBe(before.length);
    expect(await again.stop()).toBe(0);
    expect((await runCommand('views', restored, ['verify'])).said).toContain('equal what the log gives');
  }, 120_000);

  it('killed at any moment, it is a whole backup or none', async () => {
    const admin = await signedIn(service, 'administrator');
    const outcomes = { whole: 0, none: 0 };
    for (let round = 0; round < 5; round++) {
      const known = await addStudent(admin);
      const folder = place(`killed-${round}`);
      const { process, ended } = startCommand('backup', data, [folder]);
      while (!existsSync(join(folder, 'log.sqlite')) && process.exitCode === null) await pause(2);
      await pause(70 * round);
      process.kill('SIGKILL');
      await ended;
      const into = folderWithKeyOf(data, place(`into-${round}`));
      const restored = await runCommand('restore', into, [folder]);
      if (restored.code === 0) {
        outcomes.whole++;
        const again = await Service.start({ data: into, arguments: ['--demo'] });
        expect(await countKnown(await signedIn(again, 'administrator'), [known!])).toBe(1);
        await again.stop('SIGKILL');
      } else {
        outcomes.none++;
        expect(restored.said).toContain('holds no finished backup');
      }
    }
    expect(outcomes.whole + outcomes.none).toBe(5);
    expect(outcomes.none).toBeGreaterThan(0);
    // The service that was copied has noticed nothing.
    expect(await addStudent(admin)).toBeDefined();
  }, 120_000);

  it('goes on to its end when nobody reads what it says any more', async () => {
    const { process, ended } = startCommand('backup', data, [place('unread')]);
    process.stdout.destroy();
    process.stderr.destroy();
    expect(await ended).toMatchObject({ code: 0 });
    expect(await runCommand('restore', folderWithKeyOf(data, place('from-unread')), [place('unread')])).toMatchObject({ code: 0 });
  }, 60_000);

  it('killed while it builds the views for its proof, leaves none of their clear text beside the service', async () => {
    const asides = () => readdirSync(data).filter((name) => name.startsWith('views-verify-'));
    const { process, ended } = startCommand('backup', data, [place('proof')]);
    while (asides().length === 0 && process.exitCode === null) await pause(1);
    process.kill('SIGKILL');
    await ended;
    // The service sweeps within a second; if it never did, the test would run into its time limit.
    while (asides().length > 0) await pause(20);
    expect(existsSync(join(place('proof'), 'backup.json'))).toBe(false);
  });

  it('refuses a folder that holds anything, and one in the data folder', async () => {
    writeFileSync(join(folderWithKeyOf(data, place('full')), 'notes.txt'), 'mine');
    expect(await runCommand('backup', data, [place('full')])).toMatchObject({ code: 1, said: expect.stringContaining('is not empty') });
    expect(await runCommand('backup', data, [join(data, 'backups')])).toMatchObject({
      code: 1,
      said: expect.stringContaining('lies in the data folder'),
    });
  });
});

describe('a restore', () => {
  const sound = place('sound');
  const inIt: string[] = [];
  beforeAll(async () => {
    const admin = await signedIn(service, 'administrator');
    for (let n = 0; n < 5; n++) inIt.push((await addStudent(admin))!);
    expect(await runCommand('backup', data, [sound])).toMatchObject({ code: 0 });
  });
  let next = 0;
  const emptyFolder = () => folderWithKeyOf(data, place(`empty-${next++}`));

  it('refuses another master key, in plain words and before it writes anything', async () => {
    const into = place('stranger');
    const other = { THROUGHLINE_MASTER_KEY: Buffer.alloc(32, 3).toString('base64') };
    const { code, said } = await runCommand('restore', into, [sound], other);
    expect(code).toBe(1);
    expect(said).toMatch(/was sealed with master key [0-9a-f]{8}, but master key [0-9a-f]{8} was given/);
    expect(() => readdirSync(into)).toThrow('ENOENT');
  });

  it('refuses a folder that holds a record, and one without a master key', async () => {
    expect((await runCommand('restore', data, [sound])).said).toContain('is not empty');
    expect((await runCommand('restore', place('keyless'), [sound])).said).toContain('There is no master key');
  });

  it.each(['log.sqlite', 'reads.sqlite', 'demo-sign-ins.json'])('names an altered %s', async (name) => {
    const original = readFileSync(join(sound, name));
    flip(join(sound, name));
    const { code, said } = await runCommand('restore', emptyFolder(), [sound]);
    expect(code).toBe(1);
    expect(said).toContain(`${join(sound, name)} is not what the backup wrote`);
    writeFileSync(join(sound, name), original);
  });

  it('names a missing file', async () => {
    const original = readFileSync(join(sound, 'reads.sqlite'));
    rmSync(join(sound, 'reads.sqlite'));
    expect((await runCommand('restore', emptyFolder(), [sound])).said).toContain('reads.sqlite is missing');
    writeFileSync(join(sound, 'reads.sqlite'), original);
  });

  it('killed at any moment, leaves a folder that nothing starts on, and is begun anew by the next', async () => {
    let unfinished = 0;
    for (let round = 0; round < 4; round++) {
      const into = emptyFolder();
      const { process, ended } = startCommand('restore', into, [sound]);
      while (!readdirSync(into).includes('restore.unfinished') && process.exitCode === null) await pause(2);
      await pause(40 * round);
      process.kill('SIGKILL');
      await ended;
      if (readdirSync(into).includes('restore.unfinished')) {
        unfinished++;
        await expect(Service.start({ data: into })).rejects.toThrow('A restore into');
        expect(await runCommand('restore', into, [sound])).toMatchObject({ code: 0 });
      }
      const again = await Service.start({ data: into, arguments: ['--demo'] });
      expect(await countKnown(await signedIn(again, 'administrator'), inIt)).toBe(5);
      await again.stop('SIGKILL');
    }
    expect(unfinished).toBeGreaterThan(0);
  }, 120_000);

  it('erases again whom the newest register names, before anything is served', async () => {
    const admin = await signedIn(service, 'administrator');
    const student = await addStudent(admin, 'Quillonella');
    expect(await runCommand('backup', data, [place('older')])).toMatchObject({ code: 0 });
    expect((await admin.post(`students/${student}/erase`, { reason: 'requested' })).status).toBe(200);

    const into = emptyFolder();
    const { code, said } = await runCommand('restore', into, [place('older'), '--register', join(data, 'erasures.jsonl')]);
    expect(code).toBe(0);
    expect(said).toContain('erased after the backup was taken: 1.');
    expect(filesWith(into, 'Quillonella')).toEqual([]);
    expect(readFileSync(join(into, 'erasures.jsonl'), 'utf8')).toContain(student);
    const again = await Service.start({ data: into, arguments: ['--demo'] });
    expect((await (await signedIn(again, 'administrator')).get(`students/${student}`)).status).toBe(404);
    await again.stop('SIGKILL');
  }, 120_000);
});
