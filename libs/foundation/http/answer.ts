import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { noneMatch } from './headers';
import { nextLink } from './page';

export interface AnswerOptions {
  readonly status?: number;
  /** Strong, quoted. A GET that names it in If-None-Match is answered 304. */
  readonly etag?: string;
  /** Wire text of the position that a write reached. */
  readonly position?: string;
  readonly location?: string;
  /** Cursor of the next page. */
  readonly next?: string;
}

/** What a controller returns when its answer has more to it than a body. */
export class Answer<T> {
  constructor(
    readonly body: T,
    readonly options: AnswerOptions = {},
  ) {}
}

/** Lets controllers return an Answer. Hooks, since an interceptor would wrap every request in observables. */
export function unfoldAnswers(fastify: FastifyInstance): void {
  fastify.addHook('preSerialization', (request, reply, payload, done) => {
    done(null, payload instanceof Answer ? unfold(payload, request, reply) : payload);
  });
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    done(null, reply.statusCode === NOT_MODIFIED ? null : payload);
  });
}
const NOT_MODIFIED = 304;

function unfold({ body, options }: Answer<unknown>, request: FastifyRequest, reply: FastifyReply): unknown {
  const { status, etag, position, location, next } = options;
  if (status !== undefined) reply.status(status);
  if (etag !== undefined) reply.header('ETag', etag);
  if (position !== undefined) reply.header('X-Position', position);
  if (location !== undefined) reply.header('Location', location);
  if (next !== undefined) reply.header('Link', nextLink(request.url, next));
  if (etag !== undefined && request.method === 'GET' && !noneMatch(request.headers['if-none-match'], etag)) {
    reply.status(NOT_MODIFIED);
  }
  return body;
}
