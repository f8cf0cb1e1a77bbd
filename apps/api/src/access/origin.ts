import type { ActorId, Happened, Instant, StudentId } from '@foundation/kernel';

/** Whose record a stream is, and who made it when: all that access needs of it. */
export interface Origin {
  readonly student?: StudentId;
  readonly actor: ActorId;
  readonly recordedAt: Instant;
}

/** The first event says it; of a session that was scheduled first, the outcome does. */
export const originFold = {
  initial: undefined as Origin | undefined,
  evolve(state: Origin | undefined, { type, meta }: Happened): Origin | undefined {
    if (state && type !== 'sessions.session-outcome-recorded') return state;
    return { student: meta.student, actor: meta.actor, recordedAt: meta.recordedAt };
  },
};
