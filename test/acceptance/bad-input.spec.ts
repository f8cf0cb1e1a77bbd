import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { temporaryFolder } from '@foundation/testing';
import { type Answer, Client, uuid } from '../support/client';
import { countOf, importRoster, observationsOf, openCase, type OpenedCase, setUp, signIn } from '../support/district';
import { Service } from '../support/service';

/** A Wednesday in the week before the spring change of clocks. */
const NOW = '2027-03-10T14:15:00.000Z';
const MORNING = '2027-03-10T08:30:00-05:00';

describe('bad input, over HTTP against the built service', () => {
  const folder = temporaryFolder();
  let service: Service;
  let admin: Client;
  let sam: OpenedCase;

  beforeAll(async () => {
    service = await Service.start({ data: folder, now: NOW });
    admin = await setUp(service);
    await importRoster(admin, 'lincoln-v1p1');
    sam = await openCase(admin, '2027-01-04');
  });
  afterAll(() => service.stop('SIGKILL'));

  it.each([
    ['malformed JSON', '{"id": "', 400, 'malformed-json'],
    ['no JSON at all', 'id=1', 400, 'malformed-json'],
    ['10 MB', JSON.stringify({ records: ['x'.repeat(10 * 1024 * 1024)] }), 413, 'body-too-large'],
    ['a list for a body', '[]', 400, 'invalid-request'],
    ['null for a body', 'null', 400, 'invalid-request'],
  ])('%s', async (_name, body, status, type) => {
    const answer = await sam.aide.post('records', body);
    expect([answer.status, answer.body.type, answer.headers.get('content-type')]).toEqual([
      status,
      `/problems/${type}`,
      expect.stringContaining('application/problem+json'),
    ]);
  });

  it.each([
    ['an unknown field', { surprise: 1 }, '/surprise'],
    ['a text for an object', { raw: 'seven' }, '/raw'],
    ['a number for an id', { goal: 7 }, '/goal'],
    ['another kind of raw data', { raw: { kind: 'guess' } }, '/raw/kind'],
    ['a time in the gap of the clocks', { occurredAt: '2026-03-08T02:30:00-05:00' }, '/occurredAt'],
    ['a day before the goal', { occurredAt: '2026-12-18T09:00:00-05:00' }, '/occurredAt'],
    ['tomorrow', { occurredAt: '2027-03-11T09:00:00-05:00' }, '/occurredAt'],
  ])('%s is named with its place', async (_name, changes, pointer) => {
    const answer = await sam.aide.post('observations', { ...countOf(sam, MORNING), ...changes });
    expect(answer.status === 400 || answer.status === 422).toBe(true);
    expect(answer.body.errors.map((one: { pointer: string }) => one.pointer)).toContain(pointer);
    expect(answer.body.errors[0].detail.length).toBeGreaterThan(5);
  });

  it('a record 40 days late is taken and marked', async () => {
    const late = countOf(sam, '2027-01-29T09:00:00-05:00');
    expect((await sam.aide.post('observations', late)).status).toBe(201);
    const { items } = await sam.aide.read(`students/${sam.student}/timeline?kind=observation&to=2027-01-29`);
    expect(items).toEqual([expect.objectContaining({ id: late.id, status: 'late' })]);
  });

  it('a hundred wrong passwords are slowed down, and tell nothing of who exists', async () => {
    const knock = (name: string) => new Client(service.url).signIn(name, `wrong ${uuid()}`);
    const known = await knock('tarrow');
    const unknown = await knock('nobody-of-that-name');
    const { correlationId: _known, ...toldOfKnown } = known.body;
    const { correlationId: _unknown, ...toldOfUnknown } = unknown.body;
    expect(toldOfUnknown).toEqual(toldOfKnown);
    const answers = [];
    for (let attempt = 0; attempt < 100; attempt++) answers.push((await knock('quillfeather')).status);
    expect(answers.slice(0, 3)).toEqual([401, 401, 401]);
    // However slow the machine: the waits between those that are let through double, so that twenty would take nine hours.
    expect(answers.filter((status) => status !== 429).length).toBeLessThan(20);
    expect(new Set(answers)).toEqual(new Set([401, 429]));
    const later = await sam.aide.get('me');
    expect(later.status).toBe(200);
  });

  it('a record for a day after the plan’s end is refused, one for before it still taken', async () => {
    const plan = `plans/${sam.plan}`;
    const etag = (await sam.caseManager.get(plan)).headers.get('etag') ?? '';
    await sam.caseManager.do(`${plan}/end`, { lastDay: '2027-03-09', reason: 'Replaced' }, { 'if-match': etag });
    const after = await sam.aide.post('observations', countOf(sam, MORNING));
    expect([after.status, after.body.type]).toEqual([422, '/problems/not-in-force']);
    expect((await sam.aide.post('observations', countOf(sam, '2027-03-09T09:00:00-05:00'))).status).toBe(201);
  });
});

/** A request for a batch that the service has begun to answer, as its "100 Continue" says, and whose body it has not seen yet. */
async function begun(aide: Client, body: object): Promise<() => Promise<Answer>> {
  const text = JSON.stringify(body);
  const sending = request(`${aide.url}/api/v1/records`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
      authorization: `Bearer ${aide.accessToken}`,
      expect: '100-continue',
    },
  });
  const answer = once(sending, 'response') as Promise<[IncomingMessage]>;
  sending.flushHeaders();
  await once(sending, 'continue');
  return async () => {
    sending.end(text);
    const [response] = await answer;
    return { status: response.statusCode ?? 0, body: JSON.parse((await buffer(response)).toString('utf8')), headers: new Headers() };
  };
}

describe('SIGTERM', () => {
  const folder = temporaryFolder();

  it('answers what is under way, refuses what comes, ends with 0 and loses nothing', async () => {
    let service = await Service.start({ data: folder, now: NOW });
    const admin = await setUp(service);
    await importRoster(admin, 'lincoln-v1p1');
    const sam = await openCase(admin, '2027-01-04');
    const batchOf = (length: number) => Array.from({ length }, () => ({ kind: 'observation', ...countOf(sam, MORNING) }));
    const batches = Array.from({ length: 12 }, () => batchOf(200));
    let answered = 0;
    const sent = batches.map(async (records) => {
      const answer = await sam.aide.post('records', { records });
      answered++;
      return { records, answer };
    });
    await Promise.race(sent);
    // Its body is still on its way when the service is told to end.
    const records = batchOf(1);
    const finish = await begun(sam.aide, { records });
    const before = answered;
    const ended = service.stop('SIGTERM');
    await service.find(/(SIGTERM): finishing what is under way/);
    sent.push(finish().then((answer) => ({ records, answer })));
    const outcomes = await Promise.allSettled(sent);
    expect(await ended).toBe(0);
    await expect(sam.aide.get('me')).rejects.toThrow();
    // What had not reached the service yet finds no connection; the records' ids make it safe to send it again.
    const answers = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    expect(answers.length).toBeGreaterThan(before);
    const taken = answers.filter(({ answer }) => answer.status === 200);
    expect(taken.length).toBeGreaterThan(before);
    for (const { answer } of answers) expect([200, 503]).toContain(answer.status);
    for (const { answer } of taken) expect(answer.body.results.every(({ result }: { result: string }) => result === 'recorded')).toBe(true);

    service = await Service.start({ data: folder, now: NOW });
    const manager = await signIn(new Client(service.url), 'tarrow');
    const found = await observationsOf(manager, sam.student);
    expect(taken.flatMap(({ records }) => records).filter(({ id }) => !found.has(id))).toEqual([]);
    await service.stop('SIGTERM');
  });
});
