import cookie from '@fastify/cookie';
import type { DynamicModule, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Logger } from 'pino';
import { isUuid } from '@foundation/kernel';
import { unfoldAnswers } from './answer';
import { readJsonBodies } from './json-body';
import { nestLogger } from './logger';
import type { HttpObserver } from './observer';
import { ProblemFilter } from './problem.filter';
import { httpProblem } from './problem';
import { SseStreams } from './sse';
import { answerUnreadable } from './unreadable';
import { DtoPipe } from './validation';

export interface HttpSettings {
  readonly logger: Logger;
  /** Bytes; a route may take more with `@RouteConfig({ bodyLimit })`. */
  readonly bodyLimit?: number;
  /** Until the whole request has arrived. */
  readonly requestTimeoutMs?: number;
  readonly sse?: SseStreams;
  readonly observer?: HttpObserver;
  /** Turns errors of rooms above this one into ProblemError or RefusalError; gives back what it does not know. */
  readonly translate?: (error: unknown) => unknown;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Bytes this route's body may have. */
    bodyLimit?: number;
    /** Not logged per request, as health checks. */
    quiet?: boolean;
  }
}

const MiB = 1024 * 1024;
/** Until the headers of a request have arrived, from the opening of the connection on. */
const HEADERS_TIMEOUT_MS = 10_000;
/** How often slow requests are looked for. */
const LOOK_FOR_SLOW_MS = 2_000;
const CLOSE_IDLE_MS = 50;

const securityHeaders: Readonly<Record<string, string>> = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Content-Security-Policy':
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'",
};

/** Nest on Fastify with the house rules: problems, DTO validation, correlation ids, limits, security headers, a log line per request. */
export async function createHttpApp(module: Type | DynamicModule, settings: HttpSettings): Promise<NestFastifyApplication> {
  const { logger, bodyLimit = 2 * MiB, requestTimeoutMs = 30_000, sse = new SseStreams(), observer } = settings;
  const adapter = new FastifyAdapter({
    bodyLimit,
    requestTimeout: requestTimeoutMs,
    // Node looks every 30 s by default: so long a client could hold a connection that it never uses.
    http: { headersTimeout: Math.min(HEADERS_TIMEOUT_MS, requestTimeoutMs), connectionsCheckingInterval: LOOK_FOR_SLOW_MS },
    connectionTimeout: 0,
    keepAliveTimeout: 65_000,
    forceCloseConnections: 'idle',
    requestIdHeader: false,
    genReqId: correlationId,
    routerOptions: { maxParamLength: 200, ignoreTrailingSlash: true },
    clientErrorHandler: answerUnreadable(observer),
    frameworkErrors: (_error: Error, request: FastifyRequest, reply: FastifyReply) => {
      const { problem } = httpProblem('bad-request', 'Mend the address.');
      observer?.refused('bad-request');
      void reply
        .status(400)
        .type('application/problem+json')
        .send(JSON.stringify({ ...problem, correlationId: request.id }));
    },
  });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: nestLogger(logger),
    bodyParser: false,
    abortOnError: false,
  });
  const fastify = adapter.getInstance();
  fastify.removeAllContentTypeParsers();
  readJsonBodies(fastify);
  fastify.addHook('onRoute', (route) => {
    if (route.config?.bodyLimit) route.bodyLimit = route.config.bodyLimit;
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.header('X-Correlation-Id', request.id);
    reply.headers(securityHeaders);
    if (request.url.startsWith('/api/v1')) reply.header('Cache-Control', 'private, no-cache');
    done();
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const { url: route = 'unknown', config } = request.routeOptions;
    const line = { route, method: request.method, status: reply.statusCode, ms: Math.round(reply.elapsedTime), correlationId: request.id };
    logger[config.quiet ? 'debug' : 'info'](line, 'request');
    observer?.answered(request.method, route, reply.statusCode, reply.elapsedTime / 1000);
    done();
  });
  fastify.addHook('preClose', async () => {
    sse.closeAll();
    // A connection that was busy when the closing began falls idle later, and would be kept for its whole keep-alive time.
    const sweep = setInterval(() => fastify.server.closeIdleConnections(), CLOSE_IDLE_MS);
    fastify.server.once('close', () => clearInterval(sweep));
  });
  await app.register(cookie);
  app.useGlobalFilters(new ProblemFilter(logger, settings.translate, observer));
  unfoldAnswers(fastify);
  app.useGlobalPipes(new DtoPipe());
  return app;
}

/** The caller's X-Correlation-Id when it is a UUID, else a new one. */
function correlationId(request: Pick<IncomingMessage, 'headers'>): string {
  const given = request.headers['x-correlation-id'];
  const text = typeof given === 'string' ? given.toLowerCase() : undefined;
  return text !== undefined && isUuid(text) ? text : randomUUID();
}
