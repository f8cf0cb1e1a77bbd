import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { HttpObserver } from './observer';
import { codeOf, httpProblem, isUnexpected, problemOf } from './problem';

/** Answers every error as `application/problem+json`; logs unknown ones with their stack, never with the request. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly log: Logger,
    private readonly translate: (error: unknown) => unknown = (error) => error,
    private readonly observer?: HttpObserver,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    // Cut off while it was still sending, by itself or for being too slow: nobody reads the answer, and nothing went wrong on our side.
    const left = request.raw.destroyed && !request.raw.complete;
    const answered = left ? httpProblem('request-timeout') : problemOf(this.translate(error));
    if (!left) this.observer?.refused(codeOf(answered));
    if (isUnexpected(answered)) this.log.error({ correlationId: request.id, error: faultOf(error) }, 'unexpected');
    if (reply.sent) return;
    if (answered.problem.status === 413) takeTheRest(request, reply);
    const instance = request.url.split('?', 1)[0];
    void reply
      .status(answered.problem.status)
      .headers(answered.headers)
      .type('application/problem+json')
      .send(JSON.stringify({ ...answered.problem, instance, correlationId: request.id }));
  }
}

/**
 * A caller that is still sending reads the answer only if what it sends is taken off the wire: closing the connection would reset it under
 * its hands. Whatever it sends, the request's time limit ends it.
 */
function takeTheRest(request: FastifyRequest, reply: FastifyReply): void {
  reply.header('Connection', 'keep-alive');
  request.raw.resume();
}

/** Kind and place of an unknown error. Its message may quote personal data, so it is left out: the first line of the stack too. */
function faultOf(error: unknown): { readonly kind: string; readonly at: readonly string[] } {
  if (!(error instanceof Error)) return { kind: typeof error, at: [] };
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return { kind: error.name, at: frames.slice(0, 12).map((line) => line.trim()) };
}
