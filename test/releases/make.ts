import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { gzipSync } from 'node:zlib';
import { checkLog } from '@foundation/event-store';
import { readableAt, signIn } from './readable';

/**
 * `npm run release-folder`: keeps a small data folder as the present release writes it, under test/releases/<version>, for every later one
 * to open (releases.spec.ts). Run it once, when a release is made; a folder that is there stays as it is.
 */
const root = join(__dirname, '../..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
const kept = join(__dirname, version);

async function make(): Promise<void> {
  const data = mkdtempSync(join(tmpdir(), 'throughline-release-'));
  const service = spawn(process.execPath, ['dist/apps/standalone/src/main.js', '--demo', '--students', '6', '--days', '5'], {
    cwd: root,
    env: { PATH: process.env['PATH'], THROUGHLINE_DATA: data, THROUGHLINE_PORT: '0', THROUGHLINE_LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const madeAt = new Date().toISOString();
  let url = '';
  for await (const line of createInterface({ input: service.stdout })) {
    url = /running at (http:\/\/\S+)/.exec(line)?.[1] ?? url;
    if (line.includes('auditor')) break;
  }
  const admin = await signIn(url, 'administrator');
  const added = await admin.do<{ id: string }>('students', { givenName: 'Gone', familyName: 'Forgood', grades: ['02'], schools: [] });
  await admin.do(`students/${added.id}/erase`, { reason: 'entered-by-mistake' });
  const readable = await readableAt(url);
  const ended = once(service, 'exit');
  service.kill('SIGTERM');
  await ended;

  const { logId, head, events, digest } = checkLog(join(data, 'log.sqlite'));
  mkdirSync(kept);
  for (const name of ['log.sqlite', 'reads.sqlite', 'erasures.jsonl', 'demo-sign-ins.json', 'master.key'])
    writeFileSync(join(kept, `${name}.gz`), gzipSync(readFileSync(join(data, name)), { level: 9 }));
  const expected = { madeAt, log: { logId, head: String(head), events, digest }, erased: added.id, readable };
  writeFileSync(join(kept, 'expected.json'), `${JSON.stringify(expected, null, 2)}\n`);
  rmSync(data, { recursive: true });
  process.stdout.write(`test/releases/${version} written: ${events} events.\n`);
}

if (existsSync(kept)) process.stdout.write(`test/releases/${version} is there already and stays as it is.\n`);
else void make();
