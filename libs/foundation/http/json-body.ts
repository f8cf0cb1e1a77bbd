import { isUtf8 } from 'node:buffer';
import type { FastifyInstance } from 'fastify';
import type { RefusalPart } from '@foundation/kernel';
import { ProblemError } from './problem';
import { pointerPart } from './validation';

/** A text that may hold what is looked for: nothing else writes half a character or a zero into sound UTF-8. */
const SUSPECT = /\\u(?:d[89a-f]|0000)/i;
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
      const lost = error === null && SUSPECT.test(text) ? lostIn(value) : [];
      if (lost.length === 0) done(error, value);
      else done(new ProblemError('invalid-request', 'It holds what cannot be kept.', lost.slice(0, 100)));
    });
  });
}

const isLost = (text: string): boolean => !text.isWellFormed() || text.includes('\0');

/** Without recursion: a body may be nested deeper than the stack is. */
function lostIn(body: unknown): RefusalPart[] {
  const found: RefusalPart[] = [];
  const left: [pointer: string, value: unknown][] = [['', body]];
  for (let next = left.pop(); next; next = left.pop()) {
    const [pointer, value] = next;
    if (typeof value === 'string') {
      if (isLost(value)) found.push({ pointer, detail: LOST });
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) {
        if (isLost(key)) found.push({ pointer, detail: LOST });
        else left.push([`${pointer}/${pointerPart(key)}`, inner]);
      }
    }
  }
  return found;
}
