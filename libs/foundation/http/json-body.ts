import { isUtf8 } from 'node:buffer';
import type { FastifyInstance } from 'fastify';
import type { RefusalPart } from '@foundation/kernel';
import { ProblemError } from './problem';
import { pointerPart } from './validation';

/** Values that are looked through for the places: anybody may send a body, so its size must not multiply. */
const MOST_LOOKED_AT = 10_000;
const PACKED = new ProblemError('unsupported-media-type', 'Send the body unpacked, without Content-Encoding.');
const LOST = 'Half a character or a character zero stands in it, and would be lost: write it anew.';

/** Reads bodies of JSON. What could not be kept as it was sent is refused, for a name that is spoilt silently is spoilt for good. */
export function readJsonBodies(fastify: FastifyInstance): void {
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    if (body.length === 0) return done(null, undefined);
    if (!['identity', undefined].includes(request.headers['content-encoding'])) return done(PACKED);
    if (!isUtf8(body))
      return done(new ProblemError('malformed-json', 'A letter in it is not UTF-8, and would be lost: send the body in UTF-8.'));
    const text = body.toString();
    void parse(request, text, (error, value: unknown) => {
      if (error === null && holdsLost(text)) done(new ProblemError('invalid-request', LOST, placesOfLost(value)));
      else done(error, value);
    });
  });
}

/** Whether an escape writes U+0000 or half of a surrogate pair: in sound UTF-8 nothing else can. */
function holdsLost(json: string): boolean {
  /** Where the other half must stand, when the last escape was the first half of a pair. */
  let due = -1;
  for (let at = json.indexOf('\\u'); at !== -1; at = json.indexOf('\\u', at + 2)) {
    let before = at;
    while (json[before - 1] === '\\') before--;
    // The backslash is itself escaped.
    if ((at - before) % 2 === 1) continue;
    const unit = Number.parseInt(json.slice(at + 2, at + 6), 16);
    const isSecondHalf = unit >= 0xdc00 && unit <= 0xdfff;
    if (unit === 0 || isSecondHalf !== (at === due) || (due !== -1 && at !== due)) return true;
    due = unit >= 0xd800 && unit <= 0xdbff ? at + 6 : -1;
  }
  return due !== -1;
}

const isLost = (text: string): boolean => !text.isWellFormed() || text.includes('\0');

/** None when they stand further back than is looked. Without recursion: a body may be nested deeper than the stack is. */
function placesOfLost(body: unknown): RefusalPart[] {
  const found: RefusalPart[] = [];
  const left: [pointer: string, value: unknown][] = [['', body]];
  let looked = 0;
  for (let next = left.pop(); next; next = left.pop()) {
    const [pointer, value] = next;
    if (typeof value === 'string' && isLost(value)) found.push({ pointer, detail: LOST });
    if (typeof value !== 'object' || value === null) continue;
    for (const key of Array.isArray(value) ? value.keys() : Object.keys(value)) {
      if (++looked > MOST_LOOKED_AT) return found.slice(0, 100);
      if (isLost(String(key))) found.push({ pointer, detail: LOST });
      else left.push([`${pointer}/${pointerPart(String(key))}`, (value as Record<string | number, unknown>)[key]]);
    }
  }
  return found.slice(0, 100);
}
