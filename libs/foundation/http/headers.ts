import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { type CommandId, derivedId, newId } from '@foundation/kernel';
import { ProblemError } from './problem';

/** A strong ETag from a stream's revision: `"plan-17"`. */
export const etagOf = (kind: string, revision: number): string => `"${kind}-${revision}"`;

/**
 * The revision that If-Match names; undefined without the header or for `*`.
 * @throws ProblemError 400 for several tags; 412 for a tag that can never match (weak, or another resource's).
 */
export function ifMatchRevision(header: string | undefined, kind: string): number | undefined {
  const value = header?.trim();
  if (!value || value === '*') return undefined;
  if (value.includes(',')) throw new ProblemError('invalid-header', 'Name one ETag in If-Match: the one you read last.');
  const revision = new RegExp(`^"${kind}-(\\d{1,15})"$`).exec(value)?.[1];
  if (revision === undefined) throw new ProblemError('stale', `If-Match must be the ETag you read, such as ${etagOf(kind, 17)}.`);
  return Number(revision);
}

export const isIfMatchGiven = (request: FastifyRequest): boolean => Boolean(request.headers['if-match']?.trim());

export const preconditionRequired = (kind: string): ProblemError =>
  new ProblemError('precondition-required', `Read it first and send its ETag: If-Match: ${etagOf(kind, 17)}.`);

/** If-None-Match compares weakly (RFC 9110): a `W/` prefix makes no difference. */
export function noneMatch(header: string | undefined, etag: string): boolean {
  if (!header) return true;
  const tags = header.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return !tags.includes('*') && !tags.includes(etag);
}

/** What a route wants of If-Match: `@IfMatch('plan')` takes it when given, `@IfMatch('plan', 'required')` answers 428 without. */
export const IfMatch = (kind: string, need: 'optional' | 'required' = 'optional') =>
  createParamDecorator(
    (_: unknown, context: ExecutionContext): number | undefined => {
      const request = context.switchToHttp().getRequest<FastifyRequest>();
      if (need === 'required' && !isIfMatchGiven(request)) throw preconditionRequired(kind);
      return ifMatchRevision(request.headers['if-match'], kind);
    },
    [documentedHeader(kind, need)],
  )();

/** The header's place in the document, from the same word that reads it. */
const documentedHeader =
  (kind: string, need: 'optional' | 'required'): ParameterDecorator =>
  (target, key) => {
    const descriptor = key === undefined ? undefined : Object.getOwnPropertyDescriptor(target, key);
    if (key === undefined || !descriptor) return;
    const description = `The ETag that you read, such as \`${etagOf(kind, 17)}\`: when it has changed since, 412.`;
    ApiHeader({ name: 'If-Match', required: need === 'required', description })(target, key, descriptor);
  };

/**
 * The command's id from Idempotency-Key: a UUID or other text up to 200 characters, which stands for one command of `scope` (the caller
 * and the address), so that a key used at two addresses never makes two events of one id; without the header the server makes one.
 * @throws ProblemError 400 for an empty or longer key.
 */
export function commandIdOf(header: string | readonly string[] | undefined, scope: string): CommandId {
  if (header === undefined) return newId<CommandId>();
  const key = (typeof header === 'string' ? header : '').trim().replace(/^"(.*)"$/, '$1');
  if (key.length === 0 || key.length > 200) {
    throw new ProblemError('invalid-header', 'Idempotency-Key must be one UUID, or text of at most 200 characters.');
  }
  return derivedId<CommandId>(KEYS, `${scope}\n${key}`);
}
const KEYS = '0b6b2f4e-7d0a-5a57-9d8e-3f1a54a3c0de';
