import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiBearerAuth } from '@nestjs/swagger';
import type { Action } from '@foundation/access';

export const RECORD_KINDS = ['observation', 'accommodationEntry', 'session'] as const;
export type RecordKind = (typeof RECORD_KINDS)[number];

/**
 * Whom `:id` of the route leads to: nobody in particular, a child, the child of a plan, goal or record; or `inside`: the body
 * names one child or several, and the controller asks `Access.authorise` for each of them.
 */
export type About = 'nobody' | 'student' | 'plan' | 'goal' | 'inside' | { readonly record: RecordKind };

export type Requirement = { readonly public: true } | { readonly public: false; readonly action: Action; readonly about: About };
export const REQUIREMENT = 'throughline:requirement';

/** Anybody may call it: signing in, health, documentation. */
export const Public = () => declare({ public: true });

/** Only who may do `action`, by the policy, to the child that the route is about. */
export const Requires = (action: Action, about: About = 'nobody') =>
  applyDecorators(declare({ public: false, action, about }), ApiBearerAuth());

function declare(requirement: Requirement): MethodDecorator {
  return (target, key, descriptor) => {
    if (Reflect.hasMetadata(REQUIREMENT, descriptor.value as object)) throw new TypeError(`${String(key)} declares its access twice`);
    SetMetadata(REQUIREMENT, requirement)(target, key, descriptor);
  };
}
