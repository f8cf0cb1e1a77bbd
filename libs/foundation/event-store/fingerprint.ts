import { createHmac, type KeyObject } from 'node:crypto';

/** Keyed digest of a request: HMAC-SHA256 over its canonical JSON, the first 16 bytes in base64url. */
export function fingerprintOf(request: unknown, key: KeyObject): string {
  return createHmac('sha256', key).update(canonicalJson(request)).digest().subarray(0, 16).toString('base64url');
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
