import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { map, type Observable } from 'rxjs';
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

@Injectable()
export class AnswerInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    return next.handle().pipe(map((result: unknown) => (result instanceof Answer ? unfold(result, request, reply) : result)));
  }
}

function unfold({ body, options }: Answer<unknown>, request: FastifyRequest, reply: FastifyReply): unknown {
  const { status, etag, position, location, next } = options;
  if (status !== undefined) reply.status(status);
  if (etag !== undefined) reply.header('ETag', etag);
  if (position !== undefined) reply.header('X-Position', position);
  if (location !== undefined) reply.header('Location', location);
  if (next !== undefined) reply.header('Link', nextLink(request.url, next));
  if (etag !== undefined && request.method === 'GET' && !noneMatch(request.headers['if-none-match'], etag)) {
    reply.status(304);
    return undefined;
  }
  return body;
}
