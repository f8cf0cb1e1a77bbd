import { Inject, Injectable } from '@nestjs/common';
import type { Action } from '@foundation/access';
import type { StudentId } from '@foundation/kernel';
import { PLATFORM, type Platform } from '../platform';
import type { Caller } from './caller';

const READS: readonly Action[] = [
  'student.read',
  'profile.read',
  'team.read',
  'plan.read',
  'progress.read',
  'timeline.read',
  'history.read',
  'reads.read',
  'export.read',
  'today.read',
  'caseload.read',
];

/** Reads of a child's record go on record before the answer is sent (34 CFR 99.32). */
@Injectable()
export class Reads {
  constructor(@Inject(PLATFORM) private readonly platform: Platform) {}

  async record(caller: Caller, action: Action, ...students: readonly StudentId[]): Promise<void> {
    if (!READS.includes(action)) return;
    const { now: at, correlationId } = caller;
    const { staff, role } = caller.actor;
    await this.platform.reads.record(...students.map((student) => ({ at, staff, role, student, what: action, correlationId })));
  }
}
