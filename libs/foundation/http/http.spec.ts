import { type AddressInfo, connect } from 'node:net';
import { Body, Controller, Get, Module, Param, Post, Put } from '@nestjs/common';
import { RouteConfig, type NestFastifyApplication } from '@nestjs/platform-fastify';
import fc from 'fast-check';
import { request as httpRequest } from 'node:http';
import { type Raw, RawSchema } from '@foundation/measurement';
import { IdReused, NewerEventVersion, NodesBehind, StaleRevision, StoreUnavailable, UnknownEventType } from '@foundation/event-store';
import { RefusalError } from '@foundation/kernel';
import { ViewHalted, ViewsBehind } from '@foundation/view-store';
import {
  Answer,
  createHttpApp,
  createLogger,
  IfMatch,
  PartField,
  PartsField,
  positionOf,
  positionText,
  ShapedField,
  TextField,
  WholeField,
} from '.';

class Item {
  @WholeField(0, 10) count: number;
  @ShapedField(RawSchema, { optional: true }) raw?: Raw;
}
class BodyDto {
  @TextField(10) name: string;
  @PartField(() => Item, { optional: true }) first?: Item;
  @PartsField(() => Item, 3, { optional: true }) items?: Item[];
}

const errors: Record<string, () => unknown> = {
  refusal: () =>
    new RefusalError({
      refused: true,
      code: 'plan-incomplete',
      kind: 'invalid',
      title: 'T',
      detail: 'D',
      errors: [{ pointer: '/goals', detail: 'one' }],
    }),
  stale: () => new StaleRevision('plan-1', 1, 2),
  reused: () => new IdReused('plan-1'),
  store: () => new StoreUnavailable(),
  behind: () => new ViewsBehind(),
  halted: () => new ViewHalted('timeline'),
  unknown: () => new UnknownEventType('plans.goal-praised', 'plan-1'),
  newer: () => new NewerEventVersion('plans.goal-set', 9, 1),
  early: () => new NodesBehind({ type: 'plans.goal-set', version: 2 }, [{ node: 'n-1', release: '0.1.0' }]),
  secret: () => new Error('Sam Rivermoss at row 7'),
};

@Controller('t')
class Probe {
  @Post('echo') echo(@Body() body: BodyDto) {
    return body;
  }
  @Post('large') @RouteConfig({ bodyLimit: 4096 }) large() {
    return {};
  }
  @Post('larger') @RouteConfig({ bodyLimit: 65_536 }) larger() {
    return {};
  }
  @Get('fail/:kind') fail(@Param('kind') kind: string) {
    throw errors[kind]?.();
  }
  @Get('tagged') tagged() {
    return new Answer({ a: 1 }, { etag: '"plan-3"', position: 'aaaa.5', next: 'c2' });
  }
  @Put('tagged') put(@IfMatch('plan', 'required') revision: number | undefined) {
    return { revision: revision ?? null };
  }
}
@Module({ controllers: [Probe] })
class ProbeModule {}

describe('foundation/http', () => {
  let app: NestFastifyApplication;
  const lines: string[] = [];
  const post = (payload: unknown, headers: Record<string, string> = { 'content-type': 'application/json' }, url = '/t/echo') =>
    app.inject({ method: 'POST', url, payload: typeof payload === 'string' ? payload : JSON.stringify(payload), headers });

  beforeAll(async () => {
    const logger = createLogger('info', { write: (line) => void lines.push(line) });
    app = await createHttpApp(ProbeModule, { logger, bodyLimit: 1024 });
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
  });
  afterAll(() => app.close());

  it.each([
    ['refusal', 422, 'plan-incomplete', undefined],
    ['stale', 412, 'stale', undefined],
    ['reused', 422, 'id-reused', undefined],
    ['store', 503, 'store-unavailable', '5'],
    ['behind', 503, 'views-behind', '1'],
    ['halted', 503, 'view-halted', undefined],
    ['unknown', 503, 'being-upgraded', '5'],
    ['newer', 503, 'being-upgraded', '5'],
    ['early', 503, 'being-upgraded', '30'],
    ['secret', 500, 'internal', undefined],
  ])('answers %s as problem %i %s', async (kind, status, code, retryAfter) => {
    const answer = await app.inject({ url: `/t/fail/${kind}?name=Sam` });
    expect(answer.statusCode).toBe(status);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.headers['retry-after']).toBe(retryAfter);
    expect(answer.json()).toMatchObject({ type: `/problems/${code}`, status, instance: `/t/fail/${kind}` });
    expect(answer.json().correlationId).toBe(answer.headers['x-correlation-id']);
  });

  it('says nothing of an unknown error, neither to the caller nor in the log', async () => {
    lines.length = 0;
    const answer = await app.inject({ url: '/t/fail/secret?name=Rivermoss' });
    expect(answer.body + lines.join()).not.toContain('Rivermoss');
    expect(lines.join()).toContain(answer.headers['x-correlation-id']);
    expect(lines.join()).toContain('/t/fail/:kind');
  });

  it('names each wrong field by its JSON pointer with the remedy', async () => {
    const body = {
      name: 5,
      first: { count: -1, 'a/b': 1 },
      items: [{ count: 1 }, { count: 1.5, raw: { kind: 'frequency', count: -3, observedMinutes: 40, x: 1 } }],
    };
    const answer = await post(body);
    expect(answer.statusCode).toBe(400);
    expect(answer.json().type).toBe('/problems/invalid-request');
    const pointers = answer.json().errors.map((part: { pointer: string }) => part.pointer);
    expect(pointers.sort()).toEqual(['/first/a~1b', '/first/count', '/items/1/count', '/items/1/raw/count', '/items/1/raw/x', '/name']);
  });

  it.each([
    [[]],
    [null],
    ['"text"'],
    [5],
    [[{ name: 'a' }]],
    [{}],
    [{ name: null }],
    [{ name: '' }],
    [{ name: ' \n\u00a0' }],
    [{ name: 'a', first: [] }],
    [{ name: 'a', items: [3] }],
    [{ name: 'a', first: { count: 1, raw: null } }],
  ])('refuses %j as a body', async (body) => {
    expect((await post(body)).json()).toMatchObject({ status: 400, type: '/problems/invalid-request' });
  });

  it('refuses an unknown kind and names the known ones', async () => {
    const [part] = (await post({ name: 'a', first: { count: 1, raw: { kind: 'guess' } } })).json().errors;
    expect(part.pointer).toBe('/first/raw/kind');
    expect(part.detail).toContain('percent-correct');
  });

  it('takes a sound body as its class', async () => {
    expect((await post({ name: 'a', items: [{ count: 2 }] })).json()).toEqual({ name: 'a', items: [{ count: 2 }] });
  });

  it.each([
    ['{"name":', 400, 'malformed-json'],
    ['{"__proto__":{"x":1},"name":"a"}', 400, 'malformed-json'],
    [JSON.stringify({ name: 'x'.repeat(2000) }), 413, 'body-too-large'],
  ])('refuses %.20s', async (payload, status, code) => {
    expect((await post(payload)).json()).toMatchObject({ status, type: `/problems/${code}` });
  });

  it.each([
    ['bytes that are not UTF-8', Buffer.from('{"name":"In\xe9s"}', 'latin1'), 'malformed-json', undefined],
    ['half a character', Buffer.from('{"name":"In\\ud800s"}'), 'invalid-request', ['/name']],
    [
      'a character zero, deep down',
      Buffer.from('{"name":"a","items":[{"count":1,"a/b":["\\u0000"]}]}'),
      'invalid-request',
      ['/items/0/a~1b/0'],
    ],
    ['half a character in the name of a field', Buffer.from('{"name":"a","first":{"\\uDC00":1}}'), 'invalid-request', ['/first']],
  ])('refuses what would be lost: %s', async (_what, payload, code, pointers) => {
    const answer = await app.inject({ method: 'POST', url: '/t/echo', payload, headers: { 'content-type': 'application/json' } });
    expect(answer.json()).toMatchObject({ status: 400, type: `/problems/${code}` });
    expect(answer.json().errors?.map(({ pointer }: { pointer: string }) => pointer)).toEqual(pointers);
  });

  it.each([
    ['Inés', '"In\\u00e9s"'],
    ['🎈', '"\\ud83c\\udf88"'],
    ['\\ud800', '"\\\\ud800"'],
  ])('keeps %s as it is, however it is written', async (name, written) => {
    expect((await post({ name })).json()).toEqual({ name });
    expect((await post(`{"name":${written}}`)).json()).toEqual({ name });
  });

  it('refuses it however far back it stands, and looks for its place only so far', async () => {
    const wide = await post(`{"name":["a"${',0'.repeat(400)},"\\ud800"]}`);
    expect(wide.json()).toMatchObject({ status: 400, errors: [{ pointer: '/name/401' }] });
    const wider = await post(`[0${',0'.repeat(20_000)},"\\ud800"]`, { 'content-type': 'application/json' }, '/t/larger');
    expect([wider.json().type, wider.json().errors]).toEqual(['/problems/invalid-request', undefined]);
  });

  it('law: what is well formed is taken, what is not is refused', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({
          unit: fc.oneof(fc.nat(0xffff), fc.integer({ min: 0xd700, max: 0xe000 })).map((unit) => String.fromCharCode(unit)),
          minLength: 1,
          maxLength: 5,
        }),
        async (name) => {
          const kept = name.isWellFormed() && !name.includes('\0') && name.trim() !== '';
          expect((await post({ name })).statusCode).toBe(kept ? 201 : 400);
          const escaped = Array.from({ length: name.length }, (_, at) => `\\u${name.charCodeAt(at).toString(16).padStart(4, '0')}`);
          expect((await post(`{"name":"${escaped.join('')}"}`)).statusCode).toBe(kept ? 201 : 400);
        },
      ),
    );
  });

  it('lets a route take more than the rest', async () => {
    const body = { name: 'x'.repeat(2000) };
    expect((await post(body, undefined, '/t/large')).statusCode).toBe(201);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/xml'])('refuses a body of %s', async (type) => {
    expect((await post('name=a', { 'content-type': type })).json()).toMatchObject({
      status: 415,
      type: '/problems/unsupported-media-type',
    });
  });

  it('refuses a packed body and says so', async () => {
    const packed = await post('{"name":"a"}', { 'content-type': 'application/json', 'content-encoding': 'gzip' });
    expect(packed.json()).toMatchObject({
      status: 415,
      type: '/problems/unsupported-media-type',
      detail: expect.stringContaining('unpacked'),
    });
    expect((await post('{"name":"a"}', { 'content-type': 'application/json', 'content-encoding': 'identity' })).statusCode).toBe(201);
  });

  it('answers an unknown route and a broken address as problems', async () => {
    expect((await app.inject({ url: '/nowhere' })).json()).toMatchObject({ status: 404, type: '/problems/not-found' });
    expect((await app.inject({ url: '/t/fail/%E0%A4%A' })).json()).toMatchObject({ status: 400, type: '/problems/bad-request' });
  });

  it('returns a correlation id that is a UUID and makes one otherwise', async () => {
    const given = '9c0d1c5e-0f5b-7c59-9f0e-0c7d5d1c0f01';
    const sent = await app.inject({ url: '/t/tagged', headers: { 'x-correlation-id': given } });
    expect(sent.headers['x-correlation-id']).toBe(given);
    const made = await app.inject({ url: '/t/tagged', headers: { 'x-correlation-id': 'Sam Rivermoss' } });
    expect(made.headers['x-correlation-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('sets ETag, position and next link; answers 304 to a known tag', async () => {
    const first = await app.inject({ url: '/t/tagged?limit=2' });
    expect(first.headers).toMatchObject({ etag: '"plan-3"', 'x-position': 'aaaa.5', link: '</t/tagged?limit=2&cursor=c2>; rel="next"' });
    const again = await app.inject({ url: '/t/tagged', headers: { 'if-none-match': '"plan-3"' } });
    expect([again.statusCode, again.body]).toEqual([304, '']);
  });

  it.each([
    [undefined, 428],
    ['"plan-7"', 200],
    ['*', 200],
    ['W/"plan-7"', 412],
    ['"student-7"', 412],
    ['plan-7', 412],
    ['"plan-7", "plan-8"', 400],
  ])('If-Match %s → %i', async (tag, status) => {
    const answer = await app.inject({ method: 'PUT', url: '/t/tagged', headers: tag === undefined ? {} : { 'if-match': tag } });
    expect(answer.statusCode).toBe(status);
  });

  it('reads back a position of this log and refuses another’s', () => {
    expect(positionOf('0123456789', positionText('0123456789', 42n))).toBe(42n);
    expect(() => positionOf('9999999999', positionText('0123456789', 42n))).toThrow('another log');
    expect(() => positionOf('0123456789', '42')).toThrow();
  });

  it('lets a running request finish when it shuts down', async () => {
    const other = await createHttpApp(ProbeModule, { logger: createLogger('silent') });
    other
      .getHttpAdapter()
      .getInstance()
      .addHook('preHandler', () => new Promise<void>((resolve) => setTimeout(resolve, 200)));
    await other.listen(0, '127.0.0.1');
    const address = other.getHttpServer().address() as AddressInfo;
    const status = new Promise<number | undefined>((resolve, reject) => {
      httpRequest({ host: '127.0.0.1', port: address.port, path: '/t/tagged' }, (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end();
    });
    await new Promise((resolve) => setTimeout(resolve, 80));
    await other.close();
    expect(await status).toBe(200);
  });

  describe('what never becomes a request', () => {
    const refused: string[] = [];
    const said: string[] = [];
    let listening: NestFastifyApplication;
    let port: number;
    beforeAll(async () => {
      const observer = { answered: () => undefined, refused: (code: string) => void refused.push(code) };
      listening = await createHttpApp(ProbeModule, {
        logger: createLogger('warn', { write: (line) => void said.push(line) }),
        requestTimeoutMs: 200,
        observer,
      });
      await listening.listen(0, '127.0.0.1');
      port = (listening.getHttpServer().address() as AddressInfo).port;
    });
    afterAll(() => listening.close());

    it.each([
      ['is not HTTP', 'Good morning\r\n\r\n', 400, 'bad-request'],
      ['has endless headers', `GET /t/tagged HTTP/1.1\r\nHost: a\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`, 431, 'headers-too-large'],
      [
        'never ends',
        'POST /t/echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{',
        408,
        'request-timeout',
      ],
    ])('is answered with a problem, and its connection ends: it %s', async (_what, sent, status, code) => {
      refused.length = 0;
      const text = await new Promise<string>((resolve, reject) => {
        let received = '';
        const socket = connect(port, '127.0.0.1', () => socket.write(sent))
          .setEncoding('utf8')
          .on('data', (part: string) => (received += part))
          .on('close', () => resolve(received))
          .on('error', reject);
      });
      const [head, body] = text.split('\r\n\r\n') as [string, string];
      expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
      expect(head).toContain('Content-Type: application/problem+json');
      const problem = JSON.parse(body) as { correlationId: string; detail: string };
      expect(problem).toMatchObject({ type: `/problems/${code}`, status });
      expect(problem.detail).toMatch(/^(Send|Check) /);
      expect(head).toContain(`X-Correlation-Id: ${problem.correlationId}`);
      expect([refused, said]).toEqual([[code], []]);
    });

    it('is nobody’s fault when the sender goes away', async () => {
      refused.length = 0;
      const socket = connect(port, '127.0.0.1', () =>
        socket.write('POST /t/echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{'),
      );
      const arrived = new Promise((resolve) => listening.getHttpServer().once('request', resolve));
      await arrived;
      socket.resetAndDestroy();
      const connections = () =>
        new Promise((resolve) => listening.getHttpServer().getConnections((_error: unknown, n: number) => resolve(n)));
      while ((await connections()) !== 0) await new Promise((resolve) => setTimeout(resolve, 5));
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect([refused, said]).toEqual([[], []]);
    });
  });
});
