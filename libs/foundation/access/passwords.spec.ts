import { parseOptions } from '@node-rs/argon2';
import { ERASED } from '@foundation/kernel';
import { KNOWN_BAD } from './known-bad';
import { hashPassword, MAX_PASSWORD, passwordMatches, passwordProblem } from './passwords';

const problem = (password: string) => passwordProblem(password, ['ana.quillfeather@lincoln.example', 'Ana', 'Quillfeather']);

describe('a password', () => {
  it.each(['seven wet otters juggling', 'Tuesday soup tastes of rain', 'vzK4-93mm-plQe-71', 'жёлтый автобус поёт', 'purplehippoglasses'])(
    '%s is taken',
    (password) => expect(problem(password)).toBeUndefined(),
  );

  it.each([
    'short pass',
    'password1234',
    'P@ssw0rd2026!',
    'passwordpassword',
    'qwertyuiop123',
    'abcdefghijklm',
    'zyxwvutsrqponm',
    '123456789012',
    '2026-03-03-2026',
    'aaaaaaaaaaaaaa',
    'abababababab',
    'Throughline2026',
    'throughline-school!',
    'Welcome2School!',
    'iloveyouforever',
    'CorrectHorseBatteryStaple',
    'correct horse battery staple',
    'Ana.Quillfeather1',
    'ana.quillfeather@lincoln.example',
    'quillfeather99!!',
    'Summer2026Winter',
  ])('%s is refused', (password) => expect(problem(password)).toEqual(expect.any(String)));

  it('has at most 128 characters, counted as people count them', () => {
    const rest = (length: number) => [...'vzk4 93mm plqe 71 otters juggle '.repeat(5)].slice(0, length).join('');
    expect(problem(rest(MAX_PASSWORD))).toBeUndefined();
    expect(problem(rest(MAX_PASSWORD + 1))).toMatch('more than 128');
    expect(problem('🦦'.repeat(11))).toMatch('fewer than 12');
  });
  it('is held against a few hundred words', () => expect(KNOWN_BAD.size).toBeGreaterThan(400));
});

describe('a password’s hash', () => {
  it('is argon2id with 19 MiB, two passes, one lane', async () => {
    const passwordHash = await hashPassword('seven wet otters juggling');
    expect(passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(parseOptions(passwordHash)).toMatchObject({ memoryCost: 19_456, timeCost: 2, parallelism: 1, outputLen: 32 });
  });
  it('matches that password alone, in whichever way it was composed', async () => {
    const passwordHash = await hashPassword('caf\u00e9 of the seven otters');
    await expect(passwordMatches(passwordHash, 'cafe\u0301 of the seven otters')).resolves.toBe(true);
    await expect(passwordMatches(passwordHash, 'cafe of the seven otters')).resolves.toBe(false);
  });
  it('that is missing or erased matches nothing', async () => {
    await expect(passwordMatches(undefined, 'seven wet otters juggling')).resolves.toBe(false);
    await expect(passwordMatches(ERASED, ERASED)).resolves.toBe(false);
  });
});
