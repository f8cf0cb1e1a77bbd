import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type GoalId, id, isUuid, type PlanId, type StudentId } from '@foundation/kernel';
import { PLATFORM, type Platform } from '../platform';
import { notFound } from '../shared/replies';
import { Access, type Subject } from './access';
import { bearerOf, callerOf } from './authenticate';
import type { CalledRequest, Caller } from './caller';
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
    const caller = await callerOf(this.platform, request, bearerOf(request));
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
