import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { ViewReader } from '@foundation/view-store';
import { positionOf } from './position';
import { ProblemError } from './problem';

/**
 * `?after=<position>`: answers once the views have reached it, so that a caller reads its own writes. Routes never see the parameter.
 * A guard, since it stands after those of the modules and costs nothing where the parameter is not given; an interceptor wraps every answer.
 */
@Injectable()
export class AfterGuard implements CanActivate {
  constructor(
    private readonly views: Pick<ViewReader, 'waitFor'>,
    private readonly logId: string,
  ) {}

  canActivate(context: ExecutionContext): true | Promise<true> {
    const query = context.switchToHttp().getRequest<FastifyRequest<{ Querystring: Record<string, unknown> }>>().query;
    if (!('after' in query)) return true;
    const { after } = query;
    if (typeof after !== 'string') throw new ProblemError('invalid-position', 'Name one position in `after`.');
    delete query.after;
    return this.views.waitFor(positionOf(this.logId, after)).then(() => true as const);
  }
}
