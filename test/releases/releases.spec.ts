import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { checkLog, SqliteEventStore } from '@foundation/event-store';
import { temporaryFolder } from '@foundation/testing';
import { runCommand } from '../support/commands';
import { Service } from '../support/service';
import { type Readable, readableAt, signIn } from './readable';

interface Expected {
  readonly madeAt: string;
  readonly log: { readonly logId: string; readonly head: string; readonly events: number; readonly digest: string };
  readonly erased: string;
  readonly readable: Readable;
}

const root = temporaryFolder();
const releases = readdirSync(__dirname).filter((name) => statSync(join(__dirname, name)).isDirectory());

it('a folder of a release is kept', () => expect(releases).toContain('0.1.0'));

describe.each(releases)('a data folder that release %s wrote', (release) => {
  const kept = join(__dirname, release);
  const data = join(root, release);
  const expected = JSON.parse(readFileSync(join(kept, 'expected.json'), 'utf8')) as Expected;
  // On the day it was made: who works with whom is a matter of dates.
  const then = { SHIFT_CLOCK_MS: String(Date.parse(expected.madeAt) - Date.now()) };

  beforeAll(() => {
    mkdirSync(data, { mode: 0o700 });
    for (const name of readdirSync(kept).filter((one) => one.endsWith('.gz')))
      writeFileSync(join(data, name.slice(0, -'.gz'.length)), gunzipSync(readFileSync(join(kept, name))), { mode: 0o600 });
  });

  it('opens, and its log says what it said', async () => {
    await SqliteEventStore.open(data, { mode: 'write' }).close();
    const { logId, head, events, digest, damage, sums } = checkLog(join(data, 'log.sqlite'));
    expect({ logId, head: String(head), events, digest }).toEqual(expected.log);
    expect({ damage, sums }).toEqual({ damage: [], sums: true });
  });

  it('is served: every text that was readable is, and what was erased stays erased', async () => {
    const service = await Service.start({ data, now: expected.madeAt, arguments: ['--demo'] });
    expect(await readableAt(service.url)).toEqual(expected.readable);
    const admin = await signIn(service.url, 'administrator');
    expect((await admin.get(`students/${expected.erased}`)).status).toBe(404);
    expect(await service.stop()).toBe(0);
  }, 30_000);

  it('passes every look of doctor afterwards, and can be backed up', async () => {
    const doctor = await runCommand('doctor', data, [], then);
    expect(doctor.said).not.toContain('FAIL');
    expect(doctor.code).toBe(0);
    expect(await runCommand('backup', data, [join(root, `${release}-backup`)], then)).toMatchObject({ code: 0 });
  }, 30_000);
});
