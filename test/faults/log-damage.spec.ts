import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import fc from 'fast-check';
import { checkLog, DamagedLog, SqliteEventStore } from '@foundation/event-store';
import { temporaryFolder } from '@foundation/testing';
import { runCommand } from '../support/commands';
import { newStream, sealedEvents } from '../support/sealed-events';
import { Service } from '../support/service';
import { SMALL } from '../support/small-district';

const root = temporaryFolder();
const district = join(root, 'district');
const log = (folder: string) => join(folder, 'log.sqlite');

beforeAll(async () => {
  const service = await Service.start({ data: district, arguments: SMALL });
  await service.stop();
}, 30_000);

let count = 0;
function copy(): string {
  const folder = join(root, `copy-${++count}`);
  cpSync(district, folder, { recursive: true, preserveTimestamps: true });
  return folder;
}

interface Row {
  readonly position: number;
  readonly data: string;
}
const rows = (): Row[] => {
  const db = new Sqlite(log(district), { readonly: true });
  const all = db.prepare<[], Row>('SELECT position, data FROM events ORDER BY position').all();
  db.close();
  return all;
};

describe('a flipped byte in the middle of the log', () => {
  it('in the data of any event is found, and the event is named', () => {
    const sound = readFileSync(log(district));
    const candidates = rows().filter(
      ({ data }) => data.length > 20 && sound.indexOf(data) > 0 && sound.indexOf(data) === sound.lastIndexOf(data),
    );
    expect(candidates.length).toBeGreaterThan(100);
    const file = join(root, 'flipped.sqlite');
    fc.assert(
      fc.property(fc.nat(candidates.length - 1), fc.double({ min: 0, max: 0.999, noNaN: true }), fc.nat(7), (pick, share, bit) => {
        const { position, data } = candidates[pick]!;
        const bytes = Buffer.from(sound);
        const at = sound.indexOf(data) + Math.floor(share * Buffer.byteLength(data));
        bytes[at] = bytes[at]! ^ (1 << bit);
        writeFileSync(file, bytes);
        const { damage } = checkLog(file);
        expect(damage.map((one) => one.position)).toContain(BigInt(position));
        expect(damage.map(({ what }) => what).join()).toContain(`event ${position} (`);
      }),
      { numRuns: 25 },
    );
  }, 120_000);

  it('anywhere in the file either changes nothing that the log says or is found', () => {
    const sound = readFileSync(log(district));
    const whole = checkLog(log(district));
    expect(whole.damage).toEqual([]);
    const file = join(root, 'anywhere.sqlite');
    fc.assert(
      fc.property(fc.nat(sound.length - 1), fc.nat(7), (at, bit) => {
        const bytes = Buffer.from(sound);
        bytes[at] = bytes[at]! ^ (1 << bit);
        writeFileSync(file, bytes);
        for (const suffix of ['-wal', '-shm']) rmSync(file + suffix, { force: true });
        const found = checkLog(file);
        if (found.damage.length === 0) expect(found).toEqual(whole);
      }),
      { numRuns: 60 },
    );
  }, 120_000);

  it('is what doctor says, with exit code 1 and a remedy; backup refuses to call such a copy a backup', async () => {
    const folder = copy();
    const bytes = readFileSync(log(folder));
    const { position, data } = rows().find((row) => bytes.indexOf(row.data) > bytes.length / 2 && row.data.length > 40)!;
    const at = bytes.indexOf(data) + 20;
    bytes[at] = bytes[at]! ^ 1;
    writeFileSync(log(folder), bytes);
    const doctor = await runCommand('doctor', folder);
    expect(doctor.code).toBe(1);
    expect(doctor.said).toMatch(new RegExp(`FAIL +log +event ${position} \\(.*its checksum differs.*restore the newest backup`));
    expect(doctor.said).not.toContain(data.slice(0, 20));
    const backup = await runCommand('backup', folder, [join(root, 'backup-of-damage')]);
    expect(backup).toMatchObject({ code: 1, said: expect.stringContaining(`The log is damaged: event ${position} (`) });
    expect(existsSync(join(root, 'backup-of-damage', 'backup.json'))).toBe(false);
  });
});

describe('a log whose last page is torn', () => {
  it('shorter than it says: nothing is written on it, and doctor names it', async () => {
    const folder = copy();
    truncateSync(log(folder), statSync(log(folder)).size - 1500);
    expect(() => SqliteEventStore.open(folder, { mode: 'write' })).toThrow(DamagedLog);
    await expect(Service.start({ data: folder })).rejects.toThrow('is damaged at its end');
    const { code, said } = await runCommand('doctor', folder);
    expect(code).toBe(1);
    expect(said).toMatch(/FAIL +log/);
  });

  it('half of the page of the last event is empty: the same', async () => {
    const folder = copy();
    const last = rows().at(-1)!;
    const bytes = readFileSync(log(folder));
    const page = Math.floor(bytes.lastIndexOf(last.data) / 4096) * 4096;
    // Cells grow from the end of a page: the newest lies in its first half, unless the page is nearly empty.
    const cell = bytes.lastIndexOf(last.data);
    bytes.fill(0, cell, Math.min(cell + 2048, page + 4096));
    writeFileSync(log(folder), bytes);
    await expect(Service.start({ data: folder })).rejects.toThrow('is damaged at its end');
    expect(await runCommand('doctor', folder)).toMatchObject({ code: 1, said: expect.stringContaining(`event ${last.position}`) });
  });
});

describe('a WAL that was cut off', () => {
  it('keeps every event that was acknowledged before the cut, and nothing by halves', async () => {
    const folder = join(root, 'wal');
    const store = SqliteEventStore.open(folder, { mode: 'write' });
    const acknowledged: { position: bigint; bytes: number }[] = [];
    for (let n = 0; n < 60; n++) {
      const { position } = await store.append(newStream(), 'no-stream', sealedEvents(1 + (n % 3), { text: 'x'.repeat(n * 20) }));
      acknowledged.push({ position, bytes: statSync(`${log(folder)}-wal`).size });
    }
    const base = join(root, 'wal-as-killed');
    cpSync(folder, base, { recursive: true });
    await store.close();
    const length = statSync(`${log(base)}-wal`).size;
    await fc.assert(
      fc.asyncProperty(fc.nat(length), async (cut) => {
        const torn = join(root, 'wal-torn');
        rmSync(torn, { recursive: true, force: true });
        cpSync(base, torn, { recursive: true });
        rmSync(`${log(torn)}-shm`, { force: true });
        truncateSync(`${log(torn)}-wal`, cut);
        const kept = acknowledged.filter(({ bytes }) => bytes <= cut).at(-1)?.position ?? 0n;
        const opened = SqliteEventStore.open(torn, { mode: 'write' });
        const head = await opened.head();
        await opened.close();
        expect(head).toBeGreaterThanOrEqual(kept);
        expect([0n, ...acknowledged.map(({ position }) => position)]).toContain(head);
        expect(checkLog(log(torn)).damage).toEqual([]);
      }),
      { numRuns: 40 },
    );
  }, 120_000);

  it('is what doctor says when the views have seen more than the log holds', async () => {
    const folder = copy();
    const db = new Sqlite(log(folder));
    db.exec('DELETE FROM events WHERE position > (SELECT max(position) - 5 FROM events)');
    db.exec("UPDATE sqlite_sequence SET seq = (SELECT max(position) FROM events) WHERE name = 'events'");
    db.close();
    const { code, said } = await runCommand('doctor', folder);
    expect(code).toBe(1);
    expect(said).toMatch(/FAIL +log +it ends at position \d+, but the views have seen \d+: it has lost its end/);
  });
});

describe('doctor', () => {
  it('finds nothing on a sound folder, running or stopped, and changes nothing', async () => {
    const folder = copy();
    const names = () => readdirSync(folder).filter((name) => !/-(wal|shm)$/.test(name));
    const before = names();
    expect(await runCommand('doctor', folder)).toMatchObject({ code: 0, said: expect.stringMatching(/ok +service +stopped/) });
    expect(names()).toEqual(before);
    const service = await Service.start({ data: folder });
    const { code, said } = await runCommand('doctor', folder);
    expect(said).not.toContain('FAIL');
    expect(said).toContain(`running (process ${service.process.pid})`);
    expect(code).toBe(0);
    await service.stop('SIGKILL');
  }, 30_000);

  it('names rights that are too wide, a missing key, a wrong key and a clock that is behind, each with a remedy', async () => {
    const folder = copy();
    chmodSync(folder, 0o755);
    chmodSync(log(folder), 0o644);
    const open = await runCommand('doctor', folder);
    expect(open.said).toMatch(/FAIL +folder .*Run: chmod 700/);
    expect(open.said).toMatch(/warn +files .*log\.sqlite.*Run: chmod -R go=/);
    const other = { THROUGHLINE_MASTER_KEY: Buffer.alloc(32, 5).toString('base64') };
    expect((await runCommand('doctor', folder, [], other)).said).toMatch(
      /FAIL +master key +the record was sealed with [0-9a-f]{8}, this one is/,
    );
    rmSync(join(folder, 'master.key'));
    expect((await runCommand('doctor', folder)).said).toMatch(/FAIL +master key +it is missing/);
    expect((await runCommand('doctor', folder, [], { THROUGHLINE_ZONE: 'Mars' })).said).toMatch(/FAIL +settings +THROUGHLINE_ZONE=Mars/);

    // An hour and a half: the record was made while this file ran.
    const behind = await runCommand('doctor', copy(), [], { SHIFT_CLOCK_MS: String(-5_400_000) });
    expect(behind).toMatchObject({ code: 1, said: expect.stringMatching(/FAIL +clock .*: it is (8\d|90) minutes behind/) });
  }, 120_000);
});
