import { randomFillSync } from 'node:crypto';

const BYTES = 32;
/** Keys that lie side by side in one buffer. */
const TOGETHER = 256;

let shelf = Buffer.alloc(0);
let taken = 0;

/** Whoever still holds the key of someone who was erased meanwhile must not seal with it. */
export class KeyGone extends Error {
  constructor() {
    super('The key was destroyed: the person was erased meanwhile');
  }
}

/**
 * AES-256 key of one person. As a KeyObject it would take nearly a kilobyte that V8 does not count, so that the collector lets those of
 * tens of thousands lie; here it takes a tenth of that, and its bytes are gone once it is destroyed. It prints and travels as nothing.
 */
export class DataKey {
  readonly #shelf: Buffer;
  readonly #at: number;
  #destroyed = false;

  /** @param bytes 32 of them; they are copied. Without them the key is a new one: what chance left on the shelf @throws RangeError */
  constructor(bytes?: Uint8Array) {
    if (bytes && bytes.length !== BYTES) throw new RangeError(`A data key has ${BYTES} bytes`);
    if (taken === shelf.length) {
      shelf = randomFillSync(Buffer.allocUnsafeSlow(TOGETHER * BYTES));
      taken = 0;
    }
    if (bytes) shelf.set(bytes, taken);
    this.#shelf = shelf;
    this.#at = taken;
    taken += BYTES;
  }

  get destroyed(): boolean {
    return this.#destroyed;
  }

  /** A view of the key itself, for ciphers and digests. @throws KeyGone */
  get bytes(): Buffer {
    if (this.#destroyed) throw new KeyGone();
    return this.#shelf.subarray(this.#at, this.#at + BYTES);
  }

  destroy(): void {
    this.#shelf.fill(0, this.#at, this.#at + BYTES);
    this.#destroyed = true;
  }
}
