import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { inZone, localDateOf } from '@foundation/calendar';
import type { CommandContext } from '@foundation/event-store';
import type { Actor, ReadScope } from '@foundation/access';
import { commandIdOf } from '@foundation/http';
import {
  type Branded,
  type CommandId,
  derivedId,
  type Instant,
  type LocalDate,
  type SignInId,
  type StudentId,
  type ZonedInstant,
} from '@foundation/kernel';

export interface CommandOptions {
  readonly commandId?: CommandId;
  readonly occurredAt?: ZonedInstant;
  readonly ifRevision?: number;
  /** What tells a repeat from a re-used id; the route, its ids and its body when left out. */
  readonly request?: unknown;
}

/** Who sent this request, in which role, when; made by the guard, handed to controllers by `@By()`. */
export class Caller {
  /** What the guard let through: how much of the child's practice may be shown. */
  scope: ReadScope = { records: 'own', sessionNotes: false };
  /** The child that the request is about. */
  student?: StudentId;

  constructor(
    readonly actor: Actor,
    readonly now: Instant,
    readonly zone: string,
    private readonly request: FastifyRequest,
    readonly session: { readonly signIn: SignInId; /** Seconds since 1970. */ readonly expiresAt: number },
  ) {}

  get here(): ZonedInstant {
    this.placed ??= inZone(this.now, this.zone);
    return this.placed;
  }
  private placed?: ZonedInstant;

  get today(): LocalDate {
    this.day ??= localDateOf(this.here);
    return this.day;
  }
  private day?: LocalDate;

  get correlationId(): string {
    return this.request.id;
  }

  /** From Idempotency-Key, or made once for this request. */
  get commandId(): CommandId {
    this.madeId ??= commandIdOf(this.request.headers['idempotency-key'], `${this.actor.staff} ${this.request.method} ${this.path}`);
    return this.madeId;
  }
  private madeId?: CommandId;

  /** The id of a new thing: the one the body gives, or one that follows from the command, so that a retry names the same thing. */
  newId<T extends Branded<string, string>>(given: T | undefined, kind: string): T {
    return given ?? derivedId<T>(this.commandId, kind);
  }

  context(options: CommandOptions = {}): CommandContext {
    const { commandId = this.commandId, occurredAt = this.here, ifRevision, request = this.sent } = options;
    return {
      commandId,
      correlationId: this.correlationId,
      actor: this.actor.staff,
      role: this.actor.role,
      occurredAt,
      recordedAt: this.now,
      request,
      ...(ifRevision !== undefined && { ifRevision }),
    };
  }

  private get path(): string {
    return this.request.url.split('?', 1)[0] ?? '';
  }

  private get sent(): unknown {
    const { method, body } = this.request;
    return { route: `${method} ${this.path}`, body: body ?? null };
  }
}

export type CalledRequest = FastifyRequest & { caller?: Caller };

/** The caller of a route that is not public. */
export const By = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  const { caller } = context.switchToHttp().getRequest<CalledRequest>();
  if (!caller) throw new TypeError('A public route has no caller');
  return caller;
});
