import { createCipheriv, createDecipheriv, type KeyObject, randomFillSync } from 'node:crypto';
import type { SealedPath } from '@foundation/event-store/sealed-paths';
import { ERASED, Mendable } from '@foundation/kernel';
import { DataKey } from './data-key';

/** Any AES-256 key: one that is derived, or a person's. */
export type SealingKey = KeyObject | DataKey;

/** How a sealed text stands in the data of a stored event: base64 of IV (12 bytes), ciphertext, tag (16 bytes). */
export interface SealedText {
  readonly $sealed: string;
}

/** A sealed text does not open: it was altered, moved to another place, or sealed with another key. */
export class SealBroken extends Mendable {
  constructor(place: string) {
    super(`What is sealed at ${place} does not open: it was altered, moved, or sealed with another key`);
  }
}

const ALGORITHM = 'aes-256-gcm';
const IV = 12;
const TAG = 16;

// One draw of randomness serves 1,024 seals: a call for 12 bytes costs half as much as the sealing itself.
const randomness = Buffer.alloc(1024 * IV);
let drawn = randomness.length;

/** Good until the next call. */
function nextIv(): Buffer {
  if (drawn === randomness.length) {
    randomFillSync(randomness);
    drawn = 0;
  }
  const iv = randomness.subarray(drawn, drawn + IV);
  drawn += IV;
  return iv;
}

const secretOf = (key: SealingKey): KeyObject | Buffer => (key instanceof DataKey ? key.bytes : key);

/** Encrypts bytes or a text bound to a place: base64 of IV | ciphertext | tag. */
export const encrypt = (key: SealingKey, plain: string | Buffer, place: string): string =>
  encryptBytes(key, plain, place).toString('base64');

/** @throws SealBroken */
export const decrypt = (key: SealingKey, sealed: string, place: string): Buffer => decryptBytes(key, Buffer.from(sealed, 'base64'), place);

/** IV | ciphertext | tag, bound to a place. */
export function encryptBytes(key: SealingKey, plain: string | Buffer, place: string): Buffer {
  const iv = nextIv();
  const cipher = createCipheriv(ALGORITHM, secretOf(key), iv).setAAD(Buffer.from(place));
  const body = typeof plain === 'string' ? cipher.update(plain, 'utf8') : cipher.update(plain);
  cipher.final();
  return Buffer.concat([iv, body, cipher.getAuthTag()]);
}

/** @throws SealBroken, KeyGone */
export function decryptBytes(key: SealingKey, bytes: Buffer, place: string): Buffer {
  if (bytes.length < IV + TAG) throw new SealBroken(place);
  const secret = secretOf(key);
  try {
    const decipher = createDecipheriv(ALGORITHM, secret, bytes.subarray(0, IV), { authTagLength: TAG })
      .setAAD(Buffer.from(place))
      .setAuthTag(bytes.subarray(bytes.length - TAG));
    const plain = decipher.update(bytes.subarray(IV, bytes.length - TAG));
    decipher.final();
    return plain;
  } catch {
    throw new SealBroken(place);
  }
}

/** Seals one text with a person's key, bound to its stream, event and path (associated data `stream|event id|/path`). */
export function seal(key: DataKey, text: string, place: string): SealedText {
  return { $sealed: encrypt(key, text, place) };
}

/** Opens one sealed text; without a key it reads `[erased]`. @throws SealBroken */
export function unseal(key: DataKey | undefined, sealed: SealedText, place: string): string {
  return key === undefined || key.destroyed ? ERASED : decrypt(key, sealed.$sealed, place).toString('utf8');
}

export function isSealed(value: unknown): value is SealedText {
  return typeof value === 'object' && value !== null && typeof (value as { $sealed?: unknown }).$sealed === 'string';
}

/** Where an event stands; its sealed texts open nowhere else. */
export interface SealedAt {
  readonly stream: string;
  readonly id: string;
}

/** The data with the texts at the paths sealed. Copies what changes, once, and shares the rest. */
export function sealData(data: unknown, paths: readonly SealedPath[], key: DataKey, at: SealedAt): unknown {
  const place = `${at.stream}|${at.id}|`;
  const copies = new Set<unknown>();
  return paths.reduce((sealed, path) => sealPath(sealed, path, 0, place, key, copies), data);
}

/** @param copies what was made here, and may be changed */
function sealPath(value: unknown, path: SealedPath, depth: number, place: string, key: DataKey, copies: Set<unknown>): unknown {
  const step = path[depth];
  if (step === undefined) return typeof value === 'string' ? seal(key, value, place) : value;
  if (typeof value !== 'object' || value === null) return value;
  if (step === '*') return replaceValues(value, (child, name) => sealPath(child, path, depth + 1, `${place}/${name}`, key, copies));
  const before = (value as Record<string, unknown>)[step];
  if (before === undefined) return value;
  const after = sealPath(before, path, depth + 1, `${place}/${step}`, key, copies);
  if (after === before) return value;
  const copy = (copies.has(value) ? value : { ...value }) as Record<string, unknown>;
  copy[step] = after;
  copies.add(copy);
  return copy;
}

/** The data with every sealed text opened, wherever older versions of the event kept it. Without a key each reads `[erased]`. */
export function openData(data: unknown, key: DataKey | undefined, at: SealedAt): unknown {
  return openValue(data, `${at.stream}|${at.id}|`, key);
}

function openValue(value: unknown, place: string, key: DataKey | undefined): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (isSealed(value)) return unseal(key, value, place);
  return replaceValues(value, (child, name) => (typeof child === 'object' ? openValue(child, `${place}/${name}`, key) : child));
}

/** The list or object with its values replaced; itself when every value stays. */
function replaceValues(value: object, replace: (child: unknown, name: string) => unknown): unknown {
  let replaced: Record<string, unknown> | undefined;
  for (const name in value) {
    const before = (value as Record<string, unknown>)[name];
    const after = replace(before, name);
    if (after !== before) (replaced ??= copyOf(value))[name] = after;
  }
  return replaced ?? value;
}

function copyOf(value: object): Record<string, unknown> {
  const copy: object = Array.isArray(value) ? [...(value as readonly unknown[])] : { ...value };
  return copy as Record<string, unknown>;
}
