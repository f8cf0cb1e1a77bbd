import { temporaryFolder } from '@foundation/testing';
import { Client, uuid } from '../support/client';
import { ADMINISTRATOR, employ, importRoster, Names, PASSWORD, setUp, signIn } from '../support/district';
import { Service } from '../support/service';

/** A Wednesday morning in New York, and the mornings after it. */
const WEDNESDAY = '2027-03-03T14:15:00.000Z';
const THURSDAY = '2027-03-04T14:15:00.000Z';
const TODAY = '2027-03-03';

interface Item {
  readonly id: string;
  readonly kind: string;
}

/**
 * One day of one child and everybody around him, over HTTP against the built service: what was promised, what was practised, what
 * progress came of it. The steps build on each other and stand in the order of the day.
 */
describe('a day in the life', () => {
  const folder = temporaryFolder();
  let service: Service;
  let admin: Client;
  let coordinator: Client;
  let caseManager: Client;
  let aide: Client;
  let therapist: Client;
  let elsewhere: Client;
  const id: Record<string, string> = {};
  const of = (name: string): string => {
    const known = id[name];
    if (known === undefined) throw new Error(`No ${name} yet`);
    return known;
  };
  const goals = { asks: uuid(), calls: uuid(), reads: uuid() };
  const accommodations = { breaks: uuid(), time: uuid(), seat: uuid(), aloud: uuid() };
  const speech = uuid();
  let etag = '';

  beforeAll(async () => {
    service = await Service.start({ data: folder, now: WEDNESDAY });
  });
  afterAll(() => service.stop('SIGKILL'));

  it('begins with the administrator and the roster: tried, imported, and again without a change', async () => {
    admin = await setUp(service);
    const tried = await importRoster(admin, 'lincoln-v1p1', true);
    const outcomes = new Set(tried.findings.map(({ outcome }: { outcome: string }) => outcome));
    expect([...outcomes].sort()).toEqual(['created', 'refused', 'warning']);
    for (const finding of tried.findings) {
      expect(finding.file).toMatch(/\.csv$/);
      if (finding.outcome === 'refused') expect(finding).toMatchObject({ line: expect.any(Number), why: expect.any(String) });
    }
    expect((await admin.read('students')).items).toEqual([]);
    const real = await importRoster(admin, 'lincoln-v1p1');
    expect(real.counts).toEqual(tried.counts);
    const again = await importRoster(admin, 'lincoln-v1p1');
    expect(again.counts).toMatchObject({ created: 0, changed: 0, left: 0, refused: real.counts.refused });
  });

  it('gives people their parts', async () => {
    const names = new Names(admin);
    for (const name of ['Abernathy', 'Tarrow', 'Quillfeather', 'Solace', 'Marshlight', 'Vanehollow']) id[name] = await names.staff(name);
    id.sam = await names.student('Rivermoss');
    id.kofi = await names.student('Braeburn');
    id.lincoln = await names.school('Lincoln Elementary');
    id.harbor = await names.school('Harbor Middle School');
    for (const title of ['Math 3A', 'Reading 3A', 'Homeroom 3A']) id[title] = await names.class(title);

    coordinator = await employ(admin, of('Abernathy'), 'abernathy', { role: 'coordinator', schools: [of('lincoln')] });
    caseManager = await employ(admin, of('Tarrow'), 'tarrow', { role: 'case-manager' });
    aide = await employ(admin, of('Quillfeather'), 'quillfeather', { role: 'aide' });
    therapist = await employ(admin, of('Solace'), 'solace', { role: 'therapist', discipline: 'speech', schools: [of('lincoln')] });
    elsewhere = await employ(admin, of('Vanehollow'), 'vanehollow', { role: 'aide' });

    const team = `students/${of('sam')}/team`;
    await admin.do(team, { staff: of('Tarrow'), role: 'case-manager' });
    const assigned = await admin.do(team, { staff: of('Quillfeather'), role: 'aide' });
    id.assignment = assigned.id;
    await admin.do(team, { staff: of('Solace'), role: 'therapist', discipline: 'speech' });
    const { items } = await caseManager.read(team);
    expect(items.map((one: { role: string; from: string }) => [one.role, one.from])).toEqual(
      expect.arrayContaining([
        ['case-manager', TODAY],
        ['aide', TODAY],
        ['therapist', TODAY],
      ]),
    );
  });

  it('opens the case and writes the profile', async () => {
    await caseManager.do(`students/${of('sam')}/case`, {});
    const written = await caseManager.put(`students/${of('sam')}/profile`, {
      strengths: ['Remembers every song'],
      helps: ['A two-minute warning'],
      avoid: ['Touching from behind'],
      visualSupports: ['First / then card'],
    });
    expect(written.status).toBe(200);
    const over = await caseManager.put(`students/${of('sam')}/profile`, { strengths: ['Overwritten unseen'] });
    expect([over.status, over.body.type]).toEqual([428, '/problems/precondition-required']);
  });

  it('drafts an IEP, and every missing piece is named until it is complete', async () => {
    const drafted = await caseManager.do(`students/${of('sam')}/plans`, { kind: 'iep' });
    id.plan = drafted.id;
    const plan = `plans/${of('plan')}`;
    const activation = { effectiveFrom: '2027-02-15', meetingOn: '2027-02-11', evaluatedOn: '2026-01-20' };
    const activate = async () => {
      const { headers } = await caseManager.get(plan);
      return caseManager.post(`${plan}/activate`, activation, { 'if-match': headers.get('etag') ?? '' });
    };

    const empty = await activate();
    expect([empty.status, empty.body.type]).toEqual([422, '/problems/plan-incomplete']);
    const pointers = (answer: typeof empty) => answer.body.errors.map(({ pointer }: { pointer: string }) => pointer);
    expect(pointers(empty)).toContain('/presentLevels');
    expect((await caseManager.post(`${plan}/activate`, activation)).status).toBe(428);

    const classes = [of('Math 3A'), of('Reading 3A'), of('Homeroom 3A')];
    const target = (value: number) => ({ target: { value, on: '2028-02-11' }, reporting: 'quarterly' });
    await caseManager.do(`${plan}/goals`, {
      goal: goals.asks,
      area: 'communication',
      statement: 'Given a hard task, Sam will ask for help without a prompt in 8 of 10 chances.',
      label: 'Asks for help',
      better: 'up',
      classes,
    });
    const bare = await activate();
    expect(pointers(bare)).toEqual(
      expect.arrayContaining(['measure', 'criterion', 'target', 'reporting'].map((field) => `/goals/${goals.asks}/${field}`)),
    );

    await caseManager.do(`${plan}/goals`, {
      goal: goals.asks,
      area: 'communication',
      statement: 'Given a hard task, Sam will ask for help without a prompt in 8 of 10 chances.',
      label: 'Asks for help',
      better: 'up',
      measure: { kind: 'prompted-trials' },
      criterion: { comparator: 'at-least', value: 80, times: 3, outOf: 4, per: 'days', minimumTrials: 5 },
      classes,
      ...target(80),
    });
    await caseManager.do(`${plan}/goals`, {
      goal: goals.calls,
      area: 'behaviour',
      statement: 'Sam will call out at most twice an hour.',
      label: 'Calls out',
      better: 'down',
      measure: { kind: 'frequency', value: 'per-hour' },
      criterion: { comparator: 'at-most', value: 2, times: 4, outOf: 5, per: 'days' },
      classes,
      ...target(2),
    });
    await caseManager.do(`${plan}/goals`, {
      goal: goals.reads,
      area: 'reading',
      statement: 'Sam will read 92 words correct per minute.',
      label: 'Reads aloud',
      better: 'up',
      measure: { kind: 'oral-reading' },
      baseline: { value: 58, on: '2027-02-11' },
      criterion: { comparator: 'at-least', value: 92, times: 2, outOf: 3, per: 'sessions' },
      classes: [of('Reading 3A')],
      ...target(92),
    });
    const promise = (accommodation: string, category: string, label: string, within: readonly string[]) =>
      caseManager.do(`${plan}/accommodations`, { accommodation, category, use: 'instruction', label, classes: within });
    await promise(accommodations.breaks, 'timing-scheduling', 'Movement breaks', classes);
    await promise(accommodations.time, 'timing-scheduling', 'Extra time', [of('Math 3A'), of('Reading 3A')]);
    await promise(accommodations.seat, 'setting', 'Seat near the teacher', classes);
    await promise(accommodations.aloud, 'presentation', 'Directions read aloud', [of('Math 3A')]);
    const line = {
      service: speech,
      discipline: 'speech',
      start: '2027-02-15',
      frequency: { sessions: 2, per: 'week' },
      delivery: 'either',
    };
    await caseManager.do(`${plan}/services`, line);
    const unkept = await activate();
    expect(pointers(unkept)).toEqual(
      expect.arrayContaining(['/presentLevels', `/services/${speech}/minutes`, `/services/${speech}/location`]),
    );

    await caseManager.do(`${plan}/services`, { ...line, minutes: 30, location: 'Therapy room' });
    await caseManager.do(`${plan}/present-levels`, { presentLevels: 'Reads 58 words per minute; asks for help when prompted.' });
    const active = await activate();
    expect([active.status, active.body]).toEqual([201, expect.objectContaining({ id: of('plan') })]);
    etag = active.headers.get('etag') ?? '';
    const stale = await caseManager.post(`${plan}/end`, { lastDay: '2027-06-11', reason: 'Too early' }, { 'if-match': '"plan-1"' });
    expect([stale.status, stale.body.type]).toEqual([412, '/problems/stale']);
  });

  it('shows the aide Sam under today, with what to do, and takes the acknowledgement', async () => {
    const { children } = await aide.read('today');
    expect(children).toHaveLength(1);
    const [sam] = children;
    expect(sam).toMatchObject({ student: of('sam'), firstName: 'Sam', hasProfile: true });
    expect(sam.goals.map((one: { label: string }) => one.label).sort()).toEqual(['Asks for help', 'Calls out', 'Reads aloud']);
    expect(sam.accommodations).toHaveLength(9);
    expect(new Set(sam.accommodations.map((one: { state: { kind: string } }) => one.state.kind))).toEqual(new Set(['unlogged']));
    expect(sam.plans).toEqual([{ plan: of('plan'), version: 1, acknowledged: false }]);
    await aide.do(`plans/${of('plan')}/acknowledgements`, { planVersion: 1 });
    expect((await aide.read('today')).children[0].plans[0].acknowledged).toBe(true);
  });

  const place = () => ({ student: of('sam'), plan: of('plan') });
  const trials = uuid();
  const entry = uuid();

  it('records twelve trials, a count in a window, a zero in a window and two accommodations, one of them twice', async () => {
    const independent = Array.from({ length: 7 }, () => ({ response: 'correct', prompt: 'independent' }));
    const prompted = [
      { response: 'correct', prompt: 'gestural' },
      { response: 'correct', prompt: 'verbal' },
      { response: 'incorrect', prompt: 'verbal' },
      { response: 'correct', prompt: 'model' },
      { response: 'no-response', prompt: 'independent' },
    ];
    const twelve = { id: trials, ...place(), goal: goals.asks, occurredAt: '2027-03-03T08:40:00-05:00' };
    const raw = { kind: 'prompted-trials', trials: [...independent, ...prompted] };
    await aide.do('observations', { ...twelve, raw, context: { setting: 'Room 12', activity: 'Math centre' } });

    const window = (count: number, at: string) => ({
      kind: 'observation',
      id: uuid(),
      ...place(),
      goal: goals.calls,
      occurredAt: at,
      raw: { kind: 'frequency', count, observedMinutes: 40 },
    });
    const provided = { kind: 'provided', outcome: 'used' };
    const logged = {
      kind: 'accommodation-entry',
      id: entry,
      ...place(),
      accommodation: accommodations.breaks,
      class: of('Math 3A'),
      on: TODAY,
    };
    const other = { ...logged, id: uuid(), accommodation: accommodations.time, state: { kind: 'not-provided', why: 'no-materials' } };
    const records = [window(6, '2027-03-03T08:00:00-05:00'), window(0, '2027-03-03T09:00:00-05:00'), { ...logged, state: provided }, other];
    const sent = await aide.do('records', { records });
    expect(sent.results.map(({ result }: { result: string }) => result)).toEqual(['recorded', 'recorded', 'recorded', 'recorded']);

    const secondTablet = await signIn(new Client(service.url), 'quillfeather');
    const twice = await secondTablet.do('records', { records: [{ ...logged, state: provided }] });
    expect(twice.results[0]).toMatchObject({ id: entry, result: 'duplicate' });

    const [sam] = (await aide.read('today')).children;
    const states = sam.accommodations.filter((one: { state: { kind: string } }) => one.state.kind !== 'unlogged');
    expect(states.map((one: { state: { kind: string } }) => one.state.kind).sort()).toEqual(['not-provided', 'provided']);
    const goal = (name: string) => sam.goals.find((one: { goal: string }) => one.goal === name);
    expect(goal(goals.asks)).toMatchObject({ records: 1, trials: 11, value: (100 * 7) / 11 });
    expect(goal(goals.calls)).toMatchObject({ records: 2, value: (6 / 80) * 60 });
    expect(goal(goals.reads)).not.toHaveProperty('value');
    const lines = (await aide.read(`students/${of('sam')}/timeline?kind=accommodation-entry`)).items;
    expect(lines).toHaveLength(2);
  });

  it('corrects one entry; the original stays visible', async () => {
    const correction = { state: { kind: 'provided', outcome: 'refused' }, reason: 'He did not want the break' };
    await aide.do(`accommodation-entries/${entry}/corrections`, correction);
    const { items } = await aide.read(`students/${of('sam')}/timeline?kind=accommodation-entry`);
    const line = items.find((one: Item) => one.id === entry);
    expect(line).toMatchObject({ status: 'corrected', detail: { state: { kind: 'provided', outcome: 'refused' } } });
    expect(line.history).toEqual([
      expect.objectContaining({
        kind: 'corrected',
        reason: correction.reason,
        before: expect.objectContaining({ state: { kind: 'provided', outcome: 'used' } }),
      }),
    ]);
    const overwritten = await aide.post('accommodation-entries', {
      id: entry,
      ...place(),
      accommodation: accommodations.breaks,
      class: of('Math 3A'),
      on: TODAY,
      state: { kind: 'not-applicable' },
    });
    expect([overwritten.status, overwritten.body.type]).toEqual([422, '/problems/id-reused']);
  });

  it('lets the therapist deliver one session with goal data and a note, and miss one with a reason', async () => {
    const reading = {
      kind: 'observation',
      id: uuid(),
      ...place(),
      goal: goals.reads,
      occurredAt: '2027-03-03T08:55:00-05:00',
      raw: { kind: 'oral-reading', attempted: 64, errors: 4, seconds: 60 },
    };
    id.session = uuid();
    const delivered = {
      kind: 'session',
      id: of('session'),
      ...place(),
      service: speech,
      outcome: {
        kind: 'delivered',
        start: '2027-03-03T08:40:00-05:00',
        end: '2027-03-03T09:10:00-05:00',
        location: 'Therapy room',
        goals: [goals.reads],
        note: { subjective: 'Eager', objective: '60 words correct', assessment: 'Steady', plan: 'Longer passages' },
      },
    };
    const missed = {
      kind: 'session',
      id: uuid(),
      ...place(),
      service: speech,
      outcome: {
        kind: 'missed',
        plannedStart: '2027-03-01T08:40:00-05:00',
        plannedSeconds: 1800,
        reason: 'student-absent',
        familyTold: true,
      },
    };
    const { results } = await therapist.do('records', { records: [reading, delivered, missed] });
    expect(results.map(({ result }: { result: string }) => result)).toEqual(['recorded', 'recorded', 'recorded']);
    const unexplained = { ...missed, id: uuid(), outcome: { ...missed.outcome, reason: undefined } };
    expect((await therapist.do('records', { records: [unexplained] })).results[0].problem).toMatchObject({ status: 400 });
  });

  it('shows the case manager progress and timeline, the coordinator her caseload', async () => {
    const asks = await caseManager.read(`goals/${goals.asks}/progress`);
    expect(asks).toMatchObject({ label: 'Asks for help', records: 1, trials: 11, lastDataDay: TODAY });
    expect(asks.days[0]).toMatchObject({ day: TODAY, rule: 'pool@1', value: (100 * 7) / 11, unit: '%', sittings: 1 });
    expect(asks.prompts).toMatchObject({ independent: 7, gestural: 1, verbal: 2, model: 1 });
    expect(asks.days[0].evidence[0]).toMatchObject({ record: trials, observer: of('Quillfeather'), events: [expect.any(String)] });
    const calls = await caseManager.read(`goals/${goals.calls}/progress`);
    expect(calls.days[0]).toMatchObject({ value: 4.5, unit: 'per hour', sittings: 2, observedSeconds: 4800 });
    const reads = await caseManager.read(`goals/${goals.reads}/progress`);
    expect(reads.baseline).toMatchObject({ value: 58, rule: 'baseline-stated@1' });
    expect(reads.aimLine.slopePerWeek).toBeCloseTo((92 - 58) / (365 / 7));
    expect(reads.days[0]).toMatchObject({ value: 60, unit: 'words correct per minute' });

    const timeline = await caseManager.read(`students/${of('sam')}/timeline?from=2027-03-01&to=${TODAY}&limit=200`);
    const kinds = timeline.items.map(({ kind }: Item) => kind);
    expect(kinds.filter((kind: string) => kind === 'session')).toHaveLength(2);
    const session = timeline.items.find((one: Item) => one.id === of('session'));
    expect(session.note).toMatchObject({ assessment: 'Steady' });
    const days = timeline.items.map(({ day }: { day: string }) => day);
    expect(days).toEqual([...days].sort().reverse());
    const forAide = await aide.read(`students/${of('sam')}/timeline?limit=200`);
    expect(JSON.stringify(forAide)).not.toContain('Steady');

    const caseload = await coordinator.read('caseload');
    expect(caseload.items).toHaveLength(1);
    expect(caseload.items[0]).toMatchObject({
      student: { student: of('sam') },
      lastDataDay: TODAY,
      week: { start: '2027-03-01', delivered: 1, missed: 1, deliveredSeconds: 1800, plannedMinutes: 60 },
      due: { annualReview: '2028-02-11', reevaluation: '2029-01-20' },
    });
    expect(caseload.items[0].goals).toHaveLength(3);
  });

  it('gives a substitute the one-screen profile at once and the day, and refuses everybody else everything', async () => {
    const substitute = await employ(admin, of('Marshlight'), 'marshlight', { role: 'aide' });
    expect((await substitute.get(`students/${of('sam')}`)).status).toBe(404);
    const cover = { staff: of('Marshlight'), role: 'aide', from: TODAY, to: TODAY, coveringFor: of('assignment') };
    await coordinator.do(`students/${of('sam')}/team`, cover);
    const { profile } = await substitute.read(`students/${of('sam')}/profile`);
    expect(profile.helps).toEqual(['A two-minute warning']);
    expect((await substitute.read('today')).children[0]).toMatchObject({ student: of('sam'), parts: [{ role: 'aide', covering: true }] });
    const seat = { id: uuid(), ...place(), accommodation: accommodations.seat, class: of('Reading 3A'), on: TODAY };
    await substitute.do('accommodation-entries', { ...seat, state: { kind: 'provided', outcome: 'used' } });

    const sam = `students/${of('sam')}`;
    const hidden = [
      sam,
      `${sam}/profile`,
      `${sam}/team`,
      `${sam}/plan`,
      `${sam}/plans`,
      `${sam}/timeline`,
      `${sam}/history`,
      `${sam}/reads`,
    ];
    for (const path of [...hidden, `plans/${of('plan')}`, `goals/${goals.asks}/progress`]) {
      expect([path, (await elsewhere.get(path)).status]).toEqual([path, 404]);
    }
    const writes: [string, object][] = [
      [
        'observations',
        {
          id: uuid(),
          ...place(),
          goal: goals.calls,
          occurredAt: '2027-03-03T08:00:00-05:00',
          raw: { kind: 'frequency', count: 1, observedMinutes: 5 },
        },
      ],
      ['accommodation-entries', { ...seat, id: uuid(), state: { kind: 'not-applicable' } }],
      [`accommodation-entries/${entry}/corrections`, { state: { kind: 'not-applicable' }, reason: 'Not mine' }],
      [`accommodation-entries/${entry}/void`, { reason: 'Not mine' }],
      [`plans/${of('plan')}/acknowledgements`, { planVersion: 1 }],
      [`${sam}/team`, { staff: of('Vanehollow'), role: 'aide' }],
      [`${sam}/erase`, { reason: 'requested' }],
    ];
    for (const [path, body] of writes) expect([path, (await elsewhere.post(path, body)).status]).toEqual([path, 404]);
    expect((await elsewhere.read('today')).children).toEqual([]);
    expect((await elsewhere.read('students')).items).toEqual([]);
    expect((await elsewhere.get('caseload')).status).toBe(403);
  });

  it('amends the plan by agreement: last week stays as it was owed, next week is new', async () => {
    const plan = `plans/${of('plan')}`;
    const change = {
      effectiveFrom: '2027-03-08',
      services: [
        {
          service: speech,
          discipline: 'speech',
          start: '2027-02-15',
          frequency: { sessions: 3, per: 'week' },
          minutes: 30,
          location: 'Therapy room',
          delivery: 'either',
        },
      ],
    };
    etag = (await caseManager.get(plan)).headers.get('etag') ?? '';
    const without = await caseManager.post(`${plan}/amendments`, change, { 'if-match': etag });
    expect([without.status, without.body.type]).toEqual([422, '/problems/agreement-missing']);
    const agreement = { parent: 'Rita Rivermoss', agency: of('Tarrow'), on: '2027-03-02', reason: 'More speech after the winter review' };
    const amended = await caseManager.post(`${plan}/amendments`, { ...change, agreement }, { 'if-match': etag });
    expect(amended.status).toBe(201);
    const past = await caseManager.post(
      `${plan}/amendments`,
      { ...change, agreement, effectiveFrom: '2027-02-22' },
      { 'if-match': amended.headers.get('etag') ?? '' },
    );
    expect([past.status, past.body.type]).toEqual([422, '/problems/amendment-in-the-past']);

    const owedOn = async (on: string) => {
      const { inForce } = await caseManager.read(`students/${of('sam')}/plan?on=${on}`);
      const { version, services, agreement: named, clocks } = inForce[0];
      return { version, minutes: services[0].obligation.minutes, parent: named?.parent, annualReview: clocks.annualReviewDue };
    };
    expect(await owedOn('2027-02-24')).toEqual({ version: 1, minutes: 60, parent: undefined, annualReview: '2028-02-11' });
    expect(await owedOn('2027-03-10')).toEqual({ version: 2, minutes: 90, parent: 'Rita Rivermoss', annualReview: '2028-02-11' });
    const asOf = encodeURIComponent('2027-03-03T09:15:00-05:00');
    const known = await caseManager.read(`students/${of('sam')}/plan?on=2027-03-10&asOf=${asOf}`);
    expect(known.inForce).toEqual([]);
  });

  it('loses nothing acknowledged when it is killed in the middle of writing', async () => {
    const acknowledged: string[] = [];
    let killed = false;
    const tablet = async () => {
      while (!killed) {
        const one = uuid();
        const body = {
          id: one,
          ...place(),
          goal: goals.calls,
          occurredAt: '2027-03-03T09:05:00-05:00',
          raw: { kind: 'frequency', count: 1, observedMinutes: 5 },
        };
        const answer = await aide.post('observations', body).catch(() => undefined);
        if (answer?.status === 201) acknowledged.push(one);
      }
    };
    const tablets = [tablet(), tablet(), tablet(), tablet()];
    const until = Date.now() + 20_000;
    while (acknowledged.length < 200 && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 5));
    await service.stop('SIGKILL');
    killed = true;
    expect(acknowledged.length).toBeGreaterThanOrEqual(200);
    await Promise.all(tablets);

    service = await Service.start({ data: folder, now: THURSDAY });
    const manager = await signIn(new Client(service.url), 'tarrow');
    const found = new Set<string>();
    let cursor = '';
    do {
      const page = await manager.read(`students/${of('sam')}/timeline?kind=observation&limit=200${cursor && `&cursor=${cursor}`}`);
      for (const item of page.items as Item[]) found.add(item.id);
      cursor = page.next ?? '';
    } while (cursor);
    expect(acknowledged.filter((one) => !found.has(one))).toEqual([]);
    expect(found.has(trials)).toBe(true);
  });

  it('shows the substitute nothing on the next day, and the team all of it', async () => {
    const substitute = await signIn(new Client(service.url), 'marshlight');
    for (const path of [`students/${of('sam')}`, `students/${of('sam')}/profile`, `students/${of('sam')}/timeline`]) {
      expect([path, (await substitute.get(path)).status]).toEqual([path, 404]);
    }
    expect((await substitute.read('today')).children).toEqual([]);
    const mine = await signIn(new Client(service.url), 'quillfeather');
    expect((await mine.read('today')).children).toHaveLength(1);
    const readers = await (await signIn(new Client(service.url), 'abernathy')).read(`students/${of('sam')}/reads?limit=200`);
    const names = new Set(readers.items.map((one: { staff: string }) => one.staff));
    for (const name of ['Marshlight', 'Tarrow', 'Quillfeather']) expect(names).toContain(of(name));
    expect(names).not.toContain(of('Vanehollow'));
    expect(await new Client(service.url).signIn(ADMINISTRATOR, PASSWORD)).toMatchObject({ status: 200 });
  });
});
