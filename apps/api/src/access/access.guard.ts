import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Unauthenticated } from '@foundation/access';
import { localDateOf, inZone } from '@foundation/calendar';
import { type GoalId, id, isUuid, type PlanId, type StudentId } from '@foundation/kernel';
import { PLATFORM, type Platform } from '../platform';
import { onceCurrent } from '../shared/current';
import { notFound } from '../shared/replies';
import { Access, type Subject } from './access';
import { type CalledRequest, Caller } from './caller';
import { Reads } from './reads';
import { type About, REQUIREMENT, type Requirement } from './requires';

/** One guard for every route: who asks, may they, and the read goes on record before it is answered. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    @Inject(PLATFORM) private readonly platform: Platform,
    private readonly reflector: Reflector,
    private readonly access: Access,
    private readonly reads: Reads,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const requirement = this.reflector.get<Requirement | undefined>(REQUIREMENT, context.getHandler());
    if (!requirement) return false;
    if (requirement.public) return true;
    const request = context.switchToHttp().getRequest<CalledRequest>();
    const caller = await this.authenticate(request);
    request.caller = caller;
    const { action, about } = requirement;
    if (about === 'inside') return true;
    if (about === 'nobody') caller.scope = this.access.allow(caller, action);
    else {
      const subject = await this.subjectOf(about, request, caller);
      if (!subject) throw notFound();
      caller.scope = await this.access.authorise(caller, action, subject);
      caller.student = subject.student;
      await this.reads.record(caller, action, subject.student);
    }
    context.switchToHttp().getResponse<FastifyReply>().header('Vary', 'Authorization');
    return true;
  }

  /** @throws Unauthenticated without a valid token, for a removed person, or one who no longer holds the role. */
  private async authenticate(request: FastifyRequest): Promise<Caller> {
    const token = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined) throw new Unauthenticated('token-missing');
    const { sub, role, exp, sid } = this.platform.tokens.verify(token);
    const now = this.platform.clock.now();
    const { zone } = this.platform.settings;
    const today = localDateOf(inZone(now, zone));
    const actor = await onceCurrent(
      this.platform,
      () => this.platform.relations.actor(sub, role, today),
      (found) => found !== undefined,
    );
    if (!actor) throw new Unauthenticated('sign-in-ended');
    return new Caller(actor, now, zone, request, { signIn: sid, expiresAt: exp });
  }

  private async subjectOf(
    about: Exclude<About, 'nobody' | 'inside'>,
    request: FastifyRequest,
    caller: Caller,
  ): Promise<Subject | undefined> {
    const given = (request.params as Record<string, string>).id ?? '';
    if (!isUuid(given)) return undefined;
    if (typeof about === 'object') return this.access.record(caller, about.record, given);
    const student = await this.studentOf(about, given);
    return student && { student };
  }

  private studentOf(about: 'student' | 'plan' | 'goal', given: string): StudentId | undefined | Promise<StudentId | undefined> {
    switch (about) {
      case 'student':
        return id<StudentId>(given);
      case 'plan':
        return this.access.studentOfPlan(id<PlanId>(given));
      case 'goal':
        return this.access.studentOfGoal(id<GoalId>(given));
    }
  }
}
