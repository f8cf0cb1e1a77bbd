import { randomBytes } from 'node:crypto';
import { hash, type Options, verify } from '@node-rs/argon2';
import { ERASED } from '@foundation/kernel';
import { KNOWN_BAD } from './known-bad';

export const MIN_PASSWORD = 12;
export const MAX_PASSWORD = 128;

/** argon2id (the library's default variant) with OWASP's first choice of cost: 19 MiB, two passes, one lane. */
const COST: Options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** One text for however a keyboard composes it (NIST SP 800-63B section 3.1.1.2). */
const composed = (password: string): string => password.normalize('NFKC');

/** A hash nobody's password has: checking against it makes an unknown name as slow as a wrong password. */
let nobodys: Promise<string> | undefined;

export const hashPassword = (password: string): Promise<string> => hash(composed(password), COST);

/** False for a missing, erased or foreign hash, after the same work as for a wrong password. */
export async function passwordMatches(passwordHash: string | undefined, password: string): Promise<boolean> {
  if (password.length > MAX_PASSWORD * 2) return false;
  nobodys ??= hashPassword(randomBytes(32).toString('base64'));
  const known = passwordHash !== undefined && passwordHash !== ERASED;
  const matches = await verify(known ? passwordHash : await nobodys, composed(password));
  return known && matches;
}

/** Why a password may not be chosen, in words for its owner; undefined when it may. `names` are known to an attacker too. */
export function passwordProblem(password: string, names: readonly string[]): string | undefined {
  const text = composed(password).toLowerCase();
  const length = [...text].length;
  if (length < MIN_PASSWORD) return `has fewer than ${MIN_PASSWORD} characters; a short sentence is easy to remember`;
  if (length > MAX_PASSWORD) return `has more than ${MAX_PASSWORD} characters`;
  if (new Set(text).size < 5) return 'repeats a few characters';
  const words = new Set([...KNOWN_BAD, ...names.flatMap(partsOf)]);
  if (isMadeOf(words, text)) {
    return 'is made of words, names or sequences that are tried first; a short sentence of your own is better';
  }
  return undefined;
}

/** A sign-in name and its parts: `ana.quill@lincoln.example` also as ana, quill, lincoln, example. */
const partsOf = (name: string): string[] => {
  const whole = name.normalize('NFKC').toLowerCase();
  return [whole, ...whole.split(/[^\p{L}\p{N}]+/u)].filter((part) => part.length >= 3);
};

const DISGUISES: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
};
/** `p@ssw0rd` is `password`; a digit of `2026` stays one where no word needs it. */
const plain = (text: string): string => text.replace(/[013457@$!]/g, (sign) => DISGUISES[sign] ?? sign);

const SEQUENCES = ['abcdefghijklmnopqrstuvwxyz', 'qwertyuiopasdfghjklzxcvbnm'].flatMap((row) => [row, [...row].reverse().join('')]);
const SHORTEST_RUN = 4;
const isRun = (text: string): boolean => text.length >= SHORTEST_RUN && SEQUENCES.some((row) => row.includes(text));
const isLetter = (character: string): boolean => /\p{L}/u.test(character);

/** True when words, keyboard or alphabet runs and whatever is no letter make up the whole text. */
function isMadeOf(words: ReadonlySet<string>, text: string): boolean {
  const longest = Math.max(...[...words].map((word) => word.length));
  const reached = new Array<boolean>(text.length + 1).fill(false);
  reached[0] = true;
  for (let from = 0; from < text.length; from++) {
    if (!reached[from]) continue;
    if (!isLetter(text.charAt(from))) reached[from + 1] = true;
    for (let to = from + 1; to <= Math.min(text.length, from + longest); to++) {
      const piece = text.slice(from, to);
      if (words.has(piece) || words.has(plain(piece)) || isRun(piece)) reached[to] = true;
    }
  }
  return reached[text.length] ?? false;
}
