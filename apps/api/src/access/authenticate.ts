import type { FastifyRequest } from 'fastify';
import { Unauthenticated } from '@foundation/access';
import { inZone, localDateOf } from '@foundation/calendar';
import type { Platform } from '../platform';
import { onceCurrent } from '../shared/current';
import { Caller } from './caller';

export const bearerOf = ({ headers }: FastifyRequest): string | undefined => /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1];

/** @throws Unauthenticated without a valid token, for a removed person, or one who no longer holds the role. */
export async function callerOf(
  platform: Pick<Platform, 'tokens' | 'clock' | 'relations' | 'settings' | 'catchUp'>,
  request: FastifyRequest,
  token: string | undefined,
): Promise<Caller> {
  if (token === undefined) throw new Unauthenticated('token-missing');
  const { sub, role, exp, sid } = platform.tokens.verify(token);
  const now = platform.clock.now();
  const { zone } = platform.settings;
  const today = localDateOf(inZone(now, zone));
  const actor = await onceCurrent(
    platform,
    () => platform.relations.actor(sub, role, today),
    (found) => found !== undefined,
  );
  if (!actor) throw new Unauthenticated('sign-in-ended');
  return new Caller(actor, now, zone, request, { signIn: sid, expiresAt: exp });
}
