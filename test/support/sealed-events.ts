import { newId, type StudentId } from '@foundation/kernel';
import type { SealedEvent } from '@foundation/event-store';
import { sampleMeta } from '@foundation/testing';

/** A stream name that no other test uses. */
export function newStream(category = 'test'): string {
  return `${category}-${newId()}`;
}

/** Events as a store receives them, with new ids; `data.n` counts from 0. */
export function sealedEvents(
  count: number,
  { type = 'test.happened', student, text = '' }: { type?: string; student?: StudentId; text?: string } = {},
): SealedEvent[] {
  return Array.from({ length: count }, (_, n) => ({
    id: newId(),
    type,
    version: 1,
    data: { n, text },
    meta: student ? { ...sampleMeta, student } : sampleMeta,
  }));
}
