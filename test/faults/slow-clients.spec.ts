import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { temporaryFolder } from '@foundation/testing';
import { startNode } from '../support/children';
import { Client, uuid } from '../support/client';
import { Service } from '../support/service';

const TS_CHILD = join(__dirname, '../support/ts-child.js');
const SLOW_CLIENTS = join(__dirname, '../support/slow-clients-child.ts');
const PASSWORD = 'a district that never was';

/** Ten thousand, or as many as a process of this machine may open and still have files to work with. */
function connectionsAllowed(): number {
  const limit = execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).trim();
  return limit === 'unlimited' ? 10_000 : Math.min(10_000, Number(limit) - 500);
}

/** The figure of this name in `/metrics`. */
async function figure(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
}

/** Looks again until it is so; what never comes to be ends the test instead of outliving it. */
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 1500; attempt++) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('It never came to be');
}

describe('slow clients', () => {
  let service: Service;
  let teacher: Client;
  const folder = temporaryFolder();

  beforeAll(async () => {
    service = await Service.start({ data: folder, arguments: ['--demo', '--students', '12', '--days', '5'] });
    teacher = new Client(service.url);
    expect((await teacher.signIn('teacher1', PASSWORD)).status).toBe(200);
  }, 60_000);
  afterAll(() => service.stop('SIGKILL'));

  it('answers others while thousands of connections never finish a request, and ends those', async () => {
    const count = connectionsAllowed();
    const slow = startNode([TS_CHILD, SLOW_CLIENTS, new URL(service.url).port, String(count)]);
    let closed = 0;
    const lines = createInterface({ input: slow.stdout }).on(
      'line',
      (line) => (closed = Number(/^closed (\d+)/.exec(line)?.[1] ?? closed)),
    );
    await new Promise<void>((resolve, reject) => {
      lines.on('line', (line) => line === `open ${count}` && resolve());
      slow.once('exit', (code) => reject(new Error(`The slow clients ended with ${code}`)));
    });

    // When: others come and go meanwhile.
    for (let once = 0; once < 20; once++) {
      const other = new Client(service.url);
      other.useToken(teacher.accessToken);
      expect((await other.get('today')).status).toBe(200);
    }

    // Then: every slow one is ended by the service, and it holds none of their files any more.
    await until(() => closed === count);
    expect(await figure(service.url, 'process_open_fds')).toBeLessThan(200);
    expect((await teacher.get('today')).status).toBe(200);
    slow.kill('SIGKILL');
  }, 110_000);

  it('drops a listener that reads one byte a second, and goes on telling the others', async () => {
    const goals = await goalsOf(teacher);
    const slow = await listenSlowly(service.url, teacher.accessToken ?? '');
    const heard = new Set<string>();
    const quick = await listen(service.url, teacher.accessToken ?? '', (id) => heard.add(id));
    const streams = () => figure(service.url, 'throughline_change_streams');
    await until(async () => (await streams()) === 2);

    // When: more happens than the buffers of the machine hold for the slow one.
    const acknowledged: string[] = [];
    for (let batch = 0; batch < 100 && (await streams()) === 2; batch++) {
      const records = Array.from({ length: 500 }, (_, index) => ({ kind: 'observation', id: uuid(), ...goals[index % goals.length] }));
      const { results } = await teacher.do('records', { records });
      for (const { id, result } of results) if (result === 'recorded') acknowledged.push(id);
    }

    // Then: the slow one is ended, and the quick one has heard of every record.
    await until(async () => (await streams()) === 1);
    await until(() => heard.size >= acknowledged.length);
    expect(acknowledged.length).toBeGreaterThan(500);
    expect(acknowledged.filter((id) => !heard.has(id))).toEqual([]);
    slow.destroy();
    quick.destroy();
  }, 110_000);
});

/** Records that the teacher may make, without their ids. */
async function goalsOf(teacher: Client): Promise<object[]> {
  const goals: object[] = [];
  for (const { student } of (await teacher.read('today')).children) {
    for (const { plan, goals: ofPlan } of (await teacher.read(`students/${student}/plan`)).inForce) {
      for (const { goal, measure } of ofPlan) {
        if (measure?.kind !== 'percent-correct') continue;
        const raw = { kind: 'percent-correct', correct: 7, incorrect: 3, noResponse: 0 };
        goals.push({ student, plan, goal, occurredAt: new Date(Date.now() - 60_000).toISOString(), raw });
      }
    }
  }
  expect(goals.length).toBeGreaterThan(0);
  return goals;
}

/** Takes one byte a second; what it does not take stays in the buffers of the machine, then of the service. */
async function listenSlowly(url: string, token: string): Promise<Socket> {
  const socket = new Socket({ readable: true, writable: true, ...{ readableHighWaterMark: 1 } });
  const { port } = new URL(url);
  socket.connect(Number(port), '127.0.0.1');
  await once(socket, 'connect');
  socket.on('error', () => undefined);
  socket.write(`GET /api/v1/changes HTTP/1.1\r\nHost: slow\r\nAuthorization: Bearer ${token}\r\n\r\n`);
  const reading = setInterval(() => socket.read(1), 1000);
  socket.once('close', () => clearInterval(reading));
  return socket;
}

async function listen(url: string, token: string, told: (id: string) => void) {
  const listening = request(`${url}/api/v1/changes`, { headers: { authorization: `Bearer ${token}` } });
  listening.on('error', () => undefined);
  listening.end();
  const [answer] = await once(listening, 'response');
  let rest = '';
  answer.on('error', () => undefined);
  answer.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.startsWith('data: ')) told(JSON.parse(line.slice('data: '.length)).id);
  });
  return listening;
}
