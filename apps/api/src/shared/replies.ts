import { applyDecorators, createParamDecorator, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { ApiCreatedResponse, ApiHeader, ApiParam } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { CommandOutcome } from '@foundation/event-store';
import { Answer, etagOf, positionText, ProblemError } from '@foundation/http';
import { type Branded, id, isUuid } from '@foundation/kernel';
import { PLATFORM, type Platform } from '../platform';
import { WrittenDto } from './dto';

export interface WriteOptions {
  readonly status?: number;
  /** Kind of the resource's ETag. */
  readonly tag?: string;
  readonly location?: string;
}

/** How writes and pages are answered. */
@Injectable()
export class Replies {
  constructor(@Inject(PLATFORM) private readonly platform: Platform) {}

  written(outcome: Pick<CommandOutcome, 'revision' | 'position'>, resource: string, options: WriteOptions = {}): Answer<WrittenDto> {
    const { tag, ...rest } = options;
    const position = positionText(this.platform.journal.logId, outcome.position);
    const body = { id: resource, revision: outcome.revision, position };
    return new Answer(body, { position, ...rest, ...(tag && { etag: etagOf(tag, outcome.revision) }) });
  }

  page<T>(page: { readonly items: readonly T[]; readonly next?: string }): Answer<typeof page> {
    return new Answer(page, { next: page.next });
  }
}

export const notFound = (): ProblemError => new ProblemError('not-found', 'Check the id, and that you act in the right role.');

/** A path's id: what is no lower-case UUID names nothing. */
export const IdOf = (name: string): ParameterDecorator =>
  createParamDecorator((_: unknown, context: ExecutionContext): Branded<string, string> => {
    const value = context.switchToHttp().getRequest<FastifyRequest<{ Params: Record<string, string> }>>().params[name];
    if (value === undefined || !isUuid(value)) throw notFound();
    return id(value);
  })();

/** Documents a write: 201 with id, revision and position; an Idempotency-Key makes a retry safe. */
export const Writes = () =>
  applyDecorators(
    ApiCreatedResponse({ type: WrittenDto }),
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description: 'A UUID, or text up to 200 characters: the same key and body give the first answer.',
    }),
  );
export const ById = (name = 'id') => ApiParam({ name, schema: { type: 'string', format: 'uuid' } });
