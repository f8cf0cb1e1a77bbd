import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { temporaryFolder } from '@foundation/testing';
import { runCommand } from '../support/commands';
import { Service } from '../support/service';
import { addStudent, countKnown, filesWith, signedIn, SMALL } from '../support/small-district';

const root = temporaryFolder();

/** A name that occurs nowhere else, so that its bytes can be searched for. */
const nameOf = (round: number) => `Zephyrine${round}quill`;

it('killed while a child is erased: the erasure is finished at the next start and no byte of the clear text is left', async () => {
  const data = join(root, 'data');
  let service = await Service.start({ data, arguments: SMALL });
  const kept: string[] = [];
  const erased: string[] = [];
  const outcomes = { acknowledged: 0, unfinished: 0, never: 0 };
  for (let round = 0; round < 8; round++) {
    const admin = await signedIn(service, 'administrator');
    const child = (await addStudent(admin, nameOf(round)))!;
    const other = (await addStudent(admin, 'Stays'))!;
    kept.push(other);
    // Read back, so that it has gone the whole way into the views.
    expect((await admin.read(`students/${child}`)).givenName).toBe(nameOf(round));
    expect(filesWith(data, nameOf(round))).not.toEqual([]);

    const erasing = admin.post(`students/${child}/erase`, { reason: 'requested' }).catch(() => undefined);
    await pause(1 + 2 * round);
    await service.stop('SIGKILL');
    const answer = await erasing;
    service = await Service.start({ data, arguments: ['--demo'] });
    const again = await signedIn(service, 'administrator');
    const { status } = await again.get(`students/${child}`);
    if (answer?.status === 200) outcomes.acknowledged++;
    else if (status === 404) outcomes.unfinished++;
    else outcomes.never++;
    if (answer?.status === 200) expect(status).toBe(404);
    if (status === 404) {
      erased.push(child);
      // The kill came after the destruction was on disk: all else follows from it.
      expect(readFileSync(join(data, 'erasures.jsonl'), 'utf8')).toContain(child);
    } else {
      expect((await again.post(`students/${child}/erase`, { reason: 'requested' })).status).toBe(200);
      erased.push(child);
    }
    // The views follow within moments of the start; a file that keeps the name runs this into the test's time limit.
    while (filesWith(data, nameOf(round)).length > 0) await pause(20);
  }
  const reader = await signedIn(service, 'administrator');
  expect(await countKnown(reader, kept)).toBe(kept.length);
  expect(await countKnown(reader, erased)).toBe(0);
  expect(outcomes.acknowledged + outcomes.unfinished + outcomes.never).toBe(8);
  expect(await service.stop()).toBe(0);
  expect((await runCommand('doctor', data)).said).toMatch(/ok +erasures +8, each in the log and in the register/);
}, 120_000);
