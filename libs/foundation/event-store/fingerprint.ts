import { hash } from 'node:crypto';
import type { DataKey } from '@foundation/privacy';

/** Bytes that SHA-256 takes at a time: HMAC pads its key to so many (RFC 2104). */
const BLOCK = 64;
const DIGEST = 32;

/** A key's two blocks: `inner` begins what is hashed first, `outer` has room behind it for that digest. */
interface Pads {
  readonly inner: Buffer;
  readonly outer: Buffer;
}
const padsOf = new WeakMap<DataKey, Pads>();

function pads(key: DataKey): Pads {
  let found = padsOf.get(key);
  if (!found) {
    const block = Buffer.alloc(BLOCK);
    key.bytes.copy(block);
    found = { inner: block.map((byte) => byte ^ 0x36) as Buffer, outer: Buffer.alloc(BLOCK + DIGEST) };
    found.outer.set(block.map((byte) => byte ^ 0x5c));
    block.fill(0);
    padsOf.set(key, found);
  }
  return found;
}

/**
 * Keyed digest of a request: HMAC-SHA256 (RFC 2104) over its canonical JSON, the first 16 bytes in base64url. Made of two digests in one
 * call each: an Hmac object for every record costs more, in collecting it above all, than the digest itself.
 */
export function fingerprintOf(request: unknown, key: DataKey): string {
  const { inner, outer } = pads(key);
  outer.set(hash('sha256', Buffer.concat([inner, Buffer.from(canonicalJson(request))]), 'buffer'), BLOCK);
  return hash('sha256', outer, 'buffer').subarray(0, 16).toString('base64url');
}

/** JSON with sorted keys and without undefined fields: the same text for the same content. */
export function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  let text = '';
  if (Array.isArray(value)) {
    for (const item of value as readonly unknown[]) text += `${text && ','}${canonicalJson(item)}`;
    return `[${text}]`;
  }
  const fields = value as Readonly<Record<string, unknown>>;
  for (const name of Object.keys(fields).sort()) {
    const field = fields[name];
    if (field !== undefined) text += `${text && ','}${JSON.stringify(name)}:${canonicalJson(field)}`;
  }
  return `{${text}}`;
}
