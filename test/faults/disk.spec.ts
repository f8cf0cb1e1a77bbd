import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@foundation/testing';
import { Client } from '../support/client';
import { ADMINISTRATOR, countOf, importRoster, observationsOf, openCase, type OpenedCase, setUp, signIn } from '../support/district';
import { Service } from '../support/service';
import { onReadOnlyFolder, onSmallDisk, seenBy } from '../support/disks';

const NOW = '2027-03-10T14:15:00.000Z';
const MORNING = '2027-03-10T08:30:00-05:00';
const root = temporaryFolder();

async function open(name: string) {
  const folder = join(root, name);
  mkdirSync(folder);
  const service = await Service.start({ data: folder, now: NOW, launcher: onSmallDisk(folder, 48) });
  const admin = await setUp(service);
  await importRoster(admin, 'lincoln-v1p1');
  return { folder, service, sam: await openCase(admin, '2027-01-04') };
}

/** Records until `enough` says so; what was acknowledged, and each other answer once. */
async function recordUntil(sam: OpenedCase, acknowledged: string[], enough: (status: number) => boolean) {
  const others = new Map<number, Awaited<ReturnType<Client['post']>>>();
  for (let attempt = 0; attempt < 3000; attempt++) {
    const record = { ...countOf(sam, MORNING), context: { note: 'n'.repeat(1500) } };
    const answer = await sam.aide.post('observations', record);
    if (answer.status === 201) acknowledged.push(record.id);
    else others.set(answer.status, answer);
    if (enough(answer.status)) break;
  }
  return others;
}

/** Waits until the service takes records again by itself. */
async function recovered(sam: OpenedCase, acknowledged: string[]): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const record = countOf(sam, MORNING);
    if ((await sam.aide.post('observations', record)).status === 201) return void acknowledged.push(record.id);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('The service did not take records again');
}

/** Ready again, with every acknowledged record in the views. */
async function nothingIsMissing({ service, sam }: Awaited<ReturnType<typeof open>>, acknowledged: readonly string[]): Promise<void> {
  const manager = await signIn(new Client(service.url), 'tarrow');
  const ready = async () => (await fetch(`${service.url}/health/ready`)).status;
  for (let attempt = 0; attempt < 400 && (await ready()) !== 200; attempt++) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await ready()).toBe(200);
  const found = await observationsOf(manager, sam.student);
  expect(acknowledged.filter((id) => !found.has(id))).toEqual([]);
  expect(found.size).toBe(new Set(acknowledged).size);
}

describe('a full disk', () => {
  it('is answered with 503 and a remedy, loses nothing acknowledged, and recording goes on when there is room again', async () => {
    const opened = await open('full');
    const { service, sam, folder } = opened;
    const acknowledged: string[] = [];
    await recordUntil(sam, acknowledged, () => acknowledged.length === 50);

    const disk = seenBy(service.process.pid, folder);
    const { bavail, bsize } = statfsSync(disk);
    writeFileSync(join(disk, 'filler'), Buffer.alloc(bavail * bsize - 1_500_000));
    let refused = 0;
    const others = await recordUntil(sam, acknowledged, (status) => status !== 201 && ++refused === 20);
    expect([...others.keys()]).toEqual([503]);
    expect(others.get(503)?.body).toMatchObject({ type: '/problems/store-unavailable', detail: expect.stringMatching(/again/) });
    expect(others.get(503)?.headers.get('retry-after')).toMatch(/^\d+$/);
    expect((await fetch(`${service.url}/health/live`)).status).toBe(200);

    rmSync(join(disk, 'filler'));
    await recovered(sam, acknowledged);
    await recordUntil(sam, acknowledged, () => acknowledged.length % 50 === 0);
    await nothingIsMissing(opened, acknowledged);
    expect(await service.stop('SIGTERM')).toBe(0);
  }, 90_000);
});

describe('a read-only folder', () => {
  it('is named with its remedy and nothing starts, whether it is new or holds a record', async () => {
    const folder = join(root, 'read-only');
    mkdirSync(folder);
    const start = () => Service.start({ data: folder, now: NOW, launcher: onReadOnlyFolder(folder) });
    await expect(start()).rejects.toThrow(/master key cannot be written to .*EROFS/);
    const service = await Service.start({ data: folder, now: NOW });
    await setUp(service);
    await service.stop('SIGTERM');
    await expect(start()).rejects.toThrow(/ended with 1[^]*The data folder .* cannot be written .*THROUGHLINE_DATA/);
    const again = await Service.start({ data: folder, now: NOW });
    await signIn(new Client(again.url), ADMINISTRATOR);
    await again.stop('SIGTERM');
  }, 60_000);
});
