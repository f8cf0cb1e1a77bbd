import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';
import { startNode } from '../support/children';
import type { Client } from '../support/client';
import { setUp } from '../support/district';
import { rosterFolder, type RosterText, rosterTexts } from '../support/rosters';
import { longStory, Service } from '../support/service';

jest.setTimeout(longStory(60_000));

const LINCOLN = rosterTexts('lincoln-v1p1');
const edited = (name: string, change: (content: string) => string): readonly RosterText[] =>
  LINCOLN.map((file) => (file.name === name ? { name, content: change(file.content) } : file));

async function zipOf(files: readonly RosterText[]): Promise<Buffer> {
  const zip = new ZipFile();
  for (const { name, content } of files) zip.addBuffer(Buffer.from(content), `roster/${name}`);
  zip.end();
  return buffer(zip.outputStream);
}

async function ended(admin: Client, id: string, query = '') {
  for (let attempt = 0; attempt < 400; attempt++) {
    const status = await admin.read(`roster/imports/${id}${query}`);
    if (status.status !== 'running') return status;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('The import did not end');
}

interface Part {
  readonly name: string;
  readonly content: string | Buffer;
}

async function upload(admin: Client, parts: readonly Part[], fields: Readonly<Record<string, string>> = {}) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  for (const { name, content } of parts) form.append('files', new Blob([new Uint8Array(Buffer.from(content))]), name);
  const headers = { authorization: `Bearer ${admin.accessToken}` };
  const response = await fetch(`${admin.url}/api/v1/roster/imports/upload`, { method: 'POST', body: form, headers });
  return {
    status: response.status,
    body: JSON.parse(await response.text()),
    location: response.headers.get('location'),
  };
}

/** Over HTTP, against the built service in its own process. */
describe('rosters over HTTP', () => {
  let folder: string;
  let service: Service;
  let admin: Client;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'throughline-rosters-'));
    service = await Service.start({ data: folder });
    admin = await setUp(service);
  });
  afterAll(async () => {
    await service.stop('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  it('a zip, the same files and the same text do the same', async () => {
    const dry = await upload(admin, [{ name: 'lincoln.zip', content: await zipOf(LINCOLN) }], { dryRun: 'true' });
    expect([dry.status, dry.location]).toEqual([202, `/api/v1/roster/imports/${dry.body.import}`]);
    const tried = await ended(admin, dry.body.import);
    expect(tried).toMatchObject({ status: 'finished', report: { dryRun: true } });
    const files = await ended(admin, (await upload(admin, LINCOLN)).body.import);
    expect(files.report.counts).toEqual(tried.report.counts);
    const json = await admin.do('roster/imports', { dryRun: false, files: LINCOLN });
    expect((await ended(admin, json.import)).report.counts).toMatchObject({ created: 0, changed: 0, left: 0 });
  });

  it('gives the report a page at a time, whole or only one outcome', async () => {
    const { import: id } = await admin.do('roster/imports', { dryRun: true, files: LINCOLN });
    const { report } = await ended(admin, id);
    const pages = [];
    for (let query = '?limit=3'; ;) {
      const answer = await admin.get(`roster/imports/${id}${query}`);
      pages.push(...answer.body.report.findings);
      if (!answer.body.report.next) break;
      expect(answer.headers.get('link')).toContain('rel="next"');
      query = `?limit=3&cursor=${answer.body.report.next}`;
    }
    expect(pages).toEqual(report.findings);
    const { report: refused } = await admin.read(`roster/imports/${id}?outcome=refused&limit=2`);
    expect(refused.findings).toHaveLength(2);
    const { report: rest } = await admin.read(`roster/imports/${id}?outcome=refused&cursor=${refused.next}`);
    expect([...refused.findings, ...rest.findings]).toEqual(pages.filter(({ outcome }: { outcome: string }) => outcome === 'refused'));
    expect((await admin.read(`roster/imports/${id}?cursor=nonsense`)).report.findings).toEqual([]);
    expect((await admin.get(`roster/imports/${id}?outcome=nonsense`)).status).toBe(400);
  });

  it('waits for a confirmation before it lets more than a fifth of the people go', async () => {
    const cut = edited('users.csv', (content) => content.split('\n').slice(0, 8).join('\n'));
    const { body } = await upload(admin, cut);
    const status = await ended(admin, body.import);
    expect(status).toMatchObject({ status: 'needs-confirmation', report: { status: 'stopped' } });
    const { report } = await admin.read(`roster/imports/${body.import}?outcome=stopped`);
    expect(report.findings).toEqual([
      expect.objectContaining({ file: 'users.csv', why: expect.stringMatching(/people .* marked as having left/) }),
    ]);
    expect((await admin.read('students?limit=100')).items.map((one: { familyName: string }) => one.familyName)).toContain('Ashgrove');
    expect((await admin.read('roster/imports')).items.map((one: { import: string }) => one.import)).not.toContain(body.import);

    const confirmed = await ended(admin, (await upload(admin, cut, { confirm: 'true' })).body.import);
    expect(confirmed.report.counts.left).toBeGreaterThan(2);
    const [latest] = (await admin.read('roster/imports')).items;
    expect(latest).toMatchObject({ import: confirmed.import, confirmed: true, status: 'finished', counts: confirmed.report.counts });
    const back = await ended(admin, (await upload(admin, LINCOLN)).body.import);
    expect(back.report.counts.refused).toBeGreaterThan(0);
  });

  it('lists the imports, and sets one beside the one before', async () => {
    const { items } = await admin.read('roster/imports');
    const me = await admin.read('me');
    expect(items[0]).toMatchObject({ by: me.staff, status: 'finished', version: '1.1' });
    const { files, counts, before } = await admin.read(`roster/imports/${items[0].import}/compare`);
    expect(before).toBe(items[1].import);
    expect(files.filter(({ change }: { change: string }) => change !== 'same')).toEqual([
      expect.objectContaining({ name: 'users.csv', change: 'changed', rows: 15 }),
    ]);
    expect(counts.left).toEqual({ before: items[1].counts.left, now: 0 });
    const same = await admin.read(`roster/imports/${items[0].import}/compare?with=${items.at(-1).import}`);
    expect(same.files.every(({ change }: { change: string }) => change === 'same')).toBe(true);
    expect((await admin.get(`roster/imports/${items.at(-1).import}/compare`)).status).toBe(404);
  });

  it.each<[string, number, () => Promise<readonly Part[]>, Readonly<Record<string, string>>, RegExp]>([
    ['a file that is no zip', 400, async () => [{ name: 'set.zip', content: 'no zip at all' }], {}, /not a zip file/],
    ['nothing', 400, async () => [], {}, /no \.csv file/],
    ['a zip beside a file', 400, async () => [{ name: 'a.zip', content: await zipOf(LINCOLN) }, ...LINCOLN], {}, /not both/],
    ['one file twice', 400, async () => [...LINCOLN, ...LINCOLN.slice(0, 1)], {}, /twice/],
    [
      'a bomb',
      400,
      async () => [{ name: 'a.zip', content: await zipOf([{ name: 'users.csv', content: '0'.repeat(50_000_000) }]) }],
      {},
      /times its size/,
    ],
    ['an unknown field', 400, async () => LINCOLN, { force: 'true' }, /mending/],
    ['a field that is neither', 400, async () => LINCOLN, { dryRun: 'perhaps' }, /mending/],
    [
      'too many files',
      413,
      async () => Array.from({ length: 41 }, (_, n) => ({ name: `f${n}.csv`, content: 'x' })),
      {},
      /at most 40 files/,
    ],
  ])('refuses %s in plain words', async (_, status, parts, fields, words) => {
    const answer = await upload(admin, await parts(), fields);
    expect([answer.status, answer.body.detail]).toEqual([status, expect.stringMatching(words)]);
  });

  it('takes files where files are taken, and from nobody else', async () => {
    const form = new FormData();
    form.append('files', new Blob(['x']), 'users.csv');
    const headers = { authorization: `Bearer ${admin.accessToken}` };
    const post = (path: string, given: Record<string, string>, body: FormData | string) =>
      fetch(`${admin.url}/api/v1/${path}`, { method: 'POST', body, headers: given });
    expect((await post('students', headers, form)).status).toBe(415);
    expect((await post('roster/imports/upload', {}, form)).status).toBe(401);
    expect((await post('roster/imports/upload', { ...headers, 'content-type': 'application/json' }, '{}')).status).toBe(415);
    expect(
      (await post('roster/imports/upload', { ...headers, 'content-type': 'multipart/form-data; boundary=x' }, 'no parts')).status,
    ).toBe(400);
  });

  it('leaves no name of a person in its reports, nor any upload on disk', async () => {
    const { import: id } = await admin.do('roster/imports', { dryRun: true, files: LINCOLN });
    await ended(admin, id);
    expect(readFileSync(join(folder, 'imports', `${id}.jsonl`), 'utf8')).not.toMatch(/Rivermoss|usr-|2018|hunter2/);
    expect(readdirSync(folder, { recursive: true }).filter((name) => /\.(csv|zip)$/.test(String(name)))).toEqual([]);
  });
});

describe('rosters by command line', () => {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-roster-cli-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const run = async (...given: readonly string[]) => {
    const child = startNode(['dist/apps/standalone/src/roster.js', ...given], {
      cwd: join(__dirname, '../..'),
      env: { PATH: process.env['PATH'], THROUGHLINE_DATA: join(folder, 'data'), THROUGHLINE_LOG_LEVEL: 'warn' },
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (page: Buffer) => (text += page.toString()));
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    return { code, text };
  };

  it('imports a folder and a zip, stops and is confirmed, lists and compares', async () => {
    const first = await run('import', rosterFolder('lincoln-v1p1'));
    expect([first.code, first.text]).toEqual([0, expect.stringMatching(/refused +person +users\.csv:15 role[\s\S]*created, 0 changed/)]);
    writeFileSync(join(folder, 'same.zip'), await zipOf(LINCOLN));
    expect((await run('import', join(folder, 'same.zip'))).text).toMatch(/\b0 created, 0 changed, 0 left/);
    writeFileSync(join(folder, 'cut.zip'), await zipOf(edited('users.csv', (content) => content.split('\n').slice(0, 8).join('\n'))));
    const stopped = await run('import', join(folder, 'cut.zip'));
    expect([stopped.code, stopped.text]).toEqual([
      1,
      expect.stringMatching(/stopped +file +users\.csv[\s\S]*Nothing was recorded[\s\S]*--confirm/),
    ]);
    expect((await run('import', join(folder, 'cut.zip'), '--confirm')).code).toBe(0);
    const list = await run('list');
    expect(list.text.match(/by system/g)).toHaveLength(3);
    expect(list.text).toMatch(/confirmed/);
    expect((await run('compare')).text).toMatch(/users\.csv +changed +15 → 7 rows[\s\S]*left +0 → \d/);
    expect((await run('compare', '00000000-0000-4000-8000-000000000000')).code).toBe(1);
    writeFileSync(join(folder, 'excel.zip'), await zipOf(edited('users.csv', (content) => content.replaceAll(',', ';'))));
    const excel = await run('import', join(folder, 'excel.zip'));
    expect([excel.code, excel.text]).toEqual([
      1,
      expect.stringMatching(/users\.csv:1 +Its columns are divided by semicolons[\s\S]*\b0 left[\s\S]*A file as a whole was not taken/),
    ]);
    writeFileSync(join(folder, 'no.zip'), 'not a zip');
    const none = await run('import', join(folder, 'no.zip'));
    expect([none.code, none.text]).toEqual([1, expect.stringMatching(/not a zip file/)]);
    expect(await run('import', join(folder, 'nowhere'))).toEqual({
      code: 1,
      text: expect.stringMatching(/^There is nothing at .*nowhere/),
    });
  });
});
