import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, uuid } from '../support/client';
import { rosterTexts } from '../support/rosters';
import { Service } from '../support/service';

const PASSWORD = 'four odd words together';

/** From an empty folder, over HTTP, against the built service in its own process. */
describe('the first day of a district', () => {
  let folder: string;
  let service: Service;
  let admin: Client;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'throughline-day-'));
    service = await Service.start({ data: folder });
    admin = new Client(service.url);
  });
  afterAll(async () => {
    await service.stop('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  it('is set up with a one-time link', async () => {
    const token = await service.find(/setup#(\S+)/);
    const person = { token, givenName: 'Ada', familyName: 'Brightwater', signInName: 'ada@willowbrook.example', password: PASSWORD };
    await admin.do('setup', person);
    expect((await admin.post('setup', person)).status).toBeGreaterThanOrEqual(400);
    expect((await admin.signIn('ada@willowbrook.example', 'not the password at all')).status).toBe(401);
    expect((await admin.signIn('ada@willowbrook.example', PASSWORD)).status).toBe(200);
  });

  it('imports a roster: a dry run records nothing, a second import changes nothing', async () => {
    const files = rosterTexts('lincoln-v1p1');
    const run = async (dryRun: boolean) => {
      const begun = await admin.do('roster/imports', { dryRun, files }, { 'idempotency-key': uuid() });
      for (let attempt = 0; attempt < 100; attempt++) {
        const status = await admin.read(`roster/imports/${begun.import}`);
        if (status.status === 'finished') return status.report;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      throw new Error('The import did not finish');
    };
    const dry = await run(true);
    expect(dry.counts).toMatchObject({ changed: 0, left: 0, refused: 5, warnings: 4 });
    expect(dry.counts.created).toBeGreaterThan(20);
    expect((await admin.read('staff')).items).toHaveLength(1);
    const real = await run(false);
    expect(real.counts).toEqual(dry.counts);
    const again = await run(false);
    expect(again.counts).toMatchObject({ created: 0, changed: 0, left: 0 });
  });

  it('loses nothing that it acknowledged when it is killed while writing, 20 times', async () => {
    const acknowledged: string[] = [];
    for (let round = 0; round < 20; round++) {
      if (round > 0) service = await Service.start({ data: folder });
      const writer = new Client(service.url);
      await writer.signIn('ada@willowbrook.example', PASSWORD);
      let killed = false;
      const writing = Array.from({ length: 4 }, async () => {
        while (!killed) {
          const body = { givenName: 'Test', familyName: 'Child', grades: ['03'], schools: [] };
          const answer = await writer.post('students', body, { 'idempotency-key': uuid() }).catch(() => undefined);
          if (answer && answer.status < 300) acknowledged.push(answer.body.id);
        }
      });
      await new Promise((resolve) => setTimeout(resolve, 60 + 10 * round));
      await service.stop('SIGKILL');
      killed = true;
      await Promise.all(writing);
    }
    service = await Service.start({ data: folder });
    admin = new Client(service.url);
    await admin.signIn('ada@willowbrook.example', PASSWORD);
    expect(acknowledged.length).toBeGreaterThan(20);
    for (const student of acknowledged) expect((await admin.get(`students/${student}`)).status).toBe(200);
  }, 120_000);

  it('refuses a second process on its folder, in plain words', async () => {
    await expect(Service.start({ data: folder })).rejects.toThrow(/another Throughline/i);
  });

  it('ends on SIGTERM with nothing left open', async () => {
    expect(await service.stop('SIGTERM')).toBe(0);
  });
});
