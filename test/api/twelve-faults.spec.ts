import { derivedId } from '@foundation/kernel';
import { temporaryFolder } from '@foundation/testing';
import { clientOf, fillWorld, ids, openApi, type OpenApi, other, staffOf } from './world';

const nth = (name: string): string => derivedId(ids.kim, name);

/** Faults that an open-source peer has in the field, one by one (domain section 7): none of them is to be had here. */
describe('twelve faults of others', () => {
  let api: OpenApi;
  let send: ReturnType<typeof clientOf>;
  const folder = temporaryFolder();
  beforeAll(async () => {
    api = await openApi(folder);
    await fillWorld(api);
    send = clientOf(api);
  });
  afterAll(() => api.close());

  type Role = Parameters<typeof send>[0];
  const post = (role: Role, url: string, body: unknown, staff?: Parameters<typeof send>[2]) =>
    send(role, { method: 'POST', url, body }, staff);
  const get = async (role: Role, url: string) => (await send(role, { url })).json();
  const settled = async (url: string) => `${url}${url.includes('?') ? '&' : '?'}after=${await position()}`;
  const position = async () => (await post('aide', 'observations', seen('marker', 1))).json().position;
  const seen = (name: string, correct: number, changes: object = {}) => ({
    id: nth(name),
    student: ids.sam,
    plan: ids.plan,
    goal: ids.goal,
    occurredAt: '2026-03-02T09:00:00-05:00',
    raw: { kind: 'percent-correct', correct, incorrect: 10 - correct, noResponse: 0 },
    ...changes,
  });
  const timeline = async () => (await get('case-manager', await settled(`students/${ids.sam}/timeline?kind=observation&limit=200`))).items;

  it('1: nobody overwrites what another has recorded', async () => {
    await post('teacher', 'observations', seen('hers', 6));
    expect((await post('aide', `observations/${nth('hers')}/corrections`, { raw: seen('', 9).raw, reason: 'Better so' })).statusCode).toBe(
      403,
    );
    expect((await post('aide', `observations/${nth('hers')}/void`, { reason: 'Away with it' })).statusCode).toBe(403);
    expect((await post('aide', 'observations', seen('hers', 9))).json().type).toBe('/problems/id-reused');
    const line = (await timeline()).find(({ id }: { id: string }) => id === nth('hers'));
    expect(line.detail.raw).toMatchObject({ correct: 6 });
    expect(line.history).toEqual([]);
  });

  it('2: an aide does not move a target', async () => {
    const before = await get('case-manager', `plans/${ids.plan}`);
    const easier = {
      goal: ids.goal,
      area: 'communication',
      statement: 'Asks once.',
      label: 'Asks for help',
      better: 'up',
      target: { value: 1, on: '2026-08-20' },
    };
    for (const [url, body] of [
      [`plans/${ids.plan}/goals`, easier],
      [`plans/${ids.plan}/amendments`, { effectiveFrom: '2026-03-09', goals: [easier] }],
      [`plans/${ids.plan}/end`, { lastDay: '2026-03-09', reason: 'Too hard' }],
    ] as const) {
      const answer = await send('aide', { method: 'POST', url, body, headers: { 'if-match': `"plan-${before.revision}"` } });
      expect([url, answer.statusCode]).toEqual([url, 403]);
    }
    expect(await get('case-manager', `plans/${ids.plan}`)).toEqual(before);
  });

  it('3: two people at one goal add up; neither count replaces the other', async () => {
    const at = { occurredAt: '2026-02-20T09:00:00-05:00' };
    const [first, second] = await Promise.all([
      post('aide', 'observations', seen('tablet-1', 3, at)),
      post('teacher', 'observations', seen('tablet-2', 8, at)),
    ]);
    expect([first.statusCode, second.statusCode]).toEqual([201, 201]);
    const { days } = await get('case-manager', await settled(`goals/${ids.goal}/progress`));
    expect(days.find(({ day }: { day: string }) => day === '2026-02-20')).toMatchObject({ sittings: 2, trials: 20, value: 55 });
  });

  it('4: looking makes nothing', async () => {
    const before = await api.platform.journal.head();
    const child = [`students/${ids.sam}`, 'profile', 'team', 'plan', 'plans', 'timeline', 'history', 'reads'].map((part, index, [base]) =>
      index === 0 ? base : `${base}/${part}`,
    );
    for (const url of [
      ...child,
      'me',
      'students',
      'staff',
      'schools',
      'classes',
      'caseload',
      'today',
      `plans/${ids.plan}`,
      `goals/${ids.goal}/progress`,
    ]) {
      expect([url, (await send('case-manager', { url: url ?? '' })).statusCode]).toEqual([url, 200]);
    }
    expect(await api.platform.journal.head()).toBe(before);
  });

  it('5: no question about one’s own children answers with others’', async () => {
    const strangers = [ids.kim, ids.kimsPlan, ids.kimsGoal, ids.kimsObservation];
    for (const role of ['case-manager', 'teacher', 'therapist', 'aide', 'coordinator', 'nurse', 'auditor'] as const) {
      for (const url of [
        'students?limit=200',
        'students?search=Kim',
        'caseload?limit=200',
        'today',
        `students/${ids.sam}/timeline?limit=200`,
      ]) {
        const text = (await send(role, { url })).payload;
        for (const stranger of strangers) expect([role, url, text.includes(stranger)]).toEqual([role, url, false]);
      }
    }
  });

  it('6: ids of several children in one request lead to none of the others', async () => {
    const mixed = [
      seen('mixed-1', 5, { student: ids.kim }),
      seen('mixed-2', 5, { plan: ids.kimsPlan }),
      seen('mixed-3', 5, { goal: ids.kimsGoal }),
      seen('mixed-4', 5, { plan: ids.kimsPlan, goal: ids.kimsGoal }),
      seen('mixed-5', 5, { student: ids.kim, plan: ids.kimsPlan, goal: ids.kimsGoal }),
    ];
    const records = mixed.map((one) => ({ kind: 'observation', ...one }));
    const { results } = (await post('aide', 'records', { records })).json();
    expect(results.map(({ result }: { result: string }) => result)).toEqual(mixed.map(() => 'refused'));
    for (const { id } of mixed) expect(await api.platform.journal.read(`observation-${id}`)).toEqual([]);
    const session = { id: nth('mixed-6'), student: ids.sam, plan: ids.kimsPlan, service: ids.service };
    const outcome = { kind: 'delivered', start: '2026-03-02T08:30:00-05:00', end: '2026-03-02T09:00:00-05:00', goals: [ids.kimsGoal] };
    expect((await post('therapist', 'sessions', { ...session, outcome })).statusCode).toBeGreaterThanOrEqual(400);
    expect((await post('therapist', 'sessions', { ...session, plan: ids.plan, outcome })).json().errors[0].pointer).toBe(
      '/outcome/goals/0',
    );
  });

  it.each([
    ['negative', -1],
    ['fractional', 2.5],
    ['huge', 1e9],
    ['text', '7'],
    ['nothing', null],
  ])('7: a %s count is refused and named', async (name, correct) => {
    const raw = { kind: 'percent-correct', correct, incorrect: 1, noResponse: 0 };
    const answer = await post('aide', 'observations', seen(`count-${name}`, 1, { raw }));
    expect([answer.statusCode, answer.json().errors[0].pointer]).toEqual([400, '/raw/correct']);
  });

  it('8: changing one plan leaves every other plan and its dates alone', async () => {
    const kims = () => send('case-manager', { url: `plans/${ids.kimsPlan}` }, other);
    const before = (await kims()).json();
    const { revision } = await get('case-manager', `plans/${ids.plan}`);
    const amendment = {
      effectiveFrom: '2026-03-09',
      agreement: { parent: 'Rita Rivermoss', agency: staffOf('case-manager'), on: '2026-03-02', reason: 'One accommodation fewer' },
      removed: [ids.accommodation],
      accommodations: [{ category: 'setting', use: 'instruction', label: 'Quiet corner', classes: [ids.class] }],
    };
    const headers = { 'if-match': `"plan-${revision}"` };
    expect((await send('case-manager', { method: 'POST', url: `plans/${ids.plan}/amendments`, body: amendment, headers })).statusCode).toBe(
      201,
    );
    expect((await kims()).json()).toEqual(before);
    const own = await get('case-manager', `plans/${ids.plan}`);
    expect(own.versions.map(({ effectiveFrom }: { effectiveFrom: string }) => effectiveFrom)).toEqual(['2025-09-01', '2026-03-09']);
  });

  it('9: what one has acknowledged shows as acknowledged, to both sides', async () => {
    const acknowledged = async () => (await get('aide', await settled('today'))).children[0].plans[0].acknowledged;
    expect(await acknowledged()).toBe(false);
    const missing = async () => (await get('coordinator', await settled('caseload'))).items[0].unacknowledged;
    const before = await missing();
    await post('aide', `plans/${ids.plan}/acknowledgements`, { planVersion: 1 });
    expect(await acknowledged()).toBe(true);
    expect(await missing()).toBe(before - 1);
  });

  it('10: who leaves a team was on it, and their records stay theirs', async () => {
    const { items } = await get('case-manager', `students/${ids.sam}/team`);
    const { assignment } = items.find(({ role }: { role: string }) => role === 'teacher');
    await post('case-manager', `students/${ids.sam}/team/${assignment}/end`, { lastDay: '2026-03-02', reason: 'Moved to another class' });
    const after = (await get('case-manager', await settled(`students/${ids.sam}/team`))).items;
    expect(after.find((one: { assignment: string }) => one.assignment === assignment)).toMatchObject({
      staff: staffOf('teacher'),
      from: '2025-08-01',
      to: '2026-03-02',
    });
    expect((await send('teacher', { url: `students/${ids.sam}` })).statusCode).toBe(404);
    expect((await timeline()).find(({ id }: { id: string }) => id === nth('hers'))).toMatchObject({ author: staffOf('teacher') });
  });

  it('11: where the child stands now is computed, and says from what', async () => {
    const progress = await get('case-manager', await settled(`goals/${ids.goal}/progress`));
    const last = progress.days.at(-1);
    expect(last.value).toEqual(expect.any(Number));
    expect(last).toMatchObject({ day: progress.lastDataDay, rule: 'pool@1' });
    expect(last.evidence.flatMap(({ events }: { events: string[] }) => events).length).toBeGreaterThan(0);
    const sam = (await get('aide', 'today')).children[0];
    expect(sam.goals[0]).toHaveProperty('records');
  });

  it('12: nothing counts that was refused, taken back or not yet promised', async () => {
    const before = await get('case-manager', await settled(`goals/${ids.goal}/progress`));
    await post('aide', 'observations', seen('taken-back', 0));
    await post('aide', `observations/${nth('taken-back')}/void`, { reason: 'Another child' });
    await post('aide', 'observations', seen('never', -4));
    const after = await get('case-manager', await settled(`goals/${ids.goal}/progress`));
    expect(after.days).toEqual(before.days);
    expect(after.voided).toEqual([expect.objectContaining({ record: nth('taken-back') })]);
    await post('case-manager', `students/${ids.sam}/plans`, { kind: '504', plan: nth('draft') });
    for (const url of [`students/${ids.sam}/plan`, `students/${ids.sam}/plans`, 'today', `plans/${nth('draft')}`])
      expect([url, (await send('aide', { url: await settled(url) })).payload.includes(`"plan":"${nth('draft')}"`)]).toEqual([url, false]);
  });
});
