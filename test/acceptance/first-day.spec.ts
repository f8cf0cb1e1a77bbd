import { statSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@foundation/testing';
import { Client } from '../support/client';
import { ADMINISTRATOR, PASSWORD, setUp } from '../support/district';
import { Service } from '../support/service';

/** From an empty folder, over HTTP, against the built service in its own process. */
describe('the first day of a district', () => {
  const folder = temporaryFolder();
  let service: Service;

  beforeAll(async () => {
    service = await Service.start({ data: folder });
  });
  afterAll(() => service.stop('SIGKILL'));

  it('makes a master key that only its owner may read, and says so', async () => {
    expect(await service.find(/master key was made in (\S+?):/)).toBe(join(folder, 'master.key'));
    expect(statSync(join(folder, 'master.key')).mode & 0o077).toBe(0);
  });

  it('is set up with a one-time link', async () => {
    const admin = await setUp(service);
    expect(await admin.read('me')).toMatchObject({ role: 'administrator', givenName: 'Ada' });
    const token = await service.find(/setup#(\S+)/);
    const other = { token, givenName: 'Eve', familyName: 'Thornwood', signInName: 'eve@willowbrook.example', password: PASSWORD };
    expect((await admin.post('setup', other)).status).toBeGreaterThanOrEqual(400);
    expect((await new Client(service.url).signIn(ADMINISTRATOR, 'not the password at all')).status).toBe(401);
  });

  it('refuses a second process on its folder, in plain words', async () => {
    await expect(Service.start({ data: folder })).rejects.toThrow(/another Throughline/i);
  });

  it.each([
    ['THROUGHLINE_PORT', '70000', /THROUGHLINE_PORT=70000 must be 0 .*65535/],
    ['THROUGHLINE_ZONE', 'Mars/Olympus', /THROUGHLINE_ZONE=Mars\/Olympus must be an IANA time zone/],
    ['THROUGHLINE_LOG_LEVEL', 'loud', /THROUGHLINE_LOG_LEVEL=loud must be one of/],
    ['THROUGHLINE_DATE', 'x', /THROUGHLINE_DATE is not a setting/],
  ])('does not start with a wrong %s, and names it', async (variable, value, told) => {
    await expect(Service.start({ data: join(folder, 'other'), environment: { [variable]: value } })).rejects.toThrow(told);
  });

  it('ends on SIGTERM with nothing left open, and offers no second set-up', async () => {
    expect(await service.stop('SIGTERM')).toBe(0);
    service = await Service.start({ data: folder });
    expect(service.printed.join()).not.toContain('setup#');
    expect(await service.stop('SIGTERM')).toBe(0);
  });
});
