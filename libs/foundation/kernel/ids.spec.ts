import fc from 'fast-check';
import { v5 } from 'uuid';
import { derivedId } from './ids';

describe('derivedId', () => {
  it('is UUID v5, whatever came before it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.uuid(), fc.oneof(fc.string({ unit: 'grapheme' }), fc.nat(), fc.string({ minLength: 1000, maxLength: 1500 })))),
        (derivations) => {
          for (const [namespace, name] of derivations) expect(derivedId(namespace, name)).toBe(v5(String(name), namespace));
        },
      ),
    );
  });

  it('takes no namespace but a UUID', () => {
    expect(() => derivedId('8b0c1c5e', 'x')).toThrow(TypeError);
    expect(() => derivedId('', 'x')).toThrow(TypeError);
  });
});
