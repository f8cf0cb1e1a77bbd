import { type ActorId, defineEvent, type EventOf, OneOf, Shape, Text, Type } from '@foundation/kernel';

/** Why someone is erased: codes, for the reason stays in the record when the name is gone. `restored-backup`: erased before, by the register. */
export const ERASURE_REASONS = ['no-longer-needed', 'requested', 'entered-by-mistake', 'ordered', 'restored-backup'] as const;
export type ErasureReason = (typeof ERASURE_REASONS)[number];

/** The life of a data key, in `key-<subject>`: the only streams that are ever truncated. */
export const keyCreated = defineEvent({
  type: 'privacy.key-created',
  version: 1,
  subject: 'none',
  summary: 'A data key for one person, wrapped by the master key.',
  schema: Shape({ subject: Text(36), kind: OneOf(['student', 'staff']), wrapped: Text(200), masterKey: Text(64) }),
  sample: { subject: '0c8e1c5e-0f5b-5c59-9f0e-0c7d5d1c0c01', kind: 'student', wrapped: 'AAAA', masterKey: 'k1' },
});

export const keyRewrapped = defineEvent({
  type: 'privacy.key-rewrapped',
  version: 1,
  subject: 'none',
  summary: 'The same data key, wrapped by a new master key. Events before this one in the stream are truncated.',
  schema: Shape({ subject: Text(36), kind: OneOf(['student', 'staff']), wrapped: Text(200), masterKey: Text(64) }),
  sample: { subject: '0c8e1c5e-0f5b-5c59-9f0e-0c7d5d1c0c01', kind: 'student', wrapped: 'BBBB', masterKey: 'k2' },
});

export const fingerprintKeyWrapped = defineEvent({
  type: 'privacy.fingerprint-key-wrapped',
  version: 1,
  subject: 'none',
  summary:
    'The key of the fingerprints of requests that concern no child, wrapped by the master key: made once, wrapped again with each new ' +
    'master key. Events before this one in the stream are truncated.',
  schema: Shape({ wrapped: Text(200), masterKey: Text(64) }),
  sample: { wrapped: 'CCCC', masterKey: 'k1' },
});

export const keyDestroyed = defineEvent({
  type: 'privacy.key-destroyed',
  version: 1,
  subject: 'none',
  summary: 'The key is gone for good: everything sealed with it reads [erased]. Events before this one in the stream are truncated.',
  schema: Shape({
    subject: Text(36),
    kind: OneOf(['student', 'staff']),
    by: Type.Unsafe<ActorId>(Text(36)),
    reason: OneOf(ERASURE_REASONS),
  }),
  sample: {
    subject: '0c8e1c5e-0f5b-5c59-9f0e-0c7d5d1c0c01',
    kind: 'student',
    by: '7a1b0c5e-0f5b-5c59-9f0e-0c7d5d1c0b01',
    reason: 'no-longer-needed',
  },
});

export const masterKeyRetired = defineEvent({
  type: 'privacy.master-key-retired',
  version: 1,
  subject: 'none',
  summary:
    'Every living key is wrapped by another master key; the one named opens nothing of this record any more. Whoever was erased until now is ' +
    'erased for good, even where a server or a backup still holds the old key events.',
  schema: Shape({ masterKey: Text(64), by: Text(64) }),
  sample: { masterKey: 'k1', by: 'k2' },
});

export const privacyEvents = [keyCreated, keyRewrapped, fingerprintKeyWrapped, keyDestroyed, masterKeyRetired] as const;
export type PrivacyEvent = EventOf<(typeof privacyEvents)[number]>;

/** What the streams of people's keys hold. */
export const KEY_EVENTS: readonly string[] = [keyCreated.type, keyRewrapped.type, keyDestroyed.type];
