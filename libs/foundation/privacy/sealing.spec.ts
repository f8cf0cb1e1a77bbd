import * as fc from 'fast-check';
import { DataKey } from './data-key';
import { openData, seal, sealData, SealBroken, unseal } from './sealing';

const key = new DataKey();
const at = { stream: 'jar-1', id: 'event-1' };

it('opens what it sealed, whatever the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), fc.string(), (text, place) => {
      const sealed = seal(key, text, place);
      expect(Object.keys(sealed)).toEqual(['$sealed']);
      expect(Buffer.from(sealed.$sealed, 'base64')).toHaveLength(Buffer.byteLength(text) + 28);
      expect(unseal(key, sealed, place)).toBe(text);
    }),
  );
});

it('seals the same text differently each time', () => {
  const seals = new Set(Array.from({ length: 3000 }, () => seal(key, 'Sam', 'here').$sealed));
  expect(seals.size).toBe(3000);
});

it('opens nothing with another key, at another place, or after a change', () => {
  const sealed = seal(key, 'Sam likes trains', 'here');
  const bytes = Buffer.from(sealed.$sealed, 'base64');
  expect(() => unseal(new DataKey(), sealed, 'here')).toThrow(SealBroken);
  expect(() => unseal(key, sealed, 'there')).toThrow('there does not open');
  bytes.forEach((_, index) => {
    const changed = Buffer.from(bytes);
    changed.writeUInt8(changed.readUInt8(index) ^ 1, index);
    expect(() => unseal(key, { $sealed: changed.toString('base64') }, 'here')).toThrow(SealBroken);
  });
  expect(() => unseal(key, { $sealed: bytes.subarray(0, -1).toString('base64') }, 'here')).toThrow(SealBroken);
  expect(() => unseal(key, { $sealed: '' }, 'here')).toThrow(SealBroken);
});

it('reads [erased] without a key', () => {
  expect(unseal(undefined, seal(key, 'Sam', 'here'), 'here')).toBe('[erased]');
});

describe('the data of an event', () => {
  const data = {
    student: 's1',
    count: 3,
    context: { note: 'Sam was ill', late: false },
    said: ['one', 'two'],
    parts: [{ text: 'a', n: 1 }, { n: 2 }],
    byDay: { monday: 'x', tuesday: 'y' },
    nothing: null,
  };
  const paths = [['context', 'note'], ['context', 'activity'], ['said', '*'], ['parts', '*', 'text'], ['byDay', '*'], ['nothing']];

  it('is sealed at its paths only and comes back the same', () => {
    const before = structuredClone(data);
    const sealed = sealData(data, paths, key, at);
    expect(data).toEqual(before);
    const text = { $sealed: expect.any(String) };
    expect(sealed).toEqual({
      ...data,
      context: { note: text, late: false },
      said: [text, text],
      parts: [{ text, n: 1 }, { n: 2 }],
      byDay: { monday: text, tuesday: text },
    });
    expect(openData(sealed, key, at)).toEqual(data);
    expect(openData(JSON.parse(JSON.stringify(sealed)), undefined, at)).toEqual({
      ...data,
      context: { note: '[erased]', late: false },
      said: ['[erased]', '[erased]'],
      parts: [{ text: '[erased]', n: 1 }, { n: 2 }],
      byDay: { monday: '[erased]', tuesday: '[erased]' },
    });
  });

  it('is shared where nothing changes', () => {
    expect(
      sealData(
        data,
        [
          ['context', 'activity'],
          ['absent', '*'],
        ],
        key,
        at,
      ),
    ).toBe(data);
    expect(openData(data, key, at)).toBe(data);
    expect((sealData(data, [['said', '*']], key, at) as typeof data).context).toBe(data.context);
  });

  it('opens at its own stream, event and path only', () => {
    const sealed = sealData(data, paths, key, at) as typeof data;
    expect(() => openData(sealed, key, { ...at, stream: 'jar-2' })).toThrow(SealBroken);
    expect(() => openData(sealed, key, { ...at, id: 'event-2' })).toThrow(SealBroken);
    expect(() => openData({ ...sealed, said: [...sealed.said].reverse() }, key, at)).toThrow(SealBroken);
  });
});
