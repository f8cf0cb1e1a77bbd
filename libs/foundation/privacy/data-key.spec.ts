import { inspect } from 'node:util';
import * as fc from 'fast-check';
import { DataKey, KeyGone } from './data-key';
import { decrypt, seal, unseal } from './sealing';

const bytesOfKey = fc.uint8Array({ minLength: 32, maxLength: 32 });

it('keeps each key apart from its neighbours, whichever of them are destroyed', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(bytesOfKey, fc.boolean()), { minLength: 1, maxLength: 600 }), (all) => {
      const keys = all.map(([bytes]) => new DataKey(bytes));
      keys.forEach((key, index) => all[index]?.[1] && key.destroy());
      keys.forEach((key, index) => {
        const [bytes, destroyed] = all[index] ?? [];
        expect(key.destroyed).toBe(destroyed);
        if (destroyed) expect(() => key.bytes).toThrow(KeyGone);
        else expect([...key.bytes]).toEqual([...(bytes ?? [])]);
      });
    }),
    { numRuns: 30 },
  );
});

it('is made by chance, and copied from what it is given', () => {
  const made = Array.from({ length: 1000 }, () => new DataKey().bytes.toString('hex'));
  expect(new Set(made).size).toBe(1000);
  const bytes = Buffer.alloc(32, 5);
  const key = new DataKey(bytes);
  bytes.fill(0);
  expect(key.bytes).toEqual(Buffer.alloc(32, 5));
  expect(() => new DataKey(Buffer.alloc(16))).toThrow(RangeError);
});

it('leaves no byte once it is destroyed: it seals nothing more, and what it sealed reads [erased]', () => {
  const key = new DataKey();
  const view = key.bytes;
  const sealed = seal(key, 'Sam', 'here');
  key.destroy();
  expect(view).toEqual(Buffer.alloc(32));
  expect(() => seal(key, 'Sam', 'here')).toThrow(KeyGone);
  expect(() => decrypt(key, sealed.$sealed, 'here')).toThrow(KeyGone);
  expect(unseal(key, sealed, 'here')).toBe('[erased]');
});

it('prints and travels as nothing', () => {
  const key = new DataKey(Buffer.alloc(32, 0x61));
  expect(inspect(key, { showHidden: true, depth: 9 })).not.toMatch(/aaaa|61 61/);
  expect(JSON.stringify({ key })).toBe('{"key":{}}');
  expect(structuredClone({ key })).toEqual({ key: {} });
});
