import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openApiDocument } from '@apps/api';
import { newId, type Role, ROLES } from '@foundation/kernel';
import { temporaryFolder } from '@foundation/testing';
import { ApiDocument, type Operation } from './document';
import { endings, measured, rosterFiles, type Write, writes } from './story';
import { clientOf, fillWorld, ids, openApi, type OpenApi, staffOf } from './world';

const JSON_TYPE = 'application/json';
const PROBLEM_TYPE = 'application/problem+json';

describe('the API document', () => {
  let api: OpenApi;
  let send: ReturnType<typeof clientOf>;
  let document: ApiDocument;
  /** Operations that have answered JSON as documented. */
  const proven = new Set<string>();
  const folder = temporaryFolder();
  beforeAll(async () => {
    api = await openApi(folder);
    await fillWorld(api);
    send = clientOf(api);
    document = new ApiDocument(JSON.parse(JSON.stringify(openApiDocument(api.app))));
  });
  afterAll(() => api.close());

  const successes = ({ piece }: Operation) => Object.keys(piece.responses).filter((status) => /^2\d\d$/.test(status));
  const nameOf = ({ method, path }: Operation) => `${method} ${path}`;
  const answersJson = (operation: Operation) =>
    successes(operation).some((status) => document.answerOf(operation, status)?.piece.content?.[JSON_TYPE]);

  it('says of every operation what it answers, with an example', () => {
    const silent = document.operations().flatMap((operation) => {
      const statuses = successes(operation);
      if (statuses.length === 0) return [`${nameOf(operation)}: no 2xx`];
      return statuses.flatMap((status) => {
        if (status === '204') return [];
        const media = Object.values(document.answerOf(operation, status)?.piece.content ?? {}) as { schema?: object; example?: unknown }[];
        if (media.length === 0) return [`${nameOf(operation)} ${status}: no content: give it @Answers(schema, …)`];
        return media.flatMap(({ schema, example }) => [
          ...(schema && Object.keys(schema).length > 0 ? [] : [`${nameOf(operation)} ${status}: no schema`]),
          ...(schema && (example ?? document.exampleOf(schema)) !== undefined ? [] : [`${nameOf(operation)} ${status}: no example`]),
        ]);
      });
    });
    expect(silent).toEqual([]);
  });

  it('gives every body an example that fits, put together of its parts', () => {
    const bodies = document.operations().flatMap((operation) =>
      Object.entries<{ schema: object }>(operation.piece.requestBody?.content ?? {})
        .filter(([type]) => type === JSON_TYPE)
        .map(([type, { schema }]) => ({ operation, type, example: document.exampleOf(schema) })),
    );
    const wrong = bodies.flatMap(({ operation: { method, path }, type, example }) =>
      document
        .faults(example, 'paths', path, method.toLowerCase(), 'requestBody', 'content', type, 'schema')
        .map((fault) => `${method} ${path}: ${fault}`),
    );
    expect(wrong).toEqual([]);
    expect(bodies.length).toBeGreaterThan(35);
  });

  it('has no example that does not fit the schema it stands at', () => {
    const examples = document.withExample(document.document);
    const wrong = examples.flatMap(({ keys, example }) => document.faults(example, ...keys).map((fault) => `${keys.join('/')}: ${fault}`));
    expect(wrong).toEqual([]);
    expect(examples.length).toBeGreaterThan(100);
  });

  it('says of every operation which problems to expect', () => {
    const missing = document.operations().flatMap((operation) => {
      const { security = [], parameters = [], requestBody, responses } = operation.piece;
      const header = parameters.find(({ name }: { name: string }) => name === 'If-Match');
      const due = [
        400,
        503,
        ...(security.length > 0 ? [401, 403] : []),
        ...(operation.path.includes('{') ? [404] : []),
        ...(requestBody ? [409, 422] : []),
        ...(header ? [412] : []),
        ...(header?.required ? [428] : []),
        ...(operation.path.endsWith('/sign-in') ? [401, 429] : []),
      ];
      return due
        .filter((status) => !document.answerOf(operation, status)?.piece.content?.[PROBLEM_TYPE] || !responses.default)
        .map((status) => `${nameOf(operation)}: ${status}`);
    });
    expect(missing).toEqual([]);
    for (const path of ['/api/v1/plans/{id}/amendments', '/api/v1/plans/{id}/goals', '/api/v1/observations/{id}/corrections']) {
      const operation = document.operations().find((one) => one.path === path);
      expect([path, Object.keys(operation?.piece.responses ?? {})]).toEqual([path, expect.arrayContaining(['412'])]);
    }
  });

  /** Sends a request and holds its answer against the document: the status is listed, and the body fits the schema. */
  const ask = async (
    operation: Operation,
    role: Role | undefined,
    {
      with: parameters = {},
      query = '',
      ...sent
    }: { with?: Record<string, string>; query?: string; body?: unknown; headers?: Record<string, string> },
  ) => {
    const { method, path } = operation;
    const url = `${path.replace(/\{(\w+)\}/g, (_, name: string) => parameters[name] ?? '')}${query}`;
    const answer = await send(role, { method, url, ...sent });
    const status = String(answer.statusCode);
    const documented = document.answerOf(operation, status);
    const about = `${method} ${url} as ${role}: ${status}`;
    const type = String(answer.headers['content-type'] ?? '').split(';', 1)[0] ?? '';
    if (!documented) throw new Error(`${about} is not in the document: ${answer.body}`);
    if (answer.body === '') {
      expect([about, documented.piece.content]).toEqual([about, undefined]);
      return answer;
    }
    const at = documented.at.length > 0 ? documented.at : ['paths', path, method.toLowerCase(), 'responses', status];
    expect([about, Object.keys(documented.piece.content ?? {})]).toEqual([about, expect.arrayContaining([type])]);
    expect([about, document.faults(answer.json(), ...at, 'content', type, 'schema')]).toEqual([about, []]);
    if (answer.statusCode < 300) proven.add(nameOf(operation));
    return answer;
  };
  const operationAt = (method: string, path: string): Operation => {
    const found = document.operations().find((one) => one.method === method && one.path === `/api/v1${path}`);
    if (!found) throw new Error(`${method} ${path} is not in the document`);
    return found;
  };
  const write = async ({ role, path, body, ids: parameters = {}, ifMatch, method }: Write) => {
    const read = ifMatch && (await send(role, { url: ifMatch === 'plan' ? `plans/${ids.plan}` : `students/${ids.sam}/profile` }));
    const headers: Record<string, string> = read ? { 'if-match': String(read.headers.etag) } : {};
    const answer = await ask(operationAt(method ?? 'POST', path), role, { with: parameters, body, headers });
    if (answer.statusCode >= 300) throw new Error(`${path} as ${role}: ${answer.body}`);
    return answer;
  };
  /** What stands for `{id}` in paths that begin so. */
  const idOf = (path: string, imported: string, viewJob: string): readonly string[] => {
    if (path.startsWith('/api/v1/students/')) return [ids.sam, ids.kim];
    if (path.startsWith('/api/v1/plans/'))
      return [ids.plan, ids.kimsPlan, writes.find(({ path: of }) => of === '/plans/{id}/services')?.ids?.id ?? ''];
    if (path.startsWith('/api/v1/goals/')) return [ids.goal, ...measured.map(({ goal }) => goal)];
    if (path.startsWith('/api/v1/roster/imports/')) return [imported, ids.sam];
    if (path.startsWith('/api/v1/views/jobs/')) return [viewJob, ids.sam];
    return [ids.sam];
  };

  it('lists what else may be answered: a problem of each kind, nothing new, the same record again', async () => {
    const plan = { with: { id: ids.plan } };
    const [read, end] = [operationAt('GET', '/plans/{id}'), operationAt('POST', '/plans/{id}/end')];
    const [add, schools] = [operationAt('POST', '/students'), operationAt('GET', '/schools')];
    const etag = String((await ask(read, 'case-manager', plan)).headers.etag);
    const body = { lastDay: '2026-08-20', reason: 'Replaced' };
    const asks: [number, Parameters<typeof ask>][] = [
      [304, [read, 'case-manager', { ...plan, headers: { 'if-none-match': etag } }]],
      [400, [add, 'administrator', { body: { surprise: 1 } }]],
      [400, [schools, 'aide', { query: '?after=yesterday' }]],
      [401, [read, undefined, plan]],
      [403, [add, 'aide', { body: {} }]],
      [404, [read, 'case-manager', { with: { id: ids.kimsPlan } }]],
      [409, [operationAt('POST', '/students/{id}/case'), 'case-manager', { with: { id: ids.sam }, body: {} }]],
      [412, [end, 'case-manager', { ...plan, body, headers: { 'if-match': '"plan-1"' } }]],
      [
        422,
        [
          operationAt('POST', '/observations'),
          'aide',
          { body: { ...(writes.find(({ path }) => path === '/observations')?.body as object), occurredAt: '2026-03-04T09:00:00-05:00' } },
        ],
      ],
      [428, [end, 'case-manager', { ...plan, body }]],
      [503, [schools, 'aide', { query: `?after=${api.platform.journal.logId.slice(0, 8)}.999999` }]],
      [415, [add, 'administrator', { body: 'text', headers: { 'content-type': 'text/plain' } }]],
    ];
    for (const [status, [operation, role, sent]] of asks) {
      expect([nameOf(operation), (await ask(operation, role, sent)).statusCode]).toEqual([nameOf(operation), status]);
    }
    const signIn = operationAt('POST', '/sign-in');
    const wrong = { body: { signInName: 'nobody@lincoln.example', password: 'wrong wrong wrong' } };
    let status = 0;
    for (let attempt = 0; attempt < 12 && status !== 429; attempt += 1) status = (await ask(signIn, undefined, wrong)).statusCode;
    expect(status).toBe(429);
  });

  it('is what the service answers: accounts, a roster, every write, and every read as every role', async () => {
    const link = await api.platform.accounts.offerSetup({ correlationId: 'start' });
    const person = { givenName: 'Ada', familyName: 'Brightwater', signInName: 'ada@lincoln.example', password: 'seven lamps by the river' };
    await ask(operationAt('POST', '/setup'), undefined, { body: { ...person, token: link?.token } });
    const { signInName, password } = person;
    const signedIn = await ask(operationAt('POST', '/sign-in'), undefined, { body: { signInName, password } });
    const [cookie] = signedIn.cookies;
    await ask(operationAt('POST', '/refresh'), undefined, { body: {}, headers: { cookie: `${cookie?.name}=${cookie?.value}` } });

    const files = rosterFiles();
    // Two, so that one can be compared with the one before.
    await ask(operationAt('POST', '/roster/imports'), 'administrator', { body: { dryRun: false, files } });
    await api.imports.idle();
    const begun = await ask(operationAt('POST', '/roster/imports'), 'administrator', { body: { dryRun: false, files } });
    await api.imports.idle();

    for (const one of writes) await write(one);
    const again = writes.find(({ path }) => path === '/accommodation-entries');
    expect(again && (await write(again)).statusCode).toBe(200);
    await api.platform.views.waitFor(await api.platform.journal.head());

    await api.viewQueue.start();
    const verification = await ask(operationAt('POST', '/views/jobs'), 'administrator', { body: { work: 'verification' } });
    const { job: viewJob } = verification.json();
    while (!(await api.platform.viewJobs.status(viewJob))?.endedAt) await new Promise((resolve) => setTimeout(resolve, 5));

    let answered = 0;
    for (const operation of document.operations().filter((one) => one.method === 'GET' && answersJson(one))) {
      const anybody = !operation.piece.security;
      const named = operation.path.includes('{') ? idOf(operation.path, begun.json().import, viewJob) : [''];
      const asOf = operation.piece.parameters.some(({ name }: { name: string }) => name === 'asOf');
      for (const id of named) {
        for (const role of anybody ? [undefined] : ROLES) {
          for (const query of asOf ? ['', '?asOf=2026-03-03T09:15:00-05:00'] : ['']) {
            await ask(operation, role, { with: { id, exportId: ids.sam }, query });
            answered += 1;
          }
        }
      }
    }
    expect(answered).toBeGreaterThan(300);
    for (const one of endings) await write(one);
    const reads = document.operations().filter((one) => one.method === 'GET' && answersJson(one));
    expect(reads.map(nameOf).filter((name) => !proven.has(name))).toEqual([]);
  }, 120_000);

  it('documents the events of the stream of changes', async () => {
    await api.app.listen(0, '127.0.0.1');
    const { port } = api.app.getHttpServer().address() as AddressInfo;
    const token = api.platform.tokens.issue(staffOf('coordinator'), 'coordinator', newId());
    const headers = { authorization: `Bearer ${token}`, 'last-event-id': `${api.platform.journal.logId.slice(0, 8)}.0` };
    const text = await new Promise<string>((resolve, reject) => {
      let read = '';
      const sent = request({ host: '127.0.0.1', port, path: '/api/v1/changes', headers }, (response) => {
        response.on('data', (chunk: Buffer) => {
          read += chunk.toString();
          if (!/data: .*\n\n/.test(read)) return;
          sent.destroy();
          resolve(read);
        });
        response.on('error', () => undefined);
      });
      sent.on('error', reject);
      sent.end();
    });
    const events = [...text.matchAll(/^data: (.*)$/gm)].map(([, data = '']) => JSON.parse(data) as unknown);
    expect(events.length).toBeGreaterThan(0);
    const at = ['paths', '/api/v1/changes', 'get', 'responses', '200', 'content', 'text/event-stream', 'schema'];
    expect(events.flatMap((event) => document.faults(event, ...at))).toEqual([]);
    expect(document.faults({ kind: 'plan', id: ids.plan }, ...at)).not.toEqual([]);
  });
});
