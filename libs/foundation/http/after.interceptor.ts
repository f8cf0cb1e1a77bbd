import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { from, type Observable, switchMap } from 'rxjs';
import type { ViewReader } from '@foundation/view-store';
import { positionOf } from './position';
import { ProblemError } from './problem';

/** `?after=<position>`: answers once the views have reached it, so that a caller reads its own writes. Routes never see the parameter. */
@Injectable()
export class AfterInterceptor implements NestInterceptor {
  constructor(
    private readonly views: Pick<ViewReader, 'waitFor'>,
    private readonly logId: string,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const query = context.switchToHttp().getRequest<FastifyRequest<{ Querystring: Record<string, unknown> }>>().query;
    if (!('after' in query)) return next.handle();
    const { after } = query;
    if (typeof after !== 'string') throw new ProblemError('invalid-position', 'Name one position in `after`.');
    delete query.after;
    return from(this.views.waitFor(positionOf(this.logId, after))).pipe(switchMap(() => next.handle()));
  }
}
