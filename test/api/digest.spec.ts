import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandBus } from '@nestjs/cqrs';
import { RosterStaff } from '@case/people';
import { digestEvents, makeDigest } from '@exchange/digest';
import { type JobId, jobIdOf } from '@foundation/jobs';
import { newId } from '@foundation/kernel';
import { sampleContext, temporaryFolder } from '@foundation/testing';
import { clientOf, fillWorld, ids, openApi, type OpenApi, staffOf } from './world';

const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5));
};

describe('the daily digest', () => {
  let api: OpenApi;
  let send: ReturnType<typeof clientOf>;
  let folder: string;
  const root = temporaryFolder();
  let count = 0;
  beforeEach(async () => {
    folder = join(root, String(++count));
    api = await openApi(folder);
    await fillWorld(api);
    send = clientOf(api);
  });
  afterEach(() => api.close());

  const coordinator = staffOf('coordinator');
  const made = async () => {
    const events = await api.platform.store.readAll({ after: 0n, limit: 1000, types: digestEvents.map(({ type }) => type) });
    return events.map(({ type, data }) => ({ type, data: data as Record<string, unknown> }));
  };
  const messages = async (role: 'coordinator' | 'aide' = 'coordinator') => (await send(role, { url: 'messages' })).json().items;
  const mails = () => (existsSync(join(folder, 'mail')) ? readdirSync(join(folder, 'mail')) : []);
  const settled = () => until(async () => (await made()).some(({ type }) => type === 'digest.mail-settled'));
  /** A miss in the week of the school day before, an annual review that comes up, a goal that has been silent. */
  const somethingDue = async () => {
    const missed = { kind: 'missed', plannedStart: '2026-03-02T10:00:00-05:00', plannedSeconds: 1800, reason: 'refused', familyTold: true };
    const session = { id: newId(), student: ids.sam, plan: ids.plan, service: ids.service, outcome: missed };
    expect((await send('therapist', { method: 'POST', url: 'sessions', body: session })).statusCode).toBe(201);
    await api.platform.views.waitFor(await api.platform.journal.head());
  };
  const withAddress = async () => {
    const person = { staff: coordinator, sourcedId: 'u1', givenName: 'Ana', familyName: 'Quillfeather', email: 'ana@lincoln.example' };
    await api.app
      .get(CommandBus)
      .execute(new RosterStaff({ ...person, schools: [ids.school], rosterRoles: [], enabled: true } as never, sampleContext()));
    await api.platform.views.waitFor(await api.platform.journal.head());
  };

  it('tells a coordinator by message and by mail, in counts that name no child', async () => {
    await withAddress();
    await somethingDue();
    await api.work.start();
    await settled();
    const [message, ...others] = await messages();
    expect(others).toEqual([]);
    expect(message).toMatchObject({ kind: 'digest', day: '2026-03-03', sessionsMissed: 1, reviewsDue: 0, goalsWithoutData: 0 });
    expect(mails()).toEqual([`${message.message}.eml`]);
    const mail = readFileSync(join(folder, 'mail', mails()[0]!), 'utf8');
    expect(mail).toMatch(/To: ana@lincoln.example/);
    expect(mail).toContain('1 sessions missed');
    expect(mail).toContain('https://throughline.lincoln.example');
    expect(mail).not.toMatch(new RegExp(`Sam|Kim|Rivermoss|${ids.sam}`));
    expect(await messages('aide')).toEqual([]);
  });

  it('tells once a day, however often and by how many it is asked', async () => {
    await withAddress();
    await somethingDue();
    await api.work.start();
    await settled();
    await somethingDue();
    for (let again = 0; again < 3; again++) await api.platform.digests.sweep();
    for (const cause of [newId(), newId()]) {
      const id: JobId = jobIdOf(makeDigest, cause);
      await api.queue.enqueue(makeDigest, id, { staff: coordinator, day: '2026-03-03' as never });
      await until(async () => (await api.queue.status(makeDigest, id))?.state === 'done');
    }
    expect((await made()).map(({ type }) => type)).toEqual(['digest.digest-made', 'digest.mail-settled']);
    expect(mails()).toHaveLength(1);
    api.clock.set('2026-03-04T14:15:00.000Z');
    await api.platform.digests.sweep();
    await until(async () => (await made()).filter(({ type }) => type === 'digest.mail-settled').length === 2);
    expect((await messages()).map(({ day }: { day: string }) => day)).toEqual(['2026-03-04', '2026-03-03']);
  });

  it('says nothing when nothing is due, before its hour, on a Saturday, or to other roles', async () => {
    api.clock.set('2026-03-03T10:59:00.000Z');
    await somethingDueLater();
    await api.work.start();
    api.clock.set('2026-03-07T15:00:00.000Z');
    await api.platform.digests.sweep();
    await until(async () => api.queue.unfinished === 0);
    expect(await made()).toEqual([]);
    api.clock.set('2026-03-03T14:15:00.000Z');
    await api.platform.digests.sweep();
    await until(async () => api.queue.unfinished === 0);
    expect(await made()).toEqual([]);
  });
  const somethingDueLater = async () => expect(await messages()).toEqual([]);

  it('settles the mail of somebody without an address', async () => {
    await somethingDue();
    await api.work.start();
    await settled();
    expect((await made()).at(-1)?.data).toMatchObject({ outcome: 'no-address' });
    expect(mails()).toEqual([]);
  });

  it('is marked read by whom it is for; for others it is not there', async () => {
    await somethingDue();
    await api.work.start();
    await settled();
    const [{ message }] = await messages();
    const read = (role: 'coordinator' | 'aide') => send(role, { method: 'POST', url: `messages/${message}/read` });
    expect((await read('aide')).statusCode).toBe(404);
    expect((await messages())[0].readAt).toBeUndefined();
    expect((await read('coordinator')).statusCode).toBe(201);
    expect((await read('coordinator')).statusCode).toBe(201);
    expect((await messages())[0].readAt).toBe('2026-03-03T14:15:00.000Z');
    expect((await made()).filter(({ type }) => type === 'digest.message-read')).toHaveLength(1);
  });
});
