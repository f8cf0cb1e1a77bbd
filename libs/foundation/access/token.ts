import { createHash, createHmac, randomBytes } from 'node:crypto';
import { type Branded, isUuid } from '@foundation/kernel';

/** Something random that opens a door once or for a while: `<id of what it belongs to>.<256 bits>`. Only its digest is kept. */
export interface Token<T extends Branded<string, string>> {
  readonly of: T;
  readonly text: string;
  readonly digest: string;
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');
const token = <T extends Branded<string, string>>(of: T, secret: Buffer): Token<T> => {
  const text = `${of}.${secret.toString('base64url')}`;
  return { of, text, digest: digestOf(text) };
};

export const newToken = <T extends Branded<string, string>>(of: T): Token<T> => token(of, randomBytes(32));

/** The token after this one: it follows from it and a key, so that a lost answer can be given again though no token is kept. */
export const nextToken = <T extends Branded<string, string>>(key: Uint8Array, last: Token<T>): Token<T> =>
  token(last.of, createHmac('sha256', key).update(last.text).digest());

/** Reads a token from outside; undefined when it does not even look like one. */
export function readToken<T extends Branded<string, string>>(text: string): Token<T> | undefined {
  const [of = '', secret = '', ...rest] = text.split('.');
  if (!isUuid(of) || !/^[\w-]{43}$/.test(secret) || rest.length > 0) return undefined;
  return { of: of as unknown as T, text, digest: digestOf(text) };
}
