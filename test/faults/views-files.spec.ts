import { openSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { temporaryFolder } from '@foundation/testing';
import { Client } from '../support/client';
import { countOf, importRoster, observationsOf, openCase, type OpenedCase, setUp, signIn } from '../support/district';
import { Service } from '../support/service';

const NOW = '2027-03-10T14:15:00.000Z';
const MORNING = '2027-03-10T08:30:00-05:00';
const ROOT = join(__dirname, '../..');

/** What can become of a file that nobody looks after. */
const harms: readonly (readonly [string, (file: string) => void])[] = [
  ['deleted', (file) => rmSync(file)],
  ['truncated', (file) => truncateSync(file, Math.floor(statSync(file).size / 8192) * 4096)],
  ['empty', (file) => truncateSync(file, 0)],
  ['not SQLite', (file) => writeFileSync(file, 'This is a letter, not a database. '.repeat(2000))],
  ['overwritten in the middle', (file) => void writeSync(openSync(file, 'r+'), Buffer.alloc(16_384, 0x5a), 0, 16_384, 8192)],
];

describe('a views file that is damaged', () => {
  const folder = temporaryFolder();
  const recorded: string[] = [];
  let service: Service;
  let sam: OpenedCase;

  const record = async (aide: Client): Promise<void> => {
    const one = countOf(sam, MORNING);
    await aide.do('observations', one);
    recorded.push(one.id);
  };
  const serving = (): string => join(folder, (JSON.parse(readFileSync(join(folder, 'views.current'), 'utf8')) as { file: string }).file);
  /** The views serve everything that was recorded, and equal what the log gives. */
  const whole = async (): Promise<void> => {
    const manager = await signIn(new Client(service.url), 'tarrow');
    const deadline = Date.now() + 20_000;
    for (;;) {
      const answer = await manager.get(`students/${sam.student}/timeline?kind=observation`);
      if (answer.status === 200) break;
      expect([answer.status, answer.body.type]).toEqual([503, expect.stringMatching(/views-behind|view-halted/)]);
      expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
      if (Date.now() > deadline) throw new Error('The views did not come back');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const found = await observationsOf(manager, sam.student);
    expect(recorded.filter((id) => !found.has(id))).toEqual([]);
    const environment = { ...process.env, THROUGHLINE_DATA: folder };
    const views = (command: string) =>
      spawnSync(process.execPath, [join(ROOT, 'dist/apps/standalone/src/views.js'), command], { env: environment, encoding: 'utf8' });
    let verified = views('verify');
    // A deleted file is missed by the projector within a second.
    while (verified.stdout.startsWith('No views file') && Date.now() < deadline) verified = views('verify');
    if (verified.status !== 0) {
      // A page that no reader has touched yet: the operator's check finds it, and says what mends it.
      expect(verified.stdout).toMatch(/is damaged .*rebuild/);
      expect(views('rebuild').status).toBe(0);
      verified = views('verify');
    }
    expect([verified.status, verified.stdout]).toEqual([0, expect.stringContaining('equal what the log gives')]);
  };

  beforeAll(async () => {
    service = await Service.start({ data: folder, now: NOW });
    const admin = await setUp(service);
    await importRoster(admin, 'lincoln-v1p1');
    sam = await openCase(admin, '2027-01-04');
    for (let count = 0; count < 300; count++) await record(sam.aide);
  }, 60_000);
  afterAll(() => service.stop('SIGKILL'));

  it.each(harms)(
    '%s while the service is stopped, is built anew at the next start',
    async (_name, harm) => {
      await service.stop('SIGTERM');
      harm(serving());
      service = await Service.start({ data: folder, now: NOW });
      sam = { ...sam, aide: await signIn(new Client(service.url), 'quillfeather') };
      await record(sam.aide);
      await whole();
    },
    60_000,
  );

  it.each(harms)(
    '%s under the running service, is built anew while records go on being taken',
    async (_name, harm) => {
      harm(serving());
      for (let count = 0; count < 20; count++) await record(sam.aide);
      await whole();
    },
    60_000,
  );
});
