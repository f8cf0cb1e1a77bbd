import { derivedId } from '@foundation/kernel';
import { temporaryFolder } from '@foundation/testing';
import { clientOf, fillWorld, ids, openApi, type OpenApi, other, staffOf } from './world';

const nth = (name: string): string => derivedId(ids.sam, name);
const raw = { kind: 'percent-correct', correct: 8, incorrect: 2, noResponse: 0 };
const seen = (name: string, changes: object = {}) => ({
  id: nth(name),
  student: ids.sam,
  plan: ids.plan,
  goal: ids.goal,
  occurredAt: '2026-03-03T09:00:00-05:00',
  raw,
  ...changes,
});
const logged = (name: string) => ({
  id: nth(name),
  student: ids.sam,
  plan: ids.plan,
  accommodation: ids.accommodation,
  class: ids.class,
  on: '2026-03-03',
  state: { kind: 'provided', outcome: 'used' },
});
const held = (name: string, changes: object = {}) => ({
  id: nth(name),
  student: ids.sam,
  plan: ids.plan,
  service: ids.service,
  outcome: { kind: 'delivered', start: '2026-03-03T08:30:00-05:00', end: '2026-03-03T09:00:00-05:00' },
  ...changes,
});

describe('records', () => {
  let api: OpenApi;
  let send: ReturnType<typeof clientOf>;
  const folder = temporaryFolder();
  beforeAll(async () => {
    api = await openApi(folder);
    await fillWorld(api);
    send = clientOf(api);
  });
  afterAll(() => api.close());
  const post = (role: Parameters<typeof send>[0], url: string, body: unknown) => send(role, { method: 'POST', url, body });

  it('judges each record of a batch on its own', async () => {
    const stranger = seen('stranger', { student: ids.kim, plan: ids.kimsPlan, goal: ids.kimsGoal });
    const records = [
      { kind: 'observation', ...seen('batch-1') },
      { kind: 'accommodation-entry', ...logged('batch-2') },
      { kind: 'observation', ...seen('batch-1') },
      { kind: 'observation', ...stranger },
      { kind: 'observation', ...seen('batch-3', { raw: { ...raw, correct: -1, incorrect: 1.5 } }) },
      { kind: 'observation', ...seen('batch-4', { student: ids.sam, plan: ids.kimsPlan, goal: ids.kimsGoal }) },
      { kind: 'session', ...held('batch-5') },
      { kind: 'guess', id: 'x' },
      'nonsense',
      { kind: 'observation', ...seen('batch-1', { raw: { ...raw, correct: 3 } }) },
      { kind: 'observation', ...seen('batch-6', { surprise: 1 }) },
    ];
    const answer = await post('aide', 'records', { records });
    expect(answer.statusCode).toBe(200);
    const { results, position } = answer.json();
    const told = results.map(({ result, problem }: { result: string; problem?: { type: string } }) => problem?.type ?? result);
    expect([told[0], told[2]].sort()).toEqual(['duplicate', 'recorded']);
    expect(told[1]).toBe('recorded');
    expect(told.slice(3)).toEqual([
      '/problems/not-found',
      '/problems/invalid-request',
      '/problems/goal-unknown',
      '/problems/forbidden',
      '/problems/invalid-request',
      '/problems/invalid-request',
      '/problems/id-reused',
      '/problems/invalid-request',
    ]);
    expect(results[4].problem.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(['/raw/correct', '/raw/incorrect']);
    expect(answer.headers['x-position']).toBe(position);
    const timeline = (await send('case-manager', { url: `students/${ids.sam}/timeline?after=${position}` })).json();
    expect(timeline.items.map(({ id }: { id: string }) => id)).toEqual(expect.arrayContaining([nth('batch-1'), nth('batch-2')]));
  });

  it('takes 500 records and no more', async () => {
    const records = Array.from({ length: 501 }, (_, index) => ({ kind: 'observation', ...seen(`many-${index}`) }));
    expect((await post('aide', 'records', { records })).statusCode).toBe(400);
    const answer = await post('aide', 'records', { records: records.slice(0, 500) });
    expect(answer.json().results.filter(({ result }: { result: string }) => result === 'recorded')).toHaveLength(500);
    const again = await post('aide', 'records', { records: records.slice(0, 500) });
    expect(again.json().results.filter(({ result }: { result: string }) => result === 'duplicate')).toHaveLength(500);
  });

  it('answers a record sent again as the first time, and another under its id with 422', async () => {
    const first = await post('aide', 'observations', seen('again'));
    const second = await post('aide', 'observations', seen('again'));
    expect([first.statusCode, second.statusCode]).toEqual([201, 200]);
    expect(second.json()).toEqual(first.json());
    expect((await post('aide', 'observations', seen('again', { raw: { ...raw, correct: 1 } }))).json().type).toBe('/problems/id-reused');
    expect((await post('aide', 'records', { records: [{ kind: 'observation', ...seen('again') }] })).json().results[0].result).toBe(
      'duplicate',
    );
  });

  it.each([
    ['the DST gap', { occurredAt: '2025-03-09T02:30:00-05:00' }, 422, '/occurredAt'],
    ['a wrong offset', { occurredAt: '2026-03-02T09:00:00-04:00' }, 422, '/occurredAt'],
    ['no offset', { occurredAt: '2026-03-02T09:00:00' }, 400, '/occurredAt'],
    ['a day that is none', { occurredAt: '2026-02-30T09:00:00-05:00' }, 400, '/occurredAt'],
    ['an unknown zone', { zone: 'Mars/Olympus' }, 400, '/zone'],
    ['another measure’s raw data', { raw: { kind: 'frequency', count: 3, observedMinutes: 40 } }, 422, undefined],
    ['tomorrow', { occurredAt: '2026-03-04T09:00:00-05:00' }, 422, undefined],
    ['a day before the goal', { occurredAt: '2025-08-29T09:00:00-04:00' }, 422, undefined],
    ['an upper-case id', { goal: String(ids.goal).toUpperCase() }, 400, '/goal'],
  ])('refuses %s', async (name, changes, status, pointer) => {
    const answer = await post('aide', 'observations', seen(name, changes));
    expect([answer.statusCode, answer.json().type]).toEqual([status, expect.stringMatching(/^\/problems\//)]);
    if (pointer) expect(answer.json().errors[0].pointer).toBe(pointer);
  });

  it('accepts a record 40 days late and marks it', async () => {
    const answer = await post('aide', 'observations', seen('late', { occurredAt: '2026-01-22T09:00:00-05:00' }));
    expect(answer.statusCode).toBe(201);
    const timeline = await send('case-manager', {
      url: `students/${ids.sam}/timeline?kind=observation&to=2026-01-22&after=${answer.json().position}`,
    });
    expect(timeline.json().items[0]).toMatchObject({ id: nth('late'), status: 'late' });
  });

  it('keeps SQL and HTML as the text that they are', async () => {
    const text = `'); DROP TABLE timeline; --<script>alert("x")</script>`;
    const { position } = (
      await post('aide', 'observations', seen('text', { occurredAt: '2026-03-03T09:10:00-05:00', context: { note: text, setting: text } }))
    ).json();
    const timeline = await send('aide', { url: `students/${ids.sam}/timeline?kind=observation&after=${position}` });
    expect(JSON.stringify(timeline.json())).toContain(JSON.stringify(text));
  });

  it('corrects, voids and disputes; the original stays', async () => {
    await post('aide', 'observations', seen('mended', { occurredAt: '2026-03-03T09:11:00-05:00' }));
    const url = `observations/${nth('mended')}`;
    const corrected = await post('aide', `${url}/corrections`, { raw: { ...raw, correct: 9 }, reason: 'Counted one too few' });
    expect(corrected.statusCode).toBe(201);
    expect((await post('teacher', `${url}/corrections`, { raw, reason: 'Not mine' })).statusCode).toBe(403);
    expect((await post('case-manager', `${url}/disputes`, { by: 'family', statement: 'Ill that day.' })).statusCode).toBe(201);
    const { position } = (await post('case-manager', `${url}/void`, { reason: 'Wrong child' })).json();
    const timeline = await send('case-manager', { url: `students/${ids.sam}/timeline?kind=observation&limit=200&after=${position}` });
    const line = timeline.json().items.find(({ id }: { id: string }) => id === nth('mended'));
    expect(line).toMatchObject({ status: 'voided' });
    expect(line.history.map(({ kind }: { kind: string }) => kind)).toEqual(['corrected', 'disputed', 'voided']);
  });

  it('lets a therapist write sessions of the own discipline, whole or missed, and repay a miss', async () => {
    const miss = {
      kind: 'missed',
      plannedStart: '2026-02-24T09:00:00-05:00',
      plannedSeconds: 1800,
      reason: 'student-absent',
      familyTold: true,
    };
    const repaid = { ...held('repaid').outcome, makeUpFor: nth('missed') };
    const records = [
      { kind: 'session', ...held('missed', { outcome: miss }) },
      { kind: 'session', ...held('repaid', { outcome: repaid }) },
      {
        kind: 'session',
        ...held('planned', { outcome: undefined, schedule: { start: '2026-03-10T09:00:00-04:00', plannedSeconds: 1800 } }),
      },
    ];
    const { results } = (await post('therapist', 'records', { records })).json();
    expect(results.map(({ result }: { result: string }) => result)).toEqual(['recorded', 'recorded', 'recorded']);
    expect((await post('teacher', 'sessions', held('not-hers'))).statusCode).toBe(403);
    const gap = held('gap', { outcome: { ...held('gap').outcome, end: '2025-03-09T02:30:00-05:00' } });
    expect((await post('therapist', 'sessions', gap)).json().errors[0].pointer).toBe('/outcome/end');
  });

  it('lets a substitute of yesterday send what happened yesterday, and nothing more', async () => {
    const first = (await send('case-manager', { url: `students/${ids.sam}/team` })).json().items;
    const aides = first.find(({ role }: { role: string }) => role === 'aide');
    const cover = { staff: other, role: 'aide', from: '2026-03-02', to: '2026-03-02', coveringFor: aides.assignment };
    expect((await post('coordinator', `students/${ids.sam}/team`, cover)).statusCode).toBe(201);
    const grant = { role: 'aide', from: '2026-03-01' };
    expect((await post('administrator', `staff/${other}/roles`, grant)).statusCode).toBe(201);
    const as = (url: string, body?: unknown) => send('aide', { method: body ? 'POST' : 'GET', url, body }, other);
    expect((await as('observations', seen('by-substitute', { occurredAt: '2026-03-02T10:00:00-05:00' }))).statusCode).toBe(201);
    expect((await as('observations', seen('by-substitute-2'))).statusCode).toBe(404);
    expect((await as(`students/${ids.sam}/profile`)).statusCode).toBe(404);
    expect((await as('today')).json().children).toEqual([]);
    expect(staffOf('aide')).not.toBe(other);
  });
});
