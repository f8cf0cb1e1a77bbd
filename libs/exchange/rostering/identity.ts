/** What tells one person from another, as the record and a file have it. */
export interface Identity {
  readonly givenName: string;
  readonly familyName: string;
  readonly preferredName?: string;
  readonly birthDate?: string;
  readonly identifier?: string;
}

/**
 * True when the same sourcedId obviously stands for somebody else now. One changed name is a marriage, a correction or a chosen name, unless
 * the birth date is another too; two changed names are another person, unless birth date or the district's number says that it is the same.
 */
export function isAnotherPerson(before: Identity, now: Identity): boolean {
  const given =
    !sameName(before.givenName, now.givenName) &&
    !sameName(before.preferredName, now.givenName) &&
    !sameName(before.givenName, now.preferredName);
  const family = !sameName(before.familyName, now.familyName);
  if (!given && !family) return false;
  if (agrees(before.identifier, now.identifier)) return false;
  if (given && family) return !agrees(before.birthDate, now.birthDate);
  return differs(before.birthDate, now.birthDate);
}

const agrees = (a: string | undefined, b: string | undefined): boolean => a !== undefined && a === b;
const differs = (a: string | undefined, b: string | undefined): boolean => a !== undefined && b !== undefined && a !== b;

/** Case, accents and punctuation aside. */
const folded = (name: string): string =>
  name
    .normalize('NFD')
    .replace(/[^\p{L}\p{N}]/gu, '')
    .toLowerCase();

const sameName = (a: string | undefined, b: string | undefined): boolean => a !== undefined && b !== undefined && folded(a) === folded(b);
