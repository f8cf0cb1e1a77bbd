import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { FastifyAdapter } from '@bull-board/fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Queue } from 'bullmq';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { decide, Unauthenticated } from '@foundation/access';
import { callerOf, bearerOf } from '../access/authenticate';
import type { Platform } from '../platform';

/** Below the version, where the cookie of a sign-in does not give a way in by itself. */
export const BOARD = '/api/v1/jobs/board';
const COOKIE = 'job_board';

const NOT_FOUND = JSON.stringify({
  type: '/problems/not-found',
  title: 'There is no such thing',
  status: 404,
  detail: 'Check the address.',
});

/**
 * Bull Board on the queues of a cluster, for administrators; everybody else is told that there is nothing (404). A browser enters with
 * `POST /api/v1/jobs/board/enter` and its access token: the cookie that it gets is that token, for the minutes that it still runs.
 */
export async function mountJobBoard(app: NestFastifyApplication, platform: Platform, queues: readonly Queue[]): Promise<void> {
  const adapter = new FastifyAdapter();
  adapter.setBasePath(BOARD);
  createBullBoard({ queues: queues.map((queue) => new BullMQAdapter(queue)), serverAdapter: adapter });
  const board = adapter.registerPlugin();
  const fastify: FastifyInstance = app.getHttpAdapter().getInstance();

  await fastify.register(
    async (inside: FastifyInstance) => {
      inside.addHook('onRequest', async (request, reply) => {
        const token = bearerOf(request) ?? request.cookies[COOKIE];
        if (!(await isAdministrator(platform, request, token))) await refuse(reply);
      });
      inside.post('/enter', async (request, reply) => {
        const token = bearerOf(request);
        if (token === undefined) return refuse(reply);
        const { https } = platform.settings;
        reply.setCookie(COOKIE, token, { httpOnly: true, sameSite: 'strict', secure: https, path: BOARD });
        return reply.status(204).send();
      });
      await inside.register(board);
    },
    { prefix: BOARD },
  );
}

async function isAdministrator(platform: Platform, request: FastifyRequest, token: string | undefined): Promise<boolean> {
  try {
    const { actor } = await callerOf(platform, request, token);
    return decide(actor, 'jobs.manage').kind === 'allow';
  } catch (error) {
    if (error instanceof Unauthenticated) return false;
    throw error;
  }
}

const refuse = (reply: FastifyReply) => reply.status(404).type('application/problem+json').send(NOT_FOUND);
