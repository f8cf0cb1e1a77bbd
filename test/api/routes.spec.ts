import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openApiDocument } from '@apps/api';
import { newId } from '@foundation/kernel';
import { temporaryFolder } from '@foundation/testing';
import { clientOf, fillWorld, ids, openApi, type OpenApi, staffOf } from './world';

describe('routes', () => {
  let api: OpenApi;
  let send: ReturnType<typeof clientOf>;
  const folder = temporaryFolder();
  beforeAll(async () => {
    api = await openApi(folder);
    await fillWorld(api);
    send = clientOf(api);
  });
  afterAll(() => api.close());

  it('gives the same answer to the same Idempotency-Key and body, and 422 to another body', async () => {
    const key = { 'idempotency-key': 'draft of the fall' };
    const post = (kind: string) => send('case-manager', { method: 'POST', url: `students/${ids.sam}/plans`, body: { kind }, headers: key });
    const first = await post('504');
    const second = await post('504');
    expect(first.statusCode).toBe(201);
    expect([second.statusCode, second.json()]).toEqual([201, first.json()]);
    expect((await post('iep')).json()).toMatchObject({ status: 422, type: '/problems/id-reused' });
  });

  it('takes an Idempotency-Key at another address as another command', async () => {
    const key = { 'idempotency-key': newId() };
    const post = (url: string, body: object) => send('case-manager', { method: 'POST', url, body, headers: key });
    expect((await post(`students/${ids.sam}/guardians`, { name: 'Rita', relationship: 'mother' })).statusCode).toBe(201);
    const elsewhere = await post(`students/${ids.sam}/plans`, { kind: '504' });
    expect(elsewhere.statusCode).toBe(201);
    const events = await api.platform.journal.readStudent(ids.sam);
    expect(new Set(events.map((event) => event.id)).size).toBe(events.length);
  });

  it('guards a plan by its ETag', async () => {
    const url = `plans/${ids.plan}`;
    const read = await send('case-manager', { url });
    const etag = String(read.headers.etag);
    expect(etag).toMatch(/^"plan-\d+"$/);
    expect((await send('case-manager', { url, headers: { 'if-none-match': etag } })).statusCode).toBe(304);
    const end = (headers: Record<string, string>) =>
      send('case-manager', { method: 'POST', url: `${url}/end`, body: { lastDay: '2026-08-28', reason: 'Replaced' }, headers });
    expect((await end({})).statusCode).toBe(428);
    expect((await end({ 'if-match': '"plan-1"' })).statusCode).toBe(412);
    expect((await end({ 'if-match': etag })).statusCode).toBe(201);
  });

  it('wants If-Match for a profile that exists', async () => {
    const url = `students/${ids.sam}/profile`;
    const put = (headers: Record<string, string>) => send('case-manager', { method: 'PUT', url, body: { helps: ['Songs'] }, headers });
    expect((await put({})).statusCode).toBe(428);
    const { headers } = await send('aide', { url });
    expect((await put({ 'if-match': String(headers.etag) })).statusCode).toBe(200);
    expect((await put({ 'if-match': String(headers.etag) })).statusCode).toBe(412);
    expect((await send('aide', { url })).json().profile).toMatchObject({ helps: ['Songs'], strengths: [] });
  });

  it('shows each role its part of the plan', async () => {
    const [whole] = (await send('case-manager', { url: `students/${ids.sam}/plan` })).json().inForce;
    const [part] = (await send('aide', { url: `students/${ids.sam}/plan` })).json().inForce;
    expect(whole.presentLevels).toContain('58 words');
    expect(part.presentLevels).toBeUndefined();
    expect(part.goals).toHaveLength(1);
    const before = await send('case-manager', { url: `students/${ids.sam}/plan?asOf=2026-01-01T00:00:00-05:00` });
    expect(before.json().inForce).toEqual([]);
  });

  it('answers the overviews', async () => {
    expect((await send('aide', { url: 'today' })).json().children[0]).toMatchObject({ student: ids.sam, firstName: 'Sam' });
    expect((await send('coordinator', { url: 'caseload' })).json().items).toHaveLength(1);
    expect((await send('case-manager', { url: `goals/${ids.goal}/progress` })).statusCode).toBe(200);
    expect((await send('case-manager', { url: `students/${ids.sam}/history?limit=2` })).headers.link).toContain('rel="next"');
    expect((await send('administrator', { url: 'students' })).json().items).toHaveLength(2);
    expect((await send('aide', { url: 'students?search=sam' })).json().items).toHaveLength(1);
    expect((await send('aide', { url: 'me' })).json()).toMatchObject({ role: 'aide', today: '2026-03-03', roles: ['aide'] });
    for (const url of ['students?cursor=nonsense', 'students?limit=0', 'students?limit=500', 'students?x=1']) {
      expect((await send('administrator', { url })).json()).toMatchObject({ status: 400, type: '/problems/invalid-request' });
    }
  });

  it('keeps a record of reads', async () => {
    await send('therapist', { url: `students/${ids.sam}/profile` });
    const { items } = (await send('coordinator', { url: `students/${ids.sam}/reads` })).json();
    expect(items).toContainEqual(expect.objectContaining({ staff: staffOf('therapist'), role: 'therapist', what: 'profile.read' }));
  });

  it('waits for a position, and refuses one of another log or that nobody wrote', async () => {
    const url = (after: string) => ({ url: `schools?after=${after}` });
    const head = `${api.platform.journal.logId.slice(0, 8)}.${await api.platform.journal.head()}`;
    expect((await send('aide', url(head))).statusCode).toBe(200);
    expect((await send('aide', url('ffffffff.1'))).statusCode).toBe(400);
    const late = await send('aide', url(`${head}000`));
    expect([late.statusCode, late.headers['retry-after']]).toEqual([503, '1']);
  });

  it('imports a roster: dry run, then for real', async () => {
    const orgs = 'sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\nnew-1,,,Willow Grove,school,,\n';
    const body = (dryRun: boolean) => ({ dryRun, files: [{ name: 'orgs.csv', content: orgs }] });
    expect((await send('aide', { method: 'POST', url: 'roster/imports', body: body(true) })).statusCode).toBe(403);
    const begun = await send('administrator', { method: 'POST', url: 'roster/imports', body: body(true) });
    expect(begun.statusCode).toBe(202);
    await api.imports.idle();
    const status = await send('administrator', { url: String(begun.headers.location) });
    expect(status.json()).toMatchObject({ status: 'finished', report: { dryRun: true } });
  });

  it('puts no name into its log lines', () => {
    expect(api.lines.length).toBeGreaterThan(10);
    expect(api.lines.join('')).not.toMatch(/Rivermoss|Quillfeather|search=|Sam\b/);
  });

  it('tells of changes by id, to those who may know', async () => {
    await api.app.listen(0, '127.0.0.1');
    const { port } = api.app.getHttpServer().address() as AddressInfo;
    const listen = (role: 'aide' | 'case-manager', until: string) =>
      new Promise<string>((resolve, reject) => {
        const token = api.platform.tokens.issue(staffOf(role), role, newId());
        const headers = { authorization: `Bearer ${token}`, 'last-event-id': `${api.platform.journal.logId.slice(0, 8)}.0` };
        let text = '';
        const sent = request({ host: '127.0.0.1', port, path: '/api/v1/changes', headers }, (response) => {
          response.on('data', (chunk: Buffer) => {
            text += chunk.toString();
            if (!text.includes(until)) return;
            sent.destroy();
            resolve(text);
          });
          response.on('error', () => undefined);
        });
        sent.on('error', (error) => (text.includes(until) ? undefined : reject(error)));
        sent.end();
      });
    const text = await listen('aide', ids.session);
    expect(text).toContain(`"student":"${ids.sam}"`);
    expect(text).not.toContain(ids.kim);
    expect(text).toMatch(/^retry: 3000\n\nid: [0-9a-f]{8}\.\d+\nevent: change\ndata: \{"kind":/);
    expect(text).not.toContain('Rivermoss');
  });

  it('erases a child', async () => {
    const erase = (reason: string) => send('administrator', { method: 'POST', url: `students/${ids.sam}/erase`, body: { reason } });
    expect((await erase('because')).statusCode).toBe(400);
    expect((await erase('requested')).statusCode).toBe(200);
    expect((await erase('requested')).json()).toEqual({ student: ids.sam, erased: true });
    expect(
      (await send('coordinator', { method: 'POST', url: `students/${ids.sam}/erase`, body: { reason: 'requested' } })).statusCode,
    ).toBe(404);
    expect((await send('case-manager', { url: `students/${ids.sam}` })).statusCode).toBe(404);
    expect((await send('coordinator', { url: 'caseload' })).json().items).toEqual([]);
  });
});

describe('accounts over HTTP', () => {
  let api: OpenApi;
  const folder = temporaryFolder();
  beforeAll(async () => {
    api = await openApi(folder);
  });
  afterAll(() => api.close());

  it('sets up the first administrator once, who invites a person', async () => {
    const post = (url: string, body: unknown, headers: Record<string, string> = {}) =>
      api.app.inject({
        method: 'POST',
        url: `/api/v1/${url}`,
        payload: JSON.stringify(body),
        headers: { 'content-type': 'application/json', ...headers },
      });
    const link = await api.platform.accounts.offerSetup({ correlationId: 'start' });
    const first = {
      token: link?.token,
      givenName: 'Ada',
      familyName: 'Brightwater',
      signInName: 'ada@lincoln.example',
      password: 'seven lamps by the river',
    };
    expect((await post('setup', { ...first, password: 'password1234' })).json()).toMatchObject({
      status: 422,
      type: '/problems/password-not-safe',
    });
    expect((await post('setup', first)).statusCode).toBe(201);
    expect((await post('setup', first)).statusCode).toBe(409);

    const { signInName, password } = first;
    const signedIn = await post('sign-in', { signInName, password });
    expect(signedIn.json()).toMatchObject({ role: 'administrator', roles: ['administrator'] });
    const [cookie] = signedIn.cookies;
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/api/v1' });
    const bearer = { authorization: `Bearer ${signedIn.json().accessToken}` };

    const added = await post('staff', { givenName: 'Ana', familyName: 'Quillfeather', schools: [] }, bearer);
    const { id } = added.json();
    await post(`staff/${id}/roles`, { role: 'aide' }, bearer);
    const invited = await post(`staff/${id}/invitation`, { signInName: 'ana@lincoln.example' }, bearer);
    expect(invited.statusCode).toBe(201);
    expect((await post('invitations/accept', { token: invited.json().token, password: 'green boats at nine' })).statusCode).toBe(204);
    expect((await post('sign-in', { signInName: 'ana@lincoln.example', password: 'green boats at nine' })).json().role).toBe('aide');

    const renewed = await post('refresh', {}, { cookie: `${cookie?.name}=${cookie?.value}` });
    expect(renewed.statusCode).toBe(200);
    const next = renewed.cookies[0];
    expect((await post('sign-out', undefined as never, { cookie: `${next?.name}=${next?.value}` })).statusCode).toBe(204);
    expect((await post('refresh', {}, { cookie: `${next?.name}=${next?.value}` })).statusCode).toBe(401);
    expect((await post(`staff/${signedIn.json().staff}/remove`, { reason: 'x' }, bearer)).statusCode).toBe(401);
  });

  it('answers wrong passwords alike, then slows them down', async () => {
    const tried = async (signInName: string) => {
      const answer = await api.app.inject({
        method: 'POST',
        url: '/api/v1/sign-in',
        payload: { signInName, password: 'wrong wrong wrong' },
      });
      return answer.statusCode === 429 ? 429 : answer.json().detail;
    };
    expect(await tried('nobody@lincoln.example')).toBe(await tried('ana@lincoln.example'));
    const answers = [];
    for (let count = 0; count < 8; count += 1) answers.push(await tried('ana@lincoln.example'));
    expect(answers.at(-1)).toBe(429);
  });

  it('serves health, documentation and every problem type', async () => {
    for (const url of [
      '/health/live',
      '/api/v1/health/live',
      '/health/ready',
      '/api/v1/health/ready',
      '/api/docs',
      '/setup',
      '/problems',
    ]) {
      expect([url, (await api.app.inject({ url })).statusCode]).toEqual([url, 200]);
    }
    expect((await api.app.inject({ url: '/' })).headers.location).toBe('/api/docs');
    expect((await api.app.inject({ url: '/problems/plan-incomplete' })).json()).toMatchObject({ status: 422 });
    expect((await api.app.inject({ url: '/problems/none' })).statusCode).toBe(404);
    const served = await api.app.inject({ url: '/api/openapi.json' });
    expect(served.json()).toEqual(JSON.parse(JSON.stringify(openApiDocument(api.app))));
    expect(JSON.stringify(openApiDocument(api.app))).toBe(JSON.stringify(openApiDocument(api.app)));
    expect(Object.keys(served.json().paths).length).toBeGreaterThan(45);
  });
});
