import * as fc from 'fast-check';
import { type Fields, Packed, PackedByPerson, PeopleIndex } from './packed';

interface Thing {
  readonly sourcedId: string;
  readonly person: string;
  readonly line: number;
  readonly leaves: boolean;
  readonly class?: string;
  readonly roles: readonly string[];
  readonly extra?: Readonly<Record<string, string>>;
}

const WITHOUT_KEYS = ['line', 'leaves', 'extra'] as const;
const BY_ID: Fields<Thing> = { own: ['person', ...WITHOUT_KEYS], shared: ['class', 'roles'] };
const BY_PERSON: Fields<Thing> = { own: ['sourcedId', ...WITHOUT_KEYS], shared: ['class', 'roles'] };
const LISTS = [[], ['student'], ['teacher', 'relative']];

const text = fc.string({ unit: 'grapheme' });
const things = fc.uniqueArray(
  fc.record({
    sourcedId: text,
    person: fc.constantFrom('', 'Ada', 'Žofie', '0'),
    line: fc.nat(),
    leaves: fc.boolean(),
    class: fc.option(fc.constantFrom('', '7a', '7b'), { nil: undefined }),
    roles: fc.constantFrom(...LISTS),
    extra: fc.option(fc.dictionary(text, text, { noNullPrototype: true }), { nil: undefined }),
  }),
  { selector: (thing) => thing.sourcedId },
);

it('gives back what was put, in the order of the file', () => {
  fc.assert(
    fc.property(things, (all) => {
      const packed = new Packed<Thing>(BY_ID);
      for (const thing of all) packed.put(thing);
      expect([...packed]).toEqual(all);
      expect(packed.size).toBe(all.length);
      for (const thing of all) expect(packed.get(thing.sourcedId)).toEqual(thing);
    }),
  );
});

it('gives the things of one person, in the order of the file', () => {
  fc.assert(
    fc.property(things, (all) => {
      const packed = new PackedByPerson<Thing>(BY_PERSON);
      for (const thing of all) packed.put(thing);
      expect(packed.size).toBe(all.length);
      for (const person of new Set(all.map((thing) => thing.person)))
        expect(packed.of(person)).toEqual(all.filter((thing) => thing.person === person));
      expect(packed.of('nobody')).toEqual([]);
    }),
  );
});

it('keeps several kinds of things of the same people apart, though one index numbers them', () => {
  fc.assert(
    fc.property(things, things, (some, others) => {
      const index = new PeopleIndex();
      const one = new Packed<Thing>(BY_ID, index);
      const other = new Packed<Thing>(BY_ID, index);
      const rows = new PackedByPerson<Thing>(BY_PERSON, index);
      for (const thing of some) one.put(thing);
      for (const thing of others) {
        other.put(thing);
        rows.put(thing);
      }
      expect([...one]).toEqual(some);
      expect(other.size).toBe(others.length);
      expect(new Set(other.keys())).toEqual(new Set(others.map(({ sourcedId }) => sourcedId)));
      expect(new Set(rows.people())).toEqual(new Set(others.map(({ person }) => person)));
      for (const { sourcedId } of [...some, ...others]) {
        expect(one.get(sourcedId)).toEqual(some.find((thing) => thing.sourcedId === sourcedId));
        expect(other.get(sourcedId)).toEqual(others.find((thing) => thing.sourcedId === sourcedId));
        expect(other.has(sourcedId)).toBe(others.some((thing) => thing.sourcedId === sourcedId));
        expect(rows.of(sourcedId)).toEqual(others.filter((thing) => thing.person === sourcedId));
      }
    }),
  );
});

it('holds more than a page of bytes, and what was put last', () => {
  const packed = new Packed<Thing>(BY_ID);
  const thing = (index: number, line: number): Thing => ({
    sourcedId: `${index}`,
    person: 'p'.repeat(5000),
    line,
    leaves: false,
    roles: [],
  });
  for (let index = 0; index < 500; index++) packed.put(thing(index, index));
  packed.put(thing(7, 1007));
  expect(packed.get('7')).toEqual(thing(7, 1007));
  expect(packed.get('499')).toEqual(thing(499, 499));
  expect(packed.get('500')).toBeUndefined();
});
