import { createHmac, createSecretKey } from 'node:crypto';
import fc from 'fast-check';
import { canonicalJson, fingerprintOf } from './fingerprint';

describe('the fingerprint of a request', () => {
  it('is the HMAC that older logs hold, for every request and key', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.uint8Array({ minLength: 16, maxLength: 64 }), (request, bytes) => {
        const key = createSecretKey(bytes);
        const whole = createHmac('sha256', key).update(canonicalJson(request)).digest();
        expect(fingerprintOf(request, key)).toBe(whole.subarray(0, 16).toString('base64url'));
        expect(fingerprintOf(request, key)).toBe(fingerprintOf(request, key));
      }),
    );
  });
});
