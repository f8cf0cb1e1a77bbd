import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Position, type RecordedEvent, START } from '@foundation/kernel';
import { keyDestroyed } from '@foundation/privacy/events';
import { recorded, temporaryFolder } from '@foundation/testing';
import { FollowingViewHost, tellFollowers } from './following-host';
import { sourceOf } from './testing';
import { history, notes, studentAt, totals } from './toy.views';
import { ViewsBehind } from './view';
import { InlineViewHost } from './view-host';

const root = temporaryFolder();
let count = 0;
let folder: string;
let log: RecordedEvent[];
let projecting: InlineViewHost;
let following: FollowingViewHost;

const headOf = (): Position => log.at(-1)?.position ?? START;
const rows = () => following.get<{ n: number }>('SELECT count(*) AS n FROM notes')?.n;
const projector = (code: readonly string[] = []) => new InlineViewHost({ folder, views: [notes, totals], source: sourceOf(log), code });

beforeEach(async () => {
  folder = join(root, String(++count));
  mkdirSync(folder);
  log = history(50);
  projecting = projector();
  following = new FollowingViewHost({ folder, head: headOf });
  await following.start();
});
afterEach(async () => {
  await following.stop();
  await projecting.stop();
});

it('is not ready, and says so, until another process has views to read', async () => {
  expect(following.status()).toMatchObject({ ready: false, projector: 'stopped', views: [] });
  expect(rows).toThrow(ViewsBehind);
  await projecting.start();
  tellFollowers(folder, projecting.status());
  await following.waitFor(headOf());
  expect(rows()).toBe(50);
  expect(following.status()).toMatchObject({ ready: true, projector: 'running', head: headOf() });
});

it('waits for what the other process has not projected yet', async () => {
  await projecting.start();
  log.push(...history(5, 51));
  await expect(following.waitFor(headOf(), 30)).rejects.toThrow(ViewsBehind);
  const waited = following.waitFor(headOf());
  projecting.wake();
  await waited;
  expect(rows()).toBe(55);
});

it('moves to the file of a changed code, and lets go of the old one', async () => {
  await projecting.start();
  await following.waitFor(headOf());
  const before = following.status().file;
  await projecting.stop();
  projecting = projector([__filename]);
  await projecting.start();
  for (let turn = 0; turn < 200 && following.status().file === before; turn++) await new Promise((resolve) => setTimeout(resolve, 5));
  following.wake();
  expect(following.status().file).not.toBe(before);
  expect(rows()).toBe(50);
});

it('says that an erasure has left nothing once the process that cleared it has said so', async () => {
  await projecting.start();
  const erased = recorded(keyDestroyed.of({ subject: studentAt(7), kind: 'student', by: 'system', reason: 'requested' }), {
    stream: 'key-7',
    position: headOf() + 1n,
  });
  log.push(erased);
  projecting.wake();
  await expect(following.purged(erased.position, 20)).rejects.toThrow(ViewsBehind);
  await projecting.purged(erased.position);
  tellFollowers(folder, projecting.status());
  await following.purged(erased.position);
});

it('gives up a file that is gone, and finds the next', async () => {
  await projecting.start();
  await following.waitFor(headOf());
  await projecting.stop();
  for (const suffix of ['', '-wal', '-shm']) rmSync(join(folder, `${following.status().file}${suffix}`), { force: true });
  projecting = projector();
  await projecting.start();
  for (let turn = 0; turn < 200; turn++) {
    following.wake();
    if (following.status().views.length > 0 && following.status().file === projecting.status().file) break;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await following.waitFor(headOf());
  expect(rows()).toBe(50);
});
