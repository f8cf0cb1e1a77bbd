import { createHmac } from 'node:crypto';
import { DataKey } from '@foundation/privacy';
import fc from 'fast-check';
import { canonicalJson, fingerprintOf } from './fingerprint';

describe('the fingerprint of a request', () => {
  it('is the HMAC that older logs hold, for every request and key', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.uint8Array({ minLength: 32, maxLength: 32 }), (request, bytes) => {
        const key = new DataKey(bytes);
        const whole = createHmac('sha256', bytes).update(canonicalJson(request)).digest();
        expect(fingerprintOf(request, key)).toBe(whole.subarray(0, 16).toString('base64url'));
        expect(fingerprintOf(request, key)).toBe(fingerprintOf(request, key));
      }),
    );
  });
});
