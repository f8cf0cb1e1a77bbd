import { newId } from '@foundation/kernel';
import { temporaryFolder } from '@foundation/testing';
import { clientOf, fillWorld, ids, openApi, type OpenApi } from './world';

/** Names that nothing else in the code, the routes or the world is called. */
const GIVEN = 'Zyxwilla';
const FAMILY = 'Qvorthex';
const SIGN_IN = 'zyxwilla@qvorthex.example';
const NOTE = 'Vlimbertrees';
const NAMES = /zyxwilla|qvorthex|vlimbertree|rivermoss|quillfeather|fernsby/i;
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i;

describe('what the service tells of itself', () => {
  let api: OpenApi;
  let send: ReturnType<typeof clientOf>;
  const folder = temporaryFolder();
  const metrics = async () => (await send(undefined, { url: '/metrics' })).body;

  beforeAll(async () => {
    api = await openApi(folder);
    await fillWorld(api);
    send = clientOf(api);
    const post = (role: Parameters<typeof send>[0], url: string, body: unknown) => send(role, { method: 'POST', url, body });
    const child = { givenName: GIVEN, familyName: FAMILY, grades: ['03'], schools: [ids.school] };
    await post('administrator', 'students', child);
    await post('administrator', 'students', { ...child, nickname: GIVEN });
    await post('administrator', 'staff', { givenName: GIVEN, familyName: FAMILY, schools: [ids.school] });
    await post(undefined, 'sign-in', { signInName: SIGN_IN, password: FAMILY });
    await post(undefined, `students/${FAMILY}`, { [GIVEN]: FAMILY });
    await send('coordinator', { url: `students?search=${FAMILY}` });
    await send('coordinator', { url: `students/${FAMILY}/timeline?kind=${GIVEN}` });
    await send('coordinator', { url: `/${FAMILY}/${GIVEN}?name=${GIVEN}` });
    await send(undefined, { url: 'me', headers: { authorization: `Bearer ${FAMILY}`, cookie: `${GIVEN}=${FAMILY}`, 'user-agent': GIVEN } });
    const raw = { kind: 'percent-correct', correct: 7, incorrect: 3, noResponse: 0 };
    const seen = { student: ids.sam, plan: ids.plan, goal: ids.goal, occurredAt: '2026-03-03T09:00:00-05:00', raw };
    await post('aide', 'observations', { id: newId(), ...seen, context: { note: NOTE } });
    await post('aide', 'observations', { id: newId(), ...seen, raw: { kind: NOTE } });
    await post('aide', 'records', {
      records: [
        { kind: NOTE, name: FAMILY },
        { kind: 'observation', id: newId(), ...seen, student: ids.kim },
      ],
    });
    await post('aide', 'records', `{"records": "${NOTE}`);
    await post('case-manager', `students/${ids.sam}/guardians`, { name: `${GIVEN} ${FAMILY}`, relationship: NOTE });
    await send('administrator', { method: 'GET', url: `roster/imports/${newId()}` });
  });
  afterAll(() => api.close());

  it('has figures of every kind', async () => {
    const text = await metrics();
    expect(text).toMatch(/http_request_seconds_count\{method="POST",route="\/api\/v1\/observations",status="201"\} 1/);
    expect(text).toMatch(/http_request_seconds_count\{method="GET",route="unknown",status="404"\} 1/);
    expect(text).toMatch(/http_request_seconds_count\{method="GET",route="\/api\/v1\/students\/:id\/timeline",status="\d+"\} 1/);
    expect(text).toMatch(/refusals_total\{type="malformed-json"\} 1/);
    expect(text).toMatch(/refusals_total\{type="invalid-request"\} [3-9]/);
    expect(text).toMatch(/sign_ins_total\{outcome="failed"\} 1/);
    expect(text).toMatch(/throughline_change_streams 0/);
  });

  it('counts refused records of a batch by their problem', async () => {
    const before = /refusals_total\{type="not-found"\} (\d+)/.exec(await metrics())?.[1];
    const record = { kind: 'observation', id: newId(), student: ids.kim, plan: ids.kimsPlan, goal: ids.kimsGoal };
    const records = [
      { ...record, occurredAt: '2026-03-03T09:00:00-05:00', raw: { kind: 'percent-correct', correct: 1, incorrect: 0, noResponse: 0 } },
    ];
    const answer = await send('aide', { method: 'POST', url: 'records', body: { records } });
    expect(answer.json().results[0].problem.type).toBe('/problems/not-found');
    expect(await metrics()).toContain(`refusals_total{type="not-found"} ${Number(before) + 1}`);
  });

  it('names nobody and holds no id in its figures', async () => {
    const text = await metrics();
    expect(text).not.toMatch(NAMES);
    expect(text).not.toMatch(UUID);
  });

  it('labels its figures from short lists, whatever is asked for', async () => {
    const series = async () => new Set((await metrics()).split('\n').map((line) => line.replace(/ [^ ]*$/, '')));
    await send('coordinator', { url: `/first/${newId()}` });
    await send('coordinator', { url: `students/${newId()}` });
    const before = await series();
    for (let once = 0; once < 30; once++) {
      await send('coordinator', { url: `/${newId()}/${once}` });
      await send('coordinator', { url: `students/${newId()}` });
    }
    expect(await series()).toEqual(before);
  });

  it('shows them to this machine only, and to no proxy on it', async () => {
    const status = async (options: object) => (await api.app.inject({ method: 'GET', url: '/metrics', ...options })).statusCode;
    expect(await status({})).toBe(200);
    expect(await status({ remoteAddress: '::ffff:127.0.0.1' })).toBe(200);
    expect(await status({ remoteAddress: '10.0.0.7' })).toBe(404);
    expect(await status({ headers: { 'x-forwarded-for': '127.0.0.1' } })).toBe(404);
    expect(await status({ headers: { forwarded: 'for=127.0.0.1' } })).toBe(404);
  });

  it('names nobody in its log lines, of any level', () => {
    expect(api.lines.length).toBeGreaterThan(15);
    expect(api.lines.join('')).not.toMatch(NAMES);
  });

  it('gives every request line the correlation id that the caller sent and was answered', async () => {
    const given = newId();
    const answered = await send('aide', { url: 'today', headers: { 'x-correlation-id': given } });
    expect(answered.headers['x-correlation-id']).toBe(given);
    const made = (await send('aide', { url: 'today', headers: { 'x-correlation-id': FAMILY } })).headers['x-correlation-id'];
    expect(made).toMatch(UUID);
    const lines = api.lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'request');
    expect(lines.slice(-2).map(({ correlationId }) => correlationId)).toEqual([given, made]);
    for (const line of lines) expect(line.correlationId).toMatch(UUID);
  });
});
