import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { ZipFile } from 'yazl';
import { Client } from '../support/client';
import { writeRoster } from './roster-of';

/**
 * `node test/support/ts-child.js test/bench/roster-import.ts [people]`: imports a roster of 50,000 people of its own making into the built
 * service by upload, while two aides go on recording, and prints what that takes and what it costs them. Build first.
 */
const PEOPLE = Number(process.argv[2] ?? 50_000);
const QUIET_SECONDS = 15;
const TABLETS = 2;
/** Between two records of one tablet: about 75 a second together. */
const THINK_MS = 20;
const PASSWORD = 'a district that never was';
const ROOT = join(__dirname, '../..');

interface Running {
  readonly process: ChildProcess;
  readonly url: string;
}

const DEMO = ['--demo', '--students', '60', '--days', '5'];

async function startService(data: string, options: readonly string[] = []): Promise<Running> {
  const main = join(ROOT, 'dist/apps/standalone/src/main.js');
  const env = { PATH: process.env['PATH'], THROUGHLINE_DATA: data, THROUGHLINE_PORT: '0', THROUGHLINE_LOG_LEVEL: 'warn' };
  const child = spawn(process.execPath, [main, ...options], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  process.once('exit', () => child.kill('SIGKILL'));
  let printed = '';
  return new Promise((resolve, reject) => {
    child.stdout.on('data', (page: Buffer) => {
      printed += page.toString();
      const url = /running at (http:\/\/\S+)/.exec(printed)?.[1];
      if (url) resolve({ process: child, url });
    });
    child.once('exit', (code) => reject(new Error(`The service ended with ${code}`)));
  });
}

async function signedIn(url: string, name: string): Promise<Client> {
  const client = new Client(url);
  const { status } = await client.signIn(name, PASSWORD);
  if (status !== 200) throw new Error(`${name} could not sign in`);
  return client;
}

/** Goes on recording until told to stop; how long each record took, in ms. */
async function tablet(aide: Client, until: { stop: boolean }): Promise<number[]> {
  const { on, children } = await aide.read('today');
  const [child] = children.filter((one: { accommodations: unknown[] }) => one.accommodations.length > 0);
  const [{ plan, accommodation, class: group }] = child.accommodations;
  const took: number[] = [];
  while (!until.stop) {
    const entry = {
      id: randomUUID(),
      student: child.student,
      plan,
      accommodation,
      class: group,
      on,
      state: { kind: 'provided', outcome: 'used' },
    };
    const began = performance.now();
    const { status, body } = await aide.post('accommodation-entries', entry);
    took.push(performance.now() - began);
    if (status !== 201) throw new Error(`Not recorded: ${status} ${JSON.stringify(body)}`);
    await pause(THINK_MS);
  }
  return took;
}

async function during<T>(aide: Client, work: () => Promise<T>): Promise<{ result: T; took: number[]; seconds: number }> {
  const until = { stop: false };
  const tablets = Array.from({ length: TABLETS }, () => tablet(aide, until));
  const began = performance.now();
  const result = await work();
  const seconds = (performance.now() - began) / 1000;
  until.stop = true;
  return { result, took: (await Promise.all(tablets)).flat().sort((a, b) => a - b), seconds };
}

const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;

/** MiB, by the system's own count; NaN where it keeps none. */
function memory(pid: number | undefined, field: 'VmRSS' | 'VmHWM'): number {
  try {
    const line = new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return Number(line?.[1] ?? NaN) / 1024;
  } catch {
    return NaN;
  }
}

/** Seconds of processor time that the service has used; NaN where the system keeps no count. */
function cpu(pid: number | undefined): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return NaN;
  }
}

async function zipOf(folder: string): Promise<Buffer> {
  const zip = new ZipFile();
  for (const name of readdirSync(folder)) zip.addReadStream(createReadStream(join(folder, name)), name);
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(`${folder}.zip`));
  return buffer(createReadStream(`${folder}.zip`));
}

async function importZip(admin: Client, zip: Buffer, confirm: boolean) {
  const form = new FormData();
  form.append('confirm', String(confirm));
  form.append('files', new Blob([new Uint8Array(zip)]), 'roster.zip');
  const headers = { authorization: `Bearer ${admin.accessToken}` };
  const response = await fetch(`${admin.url}/api/v1/roster/imports/upload`, { method: 'POST', body: form, headers });
  const begun = (await response.json()) as { import: string };
  const phases: Record<string, number> = {};
  for (let before = performance.now(); ;) {
    await pause(100);
    const status = await admin.read(`roster/imports/${begun.import}?limit=1`);
    const now = performance.now();
    phases[status.phase ?? 'ended'] = (phases[status.phase ?? 'ended'] ?? 0) + (now - before) / 1000;
    before = now;
    if (status.status !== 'running') return { status, phases };
  }
}

async function main(): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'throughline-bench-'));
  const data = join(root, 'data');
  await writeRoster(join(root, 'set'), PEOPLE);
  const zip = await zipOf(join(root, 'set'));
  // A process that has just filled its district has grown by that: a school imports into one that has not.
  const filling = (await startService(data, DEMO)).process;
  const filled = once(filling, 'exit');
  filling.kill('SIGTERM');
  await filled;
  const service = await startService(data);
  const admin = await signedIn(service.url, 'administrator');
  const aide = await signedIn(service.url, 'aide1');
  await during(aide, () => pause(3000));
  const idle = memory(service.process.pid, 'VmRSS');

  const quiet = await during(aide, () => pause(QUIET_SECONDS * 1000));
  // From here on the peak is counted anew.
  writeFileSync(`/proc/${service.process.pid}/clear_refs`, '5');
  // The demo district's people are none of the roster's: confirmed, they are marked as having left.
  const before = cpu(service.process.pid);
  const first = await during(aide, () => importZip(admin, zip, true));
  const used = cpu(service.process.pid) - before;
  const peak = memory(service.process.pid, 'VmHWM');
  const again = await during(aide, () => importZip(admin, zip, true));
  const peakAgain = memory(service.process.pid, 'VmHWM');
  service.process.kill('SIGTERM');

  const row = (name: string, { took, seconds, result }: Awaited<ReturnType<typeof during>>) => ({
    what: name,
    seconds: Number(seconds.toFixed(1)),
    records: took.length,
    p50: Number(quantile(took, 0.5).toFixed(2)),
    p99: Number(quantile(took, 0.99).toFixed(2)),
    'p99 ÷ quiet': Number((quantile(took, 0.99) / quantile(quiet.took, 0.99)).toFixed(2)),
    max: Number(quantile(took, 1).toFixed(1)),
    phases: Object.entries((result as { phases?: Record<string, number> } | undefined)?.phases ?? {})
      .map(([phase, length]) => `${phase} ${length.toFixed(1)}`)
      .join(', '),
  });
  const rows = [row('no import', quiet), row(`import of ${PEOPLE}`, first), row('the same again', again)];
  // eslint-disable-next-line no-console
  console.table(rows);
  const counts = [first, again].map(({ result }) => JSON.stringify(result.status.report?.counts ?? result.status));
  process.stdout.write(`counts: ${counts.join(' then ')}\n`);
  process.stdout.write(`processor time of the first import, records and views included: ${used.toFixed(1)} s\n`);
  process.stdout.write(
    `memory in MiB: ${idle.toFixed(0)} before, ${peak.toFixed(0)} at most in the import, ${peakAgain.toFixed(0)} with the second\n`,
  );
  process.stdout.write(`${JSON.stringify({ rows, cpuSeconds: used, memory: { idle, peak, peakAgain } })}\n`);
  rmSync(root, { recursive: true });
}

void main();
