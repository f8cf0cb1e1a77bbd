import type { DomainEvent } from './event';
import type { ActorId, PlanId, StudentId } from './ids';
import { isRefusal, type Refusal, refusalsOf } from './refusal';
import { sameContent } from './same';
import type { Instant } from './time';

/** A practice record (observation, accommodation entry, session): never edited, never deleted. Says who may still correct it. */
export interface RecordState<C> {
  readonly student: StudentId;
  readonly plan: PlanId;
  readonly author: ActorId;
  readonly recordedAt: Instant;
  readonly status: 'recorded' | 'voided';
  /** What counts: as recorded, or as last corrected. */
  readonly content: C;
}

export const DISPUTANTS = ['family', 'staff'] as const;
export type Disputant = (typeof DISPUTANTS)[number];

export interface Correction<C> {
  readonly kind: 'correct';
  /** What should have been recorded, whole. */
  readonly content: C;
  readonly reason: string;
}
export interface Voiding {
  readonly kind: 'void';
  readonly reason: string;
}
export interface Dispute {
  readonly kind: 'dispute';
  readonly by: Disputant;
  readonly statement: string;
}
/** What can become of a record after it was made: corrected*, voided; disputed at any time. */
export type RecordChange<C> = Correction<C> | Voiding | Dispute;

/** Refusals that all practice records share; each room's catalogue includes them. */
export const recordRefusals = {
  'record-not-found': { kind: 'not-found', title: 'There is no such record' },
  'record-exists': { kind: 'conflict', title: 'The record was already made, with other content' },
  'record-voided': { kind: 'conflict', title: 'The record was voided' },
  'reason-missing': { kind: 'invalid', title: 'The reason is missing' },
  'in-the-future': { kind: 'invalid', title: 'It has not happened yet' },
} as const;

const refuse = refusalsOf(recordRefusals);
const SHORTEST_REASON = 3;

/** The new content, whole, with its reason. Voided cannot be corrected; correcting to what already counts adds nothing. */
export function correctRecord<C, E extends DomainEvent>(
  state: Pick<RecordState<C>, 'status' | 'content'>,
  { content, reason }: { readonly content: C; readonly reason: string },
  corrected: () => E | Refusal,
): readonly E[] | Refusal {
  if (state.status === 'voided') return refuse('record-voided', 'A voided record no longer counts: record it anew.');
  const unexplained = needsWords('/reason', reason);
  if (unexplained) return unexplained;
  if (sameContent(state.content, content)) return [];
  const event = corrected();
  return isRefusal(event) ? event : [event];
}

/** It no longer counts, with its reason. Voided stays voided: once more adds nothing. */
export function voidRecord<E extends DomainEvent>(isVoided: boolean, reason: string, voided: () => E): readonly E[] | Refusal {
  return isVoided ? [] : (needsWords('/reason', reason) ?? [voided()]);
}

/** A statement of disagreement, of a voided record too: the record goes on counting as it did, and the statement travels with it. */
export function disputeRecord<E extends DomainEvent>(statement: string, disputed: () => E): readonly E[] | Refusal {
  return needsWords('/statement', statement) ?? [disputed()];
}

function needsWords(pointer: string, text: string): Refusal | undefined {
  if (text.trim().length >= SHORTEST_REASON) return undefined;
  return refuse('reason-missing', `Say why, in ${SHORTEST_REASON} characters or more: it stays with the record.`, [
    { pointer, detail: `needs at least ${SHORTEST_REASON} characters` },
  ]);
}

/** The answer to any change of a record that was never made. */
export const noRecord = (): Refusal => refuse('record-not-found', 'Record it first.');

/** The answer to recording again under the same id: nothing new when it is the same record, refused when it is another. */
export function recordAgain(same: boolean): readonly never[] | Refusal {
  return same ? [] : refuse('record-exists', 'Correct that record, or record this one under an id of its own.');
}

/** A record of what has not happened yet. `pointer` names the field with the time. */
export const notYet = (pointer: string): Refusal =>
  refuse('in-the-future', 'Record it once it has happened; check the clock of the device.', [{ pointer, detail: 'is in the future' }]);
