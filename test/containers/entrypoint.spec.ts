import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DOCKER } from './compose-files';

const ENTRY_POINT = join(DOCKER, 'entrypoint.sh');
const HEALTH = join(DOCKER, 'health.js');

describe('the entry point', () => {
  let app: string;
  const start = (args: readonly string[], environment: Record<string, string> = {}) =>
    spawnSync(ENTRY_POINT, args, { cwd: app, env: { PATH: process.env['PATH'], ...environment }, encoding: 'utf8' });
  const secret = (name: string, content: string): string => {
    const file = join(app, name);
    writeFileSync(file, content);
    return file;
  };

  beforeEach(() => {
    app = mkdtempSync(join(tmpdir(), 'image-'));
    for (const process of ['standalone', 'api', 'projector', 'worker']) {
      const main = join(app, `dist/apps/${process}/src/main.js`);
      mkdirSync(dirname(main), { recursive: true });
      // Tells what it was given, and ends as it is told.
      writeFileSync(
        main,
        `const given = Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith('THROUGHLINE_')));
         console.log(JSON.stringify({ process: '${process}', args: process.argv.slice(2), given }));
         process.exitCode = 3;`,
      );
    }
  });
  afterEach(() => rmSync(app, { recursive: true }));

  it.each(['standalone', 'api', 'projector', 'worker'])('starts %s with its arguments and ends with its exit code', (process) => {
    const { stdout, status } = start([process, '--demo', 'two words']);
    expect(JSON.parse(stdout)).toMatchObject({ process, args: ['--demo', 'two words'] });
    expect(status).toBe(3);
  });

  it('reads secrets from files, which win, and hands on nothing that is no setting', () => {
    const connection = 'esdb://throughline:pa$$%20"word@one:2113?tlsCAFile=/run/ca/ca.crt';
    const { stdout } = start(['api'], {
      THROUGHLINE_MASTER_KEY_FILE: secret('master.key', 'a2V5\n'),
      THROUGHLINE_EVENTSTORE_FILE: secret('eventstore', `${connection}\n`),
      THROUGHLINE_EVENTSTORE: 'esdb://plain:2113?tls=false',
      THROUGHLINE_ZONE: 'America/Chicago',
    });
    expect(JSON.parse(stdout).given).toEqual({
      THROUGHLINE_MASTER_KEY: 'a2V5',
      THROUGHLINE_EVENTSTORE: connection,
      THROUGHLINE_ZONE: 'America/Chicago',
    });
  });

  it('says which file it cannot read, and starts nothing', () => {
    const { stdout, stderr, status } = start(['api'], { THROUGHLINE_MASTER_KEY_FILE: join(app, 'missing') });
    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain(`THROUGHLINE_MASTER_KEY_FILE=${join(app, 'missing')} cannot be read`);
  });

  it('runs any other command with the same secrets', () => {
    const file = secret('eventstore', 'esdb://one:2113\n');
    const { stdout, status } = start(['sh', '-c', 'echo "$THROUGHLINE_EVENTSTORE $1"; exit 4', 'sh', 'digest'], {
      THROUGHLINE_EVENTSTORE_FILE: file,
    });
    expect(stdout).toBe('esdb://one:2113 digest\n');
    expect(status).toBe(4);
  });

  it('wants to be told what to start', () => {
    const { stderr, status } = start([]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^Name a process/);
  });

  it('is replaced by the process, so that signals reach it', async () => {
    const child = spawn(
      ENTRY_POINT,
      ['node', '-e', 'process.once("SIGTERM", () => process.exit(7)); setInterval(() => {}, 9); console.log(process.pid)'],
      {
        cwd: app,
        env: { PATH: process.env['PATH'] },
      },
    );
    const [pid] = (await once(child.stdout, 'data')) as [Buffer];
    expect(Number(pid.toString())).toBe(child.pid);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([7, null]);
  });
});

describe('the health check', () => {
  let server: Server;
  let answers: Record<string, number>;

  beforeEach(async () => {
    server = createServer(({ url = '' }, response) => response.writeHead(answers[url] ?? 404).end('{}'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => void server.close());

  async function ask(what: string, port = (server.address() as AddressInfo).port): Promise<number> {
    const child = spawn(process.execPath, [HEALTH, what], { env: { THROUGHLINE_PORT: String(port) } });
    const [code] = (await once(child, 'exit')) as [number];
    return code;
  }

  it('takes the process at its word', async () => {
    answers = { '/health/live': 200, '/health/ready': 503 };
    expect(await ask('live')).toBe(0);
    expect(await ask('ready')).toBe(1);
  });

  it('fails where another service answers', async () => {
    answers = {};
    expect(await ask('live')).toBe(1);
  });

  it('fails when nobody answers', async () => {
    answers = {};
    const { port } = server.address() as AddressInfo;
    server.close();
    expect(await ask('live', port)).toBe(1);
  });
});
