import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { EventStoreDbEventStore } from '@foundation/event-store/eventstoredb';
import { type EventId, newId, type StaffId, type StudentId } from '@foundation/kernel';
import {
  createMasterKey,
  DESTROYED,
  Erasure,
  ErasureRegister,
  FINGERPRINT_STREAM,
  KeyRing,
  keyStream,
  type MasterKey,
  readMasterKey,
  WrongMasterKey,
} from '@foundation/privacy';
import { exported } from '@foundation/event-store/testing';
import { fixedClock, sampleMeta, temporaryFolder } from '@foundation/testing';
import { runCommand } from '../support/commands';
import { type FreshEventStore, startRealServer } from '../support/fresh-event-store';
import { scavenge, SMALL_CHUNKS, textsIn } from '../support/scavenging';

const CHUNK_BYTES = 1_048_576;

const data = join(temporaryFolder(), 'node');
const clock = fixedClock();
let server: FreshEventStore;
let store: EventStoreDbEventStore;

beforeAll(async () => {
  mkdirSync(data);
  createMasterKey(join(data, 'master.key'));
  server = await startRealServer(SMALL_CHUNKS);
  store = await EventStoreDbEventStore.open(server.connectionString);
});
afterAll(() => store?.close());

const master = (): MasterKey => readMasterKey(join(data, 'master.key'), {})!;
const ringOf = (of = master()) => new KeyRing(store, of, clock);

/** The wrapped key as the stream shows it: the text whose bytes are looked for. */
async function wrapIn(stream: string): Promise<string> {
  const [only, ...more] = await store.readStream(stream);
  expect(more).toEqual([]);
  return (only!.data as { wrapped: string }).wrapped;
}

/** Writes more than a chunk holds, so that what was written before is in one that is finished. */
async function writePast(): Promise<void> {
  const text = 'x'.repeat(CHUNK_BYTES / 4);
  for (let part = 0; part < 5; part++) {
    const event = { id: newId<EventId>(), type: 'test.filled', version: 1, data: { text }, meta: sampleMeta };
    await store.append(`filling-${newId()}`, 'no-stream', [event]);
  }
}

const wraps: Record<string, string> = {};
const keys: Record<string, string> = {};
const [sam, ben, ana] = [newId<StudentId>(), newId<StudentId>(), newId<StaffId>()];
const held = () => textsIn(server, wraps);

/** Waits for the files to hold just these; others run it into the test's time limit. */
async function settled(...wanted: readonly string[]): Promise<void> {
  while (held().join() !== wanted.join()) await pause(200);
}

it('a key lies in the server’s files, wrapped', async () => {
  const ring = ringOf();
  keys['fingerprints'] = exported(await ring.fingerprintKey());
  keys['sam'] = exported(await ring.keyFor(sam, 'student'));
  keys['ana'] = exported(await ring.keyFor(ana, 'staff'));
  await ring.keyFor(ben, 'student');
  Object.assign(wraps, {
    ana: await wrapIn(keyStream(ana)),
    ben: await wrapIn(keyStream(ben)),
    fingerprints: await wrapIn(FINGERPRINT_STREAM),
    sam: await wrapIn(keyStream(sam)),
  });
  await settled('ana', 'ben', 'fingerprints', 'sam');
});

it('an erased child’s key lies there until the server scavenges, in a chunk that was full long before; the others’ keys stay', async () => {
  const register = new ErasureRegister(join(data, 'erasures.jsonl'));
  await new Erasure(store, ringOf(), register, clock).erase(ben, 'student', 'system', 'requested');
  await writePast();
  await settled('ana', 'ben', 'fingerprints', 'sam');
  await scavenge(server);
  await settled('ana', 'fingerprints', 'sam');
  expect(await ringOf().find(ben)).toBe(DESTROYED);
  expect(exported(await ringOf().find(sam))).toBe(keys['sam']);
});

it('a change of the master key leaves nothing in the files that the old one opens, once the server scavenges: it closes the chunk that it writes', async () => {
  const old = master();
  expect(await runCommand('keys', data, ['rotate', '--eventstore', server.connectionString])).toMatchObject({
    code: 0,
    said: expect.stringContaining('2 keys are wrapped by the new master key'),
  });
  Object.assign(wraps, {
    'ana anew': await wrapIn(keyStream(ana)),
    'fingerprints anew': await wrapIn(FINGERPRINT_STREAM),
    'sam anew': await wrapIn(keyStream(sam)),
  });
  await settled('ana', 'ana anew', 'fingerprints', 'fingerprints anew', 'sam', 'sam anew');
  await scavenge(server);
  await settled('ana anew', 'fingerprints anew', 'sam anew');

  const ring = ringOf();
  expect(master().id).not.toBe(old.id);
  expect(exported(await ring.fingerprintKey())).toBe(keys['fingerprints']);
  expect(exported(await ring.find(sam))).toBe(keys['sam']);
  expect(exported(await ring.find(ana))).toBe(keys['ana']);
  expect(await ring.find(ben)).toBe(DESTROYED);
  await expect(ringOf(old).find(sam)).rejects.toThrow(WrongMasterKey);
  const moments = await store.readStream('master-keys');
  expect(moments.map(({ data: of }) => of)).toEqual([{ masterKey: old.id, by: master().id }]);
});
